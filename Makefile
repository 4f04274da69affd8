# All that a contributor needs: `make lint test`. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
empty :=
space := $(empty) $(empty)
# All is compiled in one way, but for the race detector: each target finds what others compiled.
export CGO_ENABLED := 0
# A compiler that lets garbage be for longer takes a sixth less of the time, and writes the same. The limit is for
# the few packages of which it would need more memory than it had before.
TOOLS := '-toolexec=env GOGC=400 GOMEMLIMIT=2GiB'
# What only debuggers read is a tenth of compilation; programs and tests are linked without it.
NO_DWARF := -gcflags=all=-dwarf=false
export GOFLAGS := $(strip $(GOFLAGS) -trimpath $(if $(findstring -toolexec,$(GOFLAGS)),,$(TOOLS)) $(if $(findstring -gcflags,$(GOFLAGS)),,$(NO_DWARF)))
# Clients of AWS's SDK that tests have and the emulator has not. Without inlining they compile in two
# thirds of the time; that of EC2, for which the longest tests wait, is a sixth of all compilation.
TEST_CLIENTS := acm applicationautoscaling autoscaling cloudformation cloudwatch cloudwatchlogs codedeploy ec2 elasticloadbalancingv2 eventbridge iam resourcegroupstaggingapi s3 scheduler secretsmanager servicediscovery sqs ssm sts
bench generate ledger ledger-all lint test test-all test-console test-docker test-engines: export GOFLAGS += $(TEST_CLIENTS:%='-gcflags=github.com/aws/aws-sdk-go-v2/service/%=-l -dwarf=false')
GOBUILD := $(GO) build -buildvcs=false -ldflags='-s -w -X main.version=$(VERSION)'
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# The race detector needs a C compiler.
RACE := $(shell command -v "$$($(GO) env CC)" >/dev/null 2>&1 && echo -race)
GOTESTRACE = CGO_ENABLED=$(if $(RACE),1,0) $(GOTEST) $(RACE)
# Most of the time of the scripts is waiting, so more of them run than there are cores. `make
# lint` vets. A package may take as long as the slowest machine needs.
GOTEST := $(GO) run ./cmd/testsummary -vet=off -timeout 50m -parallel 6
# Tests with constant requests, and of what has to be done in time, run when all others have, four at a time: beside
# them a machine with two processors answers too late. Each of them needs a seventh of such a machine, and else waits.
LAST := (UnderLoad|InTime)$$
LAST_PACKAGES := ./cmd/ecs-emulator ./emulator ./backend/sim
run_last = $(1) -run '$(LAST)' -p 1 -parallel 4 $(TESTFLAGS) $(LAST_PACKAGES)
# An engine that serves many tests at once serves each of them later, and all of them in more time. Most of them wait half of
# the time, so with two processors there are five at once.
run_on_docker = $(1) -skip '$(LAST)' -p 1 -parallel 5 $(TESTFLAGS) $(2)
# All packages, those with the longest tests first.
TEST_PACKAGES := ./emulator ./examples/terraform ./backend/docker ./cmd/ecs-emulator ./...
# Packages with tests that need a Docker engine.
DOCKER_PACKAGES = $(sort $(dir $(shell grep -rl --include='*_test.go' --exclude-dir=consoletest backend/docker/dockertest .)))
# Terraform and its provider could take all processors for minutes. They get what the tests on Docker leave, which wait half of their
# time. Their output comes when all have ended.
TERRAFORM_PACKAGE := ./examples/terraform
begin_terraform = said=$$(mktemp); set -m; nice -n 10 env $(GOTESTRACE) -parallel 3 $(TESTFLAGS) $(TERRAFORM_PACKAGE) >$$said 2>&1 & beside=$$!; set +m; \
  trap "kill -- -$$beside 2>/dev/null; rm -f $$said" EXIT
end_terraform = wait $$beside || status=$$?; cat $$said
# They compile most of what the packages with Docker need, two at a time.
OTHER_PACKAGES = $(shell $(GO) list ./... | grep -v -E '($(subst $(space),|,$(DOCKER_PACKAGES:./%/=/%)))$$')
# Some of them wait for a minute, so one more is tested at a time than there are processors.
AT_ONCE = -p $(shell expr $$(nproc 2>/dev/null || echo 4) + 1)
TESTFLAGS ?=

GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)

COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
UPFLAGS ?=
# What runs on engines is built first, for the architecture of the one that there is.
PROGRAMS = backend/docker/program/built
BUILD_PROGRAMS = $(GO) run ./backend/docker/program/build -out $(PROGRAMS) -arch
ENGINE_ARCH = $(or $(shell docker version --format '{{.Server.Arch}}' 2>/dev/null),$(shell $(GO) env GOARCH))

.PHONY: help
help: ## list the targets
	@echo 'usage: make <target>'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: programs
programs: ## build the programs that run on the engine, for its architecture
	@$(BUILD_PROGRAMS) '$(ENGINE_ARCH)'

.PHONY: build
build: programs ## build bin/ecs-emulator
	$(GOBUILD) -o bin/ecs-emulator$(shell $(GO) env GOEXE) ./cmd/ecs-emulator

