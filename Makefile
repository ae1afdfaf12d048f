# Every target is thin over `xueji …` or pytest. `make` alone explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo run test check bench docs lock clean

help: ## Explain the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## Walk one cohort from the admission list to a verified report; no server needed
	@$(BIN)/xueji demo

run: $(STAMP) ## Run the whole platform in one process on http://localhost:8000 (data in var/, Ctrl-C stops it)
	@$(BIN)/xueji run

test: $(STAMP) ## Run every test, on real PostgreSQL and real RabbitMQ too (TESTS=path for a part, WORKERS=0 for one process)
	@$(BIN)/pytest -n $(WORKERS) $(TESTS)

check: $(STAMP) ## Check format, lint, types, import contracts and that the generated pages are fresh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/xueji docs --check

bench: $(STAMP) ## Measure against the named references and write benchmarks/results.json
	@$(BIN)/python -m benchmarks

docs: $(STAMP) ## Write the generated pages: catalogue, rulebook, access table, OpenAPI, AsyncAPI
	@$(BIN)/xueji docs

lock: $(STAMP) ## Write requirements.lock anew from pyproject.toml (UPGRADE=--upgrade for newer pins)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" $(UPGRADE) pyproject.toml -o requirements.lock

clean: ## Remove .venv, caches, build folders and var/ with all its data
	@if [ -d var ]; then find var -type l -exec readlink -f {} + | sed -n '\|^/var/lib/xueji/.|p' | xargs -r rm -rf; fi
	@rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is what requirements.lock says, hash by hash; the project itself is installed as a link to this folder.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Xueji needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked environment into $(VENV) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
