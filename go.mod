module github.com/imrest/im-go

go 1.26.0

require (
	github.com/go-resty/resty/v2 v2.17.2
	github.com/jarcoal/httpmock v1.4.2
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	go.yaml.in/yaml/v3 v3.0.5
	golang.org/x/net v0.43.0
	golang.org/x/time v0.16.0
)

require golang.org/x/text v0.28.0 // indirect