.PHONY: demo
demo: build ## show the emulator at work: a service and a task, on Docker if there is one
	@$(GO) run ./cmd/demo

.PHONY: demo-image
demo-image: ## make the image ecs-emulator/demo, which the walk-through runs
	@$(GO) run ./cmd/demo -image-only

.PHONY: test
test: programs ## run the tests in minutes: all on the simulated engine, and where one answers some on Docker
	@$(GOTEST) -short $(TESTFLAGS) $(TEST_PACKAGES)

# The packages with tests on Docker, "docker", but for tests that run "last", or the "others"; by default all.
PART ?=

.PHONY: test-all
test-all: programs ## run all tests, with the race detector: those that need Docker or Terraform where there is one
	@$(if $(RACE),,echo 'the tests run without the race detector: no C compiler, or RACE= is set')
	@status=0; \
	  if [[ '$(PART)' =~ ^(others)?$$ ]]; then $(GOTESTRACE) $(AT_ONCE) -skip '$(LAST)' $(TESTFLAGS) $(OTHER_PACKAGES) || status=$$?; fi; \
	  if [[ '$(PART)' =~ ^(docker)?$$ ]]; then \
	    $(begin_terraform); \
	    $(call run_on_docker,$(GOTESTRACE),$(filter-out $(TERRAFORM_PACKAGE)/,$(DOCKER_PACKAGES))) || status=$$?; \
	    $(end_terraform); \
	  fi; \
	  if [[ '$(PART)' =~ ^(last)?$$ ]]; then $(call run_last,$(GOTESTRACE)) || status=$$?; fi; \
	  exit $$status

.PHONY: test-docker
test-docker: programs ## run all tests of the packages that use Docker; no engine is a failure
	@export ECS_EMULATOR_REQUIRE_DOCKER=1; status=0; \
	  $(call run_on_docker,$(GOTESTRACE) -count=1,$(DOCKER_PACKAGES)) || status=$$?; \
	  $(call run_last,$(GOTESTRACE) -count=1) || status=$$?; \
	  exit $$status

# Which of them: containerd, classic, ssh; by default all.
ENGINES ?=

# A folder for pictures of all pages, in each width and theme.
PICTURES ?=

.PHONY: test-console
test-console: programs ## run the tests of the console in Chromium: the module consoletest; PICTURES=folder takes pictures of all pages
	$(GO) build -o bin/testsummary ./cmd/testsummary
	cd consoletest && ../bin/testsummary -vet=off -count=1 ./...
	$(if $(PICTURES),mkdir -p '$(PICTURES)' && $(GO) test -C consoletest -count=1 -run TestPictures . -pictures '$(abspath $(PICTURES))')

.PHONY: test-engines
test-engines: programs ## run tests on a current Docker of Debian sid, with both image stores and behind ssh, as root
	@.ci/engines $(ENGINES)

.PHONY: test-podman
test-podman: programs ## run the conformance suite of engines on Podman, as root; see docs/reference/engines.md
	@.ci/podman

.PHONY: lint
lint: $(GOLANGCI_LINT) ## gofmt, go vet, staticcheck, golangci-lint
	@files=$$(gofmt -l .); \
	  if [ -n "$$files" ]; then echo "not gofmt'ed:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -C testcontainers ./...
	$(GO) vet -C consoletest ./...
	$(GO) tool staticcheck ./...
	$(GOLANGCI_LINT) run
	cd testcontainers && ../$(GOLANGCI_LINT) run
	cd consoletest && ../$(GOLANGCI_LINT) run

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin/tmp $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv bin/tmp/golangci-lint $@ && rmdir bin/tmp

.PHONY: bench
bench: programs ## measure requests, start of tasks, scale, memory, and what benchmarks beside the code have goals for
	$(GO) run ./cmd/bench

SOAK ?= 20

.PHONY: soak
soak: build demo-image ## kill and restart things under load, in pushes, stacks, gateways and daemons, push 1 GiB: SOAK=rounds, SOAK_RESTART_ENGINE=command
	$(GO) run ./cmd/soak -rounds $(SOAK)
	ECS_EMULATOR_REQUIRE_DOCKER=1 ECS_EMULATOR_TEST_LOG_LOAD=20,1000,30 $(GO) test ./cmd/ecs-emulator -count 1 -run TestDockerLosesNoOutput -v
	ECS_EMULATOR_TEST_STACK_KILLS=100 $(GO) test ./cmd/ecs-emulator -count 1 -run TestStacksSurviveKills -v
	ECS_EMULATOR_REQUIRE_DOCKER=1 ECS_EMULATOR_TEST_GATEWAY_KILLS=100 $(GO) test ./cmd/ecs-emulator -count 1 -timeout 1h -run TestDockerGatewaysSurviveKills -v
	ECS_EMULATOR_REQUIRE_DOCKER=1 ECS_EMULATOR_TEST_DAEMON_KILLS=50 $(GO) test ./cmd/ecs-emulator -count 1 -timeout 1h -run TestDockerDaemonsSurviveKills -v

