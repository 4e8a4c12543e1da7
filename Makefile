# What people and CI call. The work is in scripts/, which need no make.

.DEFAULT_GOAL := help
.PHONY: help setup build run check test bench

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-7s %s\n' "$$name" "$$text"; done

setup: ## Install what building and testing need (packages, Node.js modules, Python clients)
	@scripts/setup test

build: ## Build the web UI and the release binary, target/release/cytomine
	@scripts/setup build
	@scripts/build

run: ## Set up, build and run the system with a demo project (ARGS="--listen ..." goes to it)
	@scripts/run $(ARGS)

check: ## Format, lints, types, dependencies, layers
	@scripts/check

test: ## Set up and run every test
	@scripts/test

bench: ## Measure the release binary
	@scripts/bench
