# `make` lists the targets. A fresh machine needs a Swift toolchain and make; the rest is installed, or named, on the way.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build run test lint format bench docs soak clean

# Linked statically, a function starts in a fraction of the time; macOS has Swift's libraries in the system and no such option.
ifeq ($(shell uname -s),Linux)
RELEASE := -c release --static-swift-stdlib
else
RELEASE := -c release
endif

SWIFT_FILES := Package.swift $(wildcard Sources Functions Tests)
SEEDS ?= 20000
STORM ?= 10000

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build martlet and the sample functions for release
	@.ci/dependencies run
	swift build $(RELEASE)

run: build ## Build, then start the emulator on template.yaml
	exec .build/release/martlet serve

test: ## Run every test, the end-to-end ones with AWS's own clients in .venv
	@.ci/dependencies test
	@.ci/python-environment
	swift build --build-tests
	@# What failed is said once more at the end, where it is found in a long log.
	PATH="$(CURDIR)/.venv/bin:$$PATH" MARTLET_TEST_PYTHON="$(CURDIR)/.venv/bin/python" swift test --skip-build 2>&1 \
		| tee .build/test.log || { echo "What failed:"; grep -E ' recorded an issue|^ *(FAILED|ERROR) |^ *E  ' .build/test.log | cut -c 1-400; exit 1; }

lint: ## Check the format of all Swift files
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)

format: ## Format all Swift files in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

bench: ## Measure against peers; the result goes to docs/performance.md
	@.ci/dependencies bench
	@.ci/python-environment
	swift build $(RELEASE)
	PATH="$(CURDIR)/.venv/bin:$$PATH" Tests/Benchmarks/run.sh --write

docs: ## Check that every link in README and docs leads somewhere
	@.ci/dependencies run
	swift test --filter TidyTests.DocumentationTests

soak: build ## Many seeds (SEEDS=20000), 10,000 templates against Velocity, a storm of failures (STORM=10000), 100 kills, 100,000 records
	@.ci/dependencies test
	@.ci/python-environment
	MARTLET_SIMULATION_SEEDS=$(SEEDS) MARTLET_VELOCITY_TEMPLATES=10000 swift test --filter 'SimulationTests|VTLTests'
	ulimit -n 16384; PATH="$(CURDIR)/.venv/bin:$$PATH" MARTLET_BINARY="$(CURDIR)/.build/release/martlet" \
		MARTLET_CHAOS=$(STORM) MARTLET_SOAK=1 MARTLET_SOAK_KILLS=100 .venv/bin/python -m pytest -s -p no:cacheprovider \
		$(addprefix Tests/EndToEndTests/python/,test_chaos.py test_console.py test_queue_durability.py test_queue_scale.py)

clean: ## Remove what was built and .venv; the emulator's state stays
	rm -rf .build .venv