.PHONY: image
image: programs ## build the image of the emulator, nothing is pulled
	GOOS=linux GOARCH=$(ENGINE_ARCH) $(GOBUILD) -o bin/image/ecs-emulator ./cmd/ecs-emulator
	docker build --quiet --tag ecs-emulator/ecs-emulator .
	@docker image prune --force --filter label=ecs-emulator.kind=image >/dev/null # those that had the names before

.PHONY: testcontainers
testcontainers: image demo-image ## run the tests of the module testcontainers, on Docker with the image
	$(GO) build -o bin/testsummary ./cmd/testsummary
	@# The engine is on this machine, even if this is a container itself.
	cd testcontainers && ECS_EMULATOR_REQUIRE_DOCKER=1 TESTCONTAINERS_HOST_OVERRIDE=localhost ../bin/testsummary -count=1 ./...

# Where docker-compose.yml has the emulator's registry of images.
REGISTRY := 127.0.0.1:4577

.PHONY: up
up: image ## run docker-compose.yml: the emulator, and a sample whose image is pushed to it
	GOOS=linux GOARCH=$(ENGINE_ARCH) $(GOBUILD) -o bin/image/sample ./examples/compose
	docker build --quiet --tag $(REGISTRY)/shop/web:1 --file examples/compose/Dockerfile .
	$(COMPOSE) up --detach ecs-emulator
	@# The sample waits for the emulator, and then does what `aws ecr get-login-password` does.
	set -o pipefail; $(COMPOSE) run --rm -T sample login | docker login --username AWS --password-stdin $(REGISTRY)
	$(COMPOSE) push sample
	$(COMPOSE) up $(UPFLAGS)

.PHONY: down
down: ## end what `make up` started
	$(COMPOSE) down
	@docker logout $(REGISTRY)
	@# What was pushed has a digest of the registry, so no prune takes it.
	@docker image ls --quiet $(REGISTRY)/shop/web | sort -u | xargs -r docker image rm >/dev/null || true

.PHONY: cross
cross: ## build for linux, darwin and windows on amd64 and arm64, for engines on both
	@$(BUILD_PROGRAMS) 'amd64 arm64'
	@set -e; for platform in $(PLATFORMS); do \
	  export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
	  out=bin/ecs-emulator-$$GOOS-$$GOARCH; if [ $$GOOS = windows ]; then out=$$out.exe; fi; \
	  echo "$$out"; $(GOBUILD) -o $$out ./cmd/ecs-emulator; \
	done

.PHONY: release
release: cross ## make dist/: archives, images and checksums of the release VERSION; publishes nothing
	$(GO) run ./cmd/release -version '$(VERSION)' -time "$$(git log -1 --format=%ct)" -out dist $(PLATFORMS)

.PHONY: wheel
wheel: PLATFORMS = $(shell $(GO) env GOOS)/$(shell $(GO) env GOARCH)
wheel: ## make dist/ecs_emulator-*.whl for this machine: the program and the Python module that starts it
	@$(MAKE) cross PLATFORMS='$(PLATFORMS)'
	$(GO) run ./cmd/release -wheels -version '$(VERSION)' -time "$$(git log -1 --format=%ct)" -out dist $(PLATFORMS)

.PHONY: generate
generate: ## write the generated files: types of the SDK, AWS's policies, docs/reference, required members, count of facts
	$(GO) generate ./internal/base/sdk ./internal/aws/iam
	$(GO) test ./handlers/ecs/model -run Required -update
	$(GO) test ./emulator -run 'TestEachOperationIsDeniedAndAllowed|TestReference|TestFactsAreCounted' -update
	$(GO) test ./cmd/ecs-emulator -run TestReference -update
	$(GO) test ./internal/ecs/faults -run TestReference -update
	$(GO) test ./internal/ecs/costs/price -run TestReference -update

# The facts on the simulated engine, on the pages of what they show. LEDGER says which answers are played to the AWS CLI again.
LEDGER = $(GO) test ./emulator -count 1 -timeout 150m -parallel 6 -update -ledger

# Names of the files, as a regular expression; by default all.
FACTS ?=

.PHONY: ledger
ledger: ## write docs/reference/ledger: which facts show what of each operation; an error if a fact does not hold
	$(LEDGER) sample -run 'TestScripts/^sim$$/^facts$$'

.PHONY: ledger-all
ledger-all: ## the same, and find which members facts notice in the AWS CLI: each answer is taken apart; FACTS=ECS00.* for some
	$(LEDGER) all -run 'TestScripts/^sim$$/^facts$$/^$(FACTS)'

.PHONY: models
models: ## write what AWS's public API models demand of requests, of the botocore that python3 has
	$(GO) run ./handlers/awsapi/constraint/generate
	$(GO) run ./internal/app/reference/factledger/generate

.PHONY: changelog
changelog: ## join the fragments of changelog.d into CHANGELOG.md, as the release VERSION
	@.ci/changelog $(VERSION)

.PHONY: release-branch
release-branch: ## put the release VERSION, with its programs, on the branch go, and tag it there
	@.ci/release $(VERSION)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist $(PROGRAMS)/*_linux_* $(PROGRAMS)/sources
