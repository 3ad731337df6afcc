# The emulator as an image of one static program:
#
#   docker build -t imserver .
#   docker run --rm -p 127.0.0.1:8080:8080 imserver -quotas
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN GOWORK=off go mod download
COPY . .
RUN GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /imserver ./imtest/imserver

FROM scratch
COPY --from=build /imserver /imserver
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/imserver", "-addr", "0.0.0.0:8080"]
