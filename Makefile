# What CI does, step by step: .ci/run calls these targets.

GO      ?= go
# The modules of go.work. The tools have a module of their own outside of it, and are run by their path, since
# -modfile does not go with a workspace.
TOOL     = $$(GOWORK=off $(GO) tool -modfile=$(CURDIR)/tools/go.mod -n $(1))
MODULES := $(filter-out tools,$(patsubst %/,%,$(dir $(shell git ls-files --cached --others --exclude-standard '*go.mod'))))
INTOOLS := cd tools && GOWORK=off $(GO)
DIFF    ?= -diff
NESTED  := $(filter-out .,$(MODULES))
# Where the root module must build and vet, beside js/wasm; the nested ones for another size of int and another system.
TARGETS := linux/amd64 linux/386 linux/arm windows/amd64 darwin/arm64
NESTED_TARGETS := linux/386 windows/amd64

.PHONY: all fmt vet lint test race tidy cross test-386 api vuln firstget docs bench bench-quota torture fuzz

all: fmt vet lint test

fmt: ## fails when gofmt would change something
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }

vet:
	@for m in $(MODULES); do (cd $$m && $(GO) vet ./...) || exit 1; done
	@$(INTOOLS) vet ./...

lint:
	@lint=$(call TOOL,golangci-lint) && GOWORK=off $$lint run ./... && \
		for m in $(NESTED); do (cd $$m && $$lint run ./...) || exit 1; done
	@lint=$(call TOOL,golangci-lint) && cd tools && GOWORK=off $$lint run ./...

test: ## the command of the README, for every module
	$(GO) test ./...
	@for m in $(NESTED); do (cd $$m && $(GO) test ./...) || exit 1; done
	@$(INTOOLS) test ./...

test-386: ## an int of 32 bits, where numbers come from the wire or count quotas; runs on an amd64 kernel
	@for m in . redisquota; do (cd $$m && CGO_ENABLED=0 GOARCH=386 $(GO) test ./...) || exit 1; done

cross: ## builds and vets, tests included, for every target
	@export CGO_ENABLED=0; for t in $(TARGETS); do \
		echo "$$t ."; export GOOS=$${t%/*} GOARCH=$${t#*/}; $(GO) build ./... && $(GO) vet ./... || exit 1; \
	done
	@export CGO_ENABLED=0; for t in $(NESTED_TARGETS); do for m in $(NESTED); do \
		echo "$$t $$m"; export GOOS=$${t%/*} GOARCH=$${t#*/}; \
		(cd $$m && $(GO) build -o /dev/null ./... && $(GO) vet ./...) || exit 1; \
	done; done
	@echo js/wasm .; export GOOS=js GOARCH=wasm; $(GO) build ./... && $(GO) vet ./...

race:
	@for m in . $(NESTED); do (cd $$m && $(GO) test -race -short ./...) || exit 1; done
	@$(INTOOLS) test -race ./...

tidy: ## fails when go.mod or go.sum is not tidy; make tidy DIFF= writes them
	@.ci/tidy $(DIFF)

api: ## compares the exported API with the last tag
	@.ci/apidiff

vuln: ## known vulnerabilities that the modules call
	@.ci/vulncheck

firstget: ## a user's first go get and go install of each module, as committed
	@.ci/firstget/run

docs: ## writes the generated pages, in both languages
	$(GO) run ./internal/test/endpointdocs > docs/endpoints.md
	$(GO) run ./internal/test/verbs
	$(GO) run ./imctl/internal/spec/gen
	$(GO) run ./imctl/internal/surface
	$(GO) run ./internal/test/chinese

bench: ## the client beside raw net/http, with the bounds that it must meet
	@$(GO) run ./internal/test/perf -o docs/performance.md; met=$$?; $(GO) run ./internal/test/chinese && exit $$met

bench-quota: ## how much of a quota is used, and how often it is passed
	@$(GO) -C redisquota run ./quotabench -o ../docs/quotas-measured.md; met=$$?; $(GO) run ./internal/test/chinese && exit $$met

torture: ## the whole of the fault tests, at most 15 minutes each; the kills of inbox, of the chain from the emulator too, some 15 minutes for each database
	IM_TORTURE=1 $(GO) test -count 1 -timeout 15m -run 'Torture|Promise' -v ./internal/test/faults/...
	IM_TORTURE=1 $(GO) test -count 1 -timeout 10m -v ./internal/test/jobs
	IM_TORTURE=1 $(GO) -C imctl test -count 1 -timeout 10m -run 'Start|Bulk' -v .
	IM_TORTURE=1 $(GO) -C imotel test -count 1 -timeout 2m -run CostInTime -v .
	IM_TORTURE=1 $(GO) -C redisquota test -count 1 -timeout 5m -run 'Fleet|Restart' -v ./...
	IM_TORTURE=1 $(GO) -C inbox test -count 1 -timeout 180m -run Torture -v .

fuzz: ## each fuzz target for FUZZTIME: 20s, or 10000x for a count; FUZZJOBS at once; FUZZONLY=regexp some of them; KEEP=1 keeps the corpus
	@$(GO) run ./internal/test/fuzzall -time $(or $(FUZZTIME),20s) -jobs $(or $(FUZZJOBS),1) -only "$(FUZZONLY)" $(if $(KEEP),-keep)
