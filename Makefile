# What CI does, step by step: .ci/run calls these targets.

GO      ?= go
TOOL     = $(GO) tool -modfile=$(CURDIR)/tools/go.mod
MODULES := $(patsubst %/,%,$(dir $(shell git ls-files --cached --others --exclude-standard '*go.mod')))

.PHONY: all fmt vet lint test race tidy docs bench bench-quota torture fuzz

all: fmt vet lint test

fmt: ## fails when gofmt would change something
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }

vet:
	@for m in $(MODULES); do (cd $$m && $(GO) vet ./...) || exit 1; done

lint:
	$(TOOL) golangci-lint run ./...

test: ## the command of the README, for every module
	$(GO) test ./...
	@for m in $(filter-out .,$(MODULES)); do (cd $$m && $(GO) test ./...) || exit 1; done

race:
	@for m in $(MODULES); do (cd $$m && $(GO) test -race ./...) || exit 1; done

tidy: ## fails when go.mod or go.sum is not tidy
	@for m in $(MODULES); do (cd $$m && $(GO) mod tidy -diff) || exit 1; done

docs: ## writes the generated pages
	$(GO) run ./internal/endpointdocs > docs/endpoints.md

bench: ## the client beside raw net/http, with the bounds that it must meet
	$(GO) run ./internal/perf -o docs/performance.md

bench-quota: ## how much of a quota is used, and how often it is passed
	$(GO) -C redisquota run ./quotabench -o ../docs/quotas-measured.md

torture: ## the whole of the fault tests, at most 15 minutes
	IM_TORTURE=1 $(GO) test -count 1 -timeout 15m -run 'Torture|Promise' -v ./internal/faults/...
	IM_TORTURE=1 $(GO) test -count 1 -timeout 2m -run 'QuotasAreKept|NightlyLane' -v ./internal/e2e
	IM_TORTURE=1 $(GO) -C redisquota test -count 1 -timeout 5m -run 'Fleet|Restart' -v ./...

fuzz: ## each fuzz target for FUZZTIME: 20s, or 10000x for a count; FUZZJOBS at once; FUZZONLY=regexp some of them; KEEP=1 keeps the corpus
	@$(GO) run ./internal/fuzzall -time $(or $(FUZZTIME),20s) -jobs $(or $(FUZZJOBS),1) -only "$(FUZZONLY)" $(if $(KEEP),-keep)
