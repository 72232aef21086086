# Verbs for people: setup, demo, test, check, bench, docs. Knobs: make demo PORT=8080 DATA=./data PACK=packs/jiangbei PYTHON=python3.12
PYTHON ?= python3
PORT ?= 8080
DATA ?= ./data
PACK ?= packs/jiangbei
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header
PINNED := requirements/build.lock requirements/installer.lock pyproject.toml tools/setup.sh
UI_FILES := $(shell find ui \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help setup setup-dev demo test check proof bench docs ui wheel format lock clean

help:
	@echo "make setup   into .venv: the program, its dependencies and the built screens"
	@echo "make demo    run the Jiangbei district with a simulated day   (PORT=8080 DATA=./data)"
	@echo "make check   format, types, lint, imports, core, flows, house: under a minute"
	@echo "make test    everything, in a real browser too"
	@echo "make proof   a million random deadlines against counting minute by minute   (CASES=1000000 SEED=2026)"
	@echo "make bench   measure this machine (docs/performance.md);   make docs   write docs/reference again"

setup: $(VENV)/.run ui/dist/index.html

setup-dev: $(VENV)/.dev ui/dist/index.html

$(VENV)/.run: requirements/run.lock $(PINNED)
	@PYTHON="$(PYTHON)" sh tools/setup.sh run
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(PINNED)
	@PYTHON="$(PYTHON)" sh tools/setup.sh dev
	@touch $(VENV)/.run $@

# Built after the environment (Node comes with it), again only when a file of the screens changed.
ui/dist/index.html: $(UI_FILES) | $(VENV)/.run
	sh tools/build_ui.sh

ui: ui/dist/index.html

# A package with screens and template, for machines that shall not build anything: dist/northbank-*.whl
wheel: setup
	$(BIN)/uv build -q --wheel --no-build-isolation --out-dir dist

demo: setup
	@$(BIN)/northbank demo --pack "$(PACK)" --port "$(PORT)" --data "$(DATA)"

check: $(VENV)/.dev
	@sh tools/check.sh

test: setup-dev
	@sh tools/test.sh

# A million random deadlines against counting minute by minute. make proof CASES=50000 SEED=7
CASES ?= 1000000
SEED ?= 2026
proof: $(VENV)/.dev
	@$(BIN)/python -m tests.core.proof $(CASES) $(SEED)

bench: setup-dev
	$(BIN)/northbank bench all

docs: $(VENV)/.dev
	$(BIN)/python tools/make_docs.py

format: $(VENV)/.dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(VENV)/.dev
	$(LOCK) pyproject.toml -o requirements/run.lock
	$(LOCK) --extra dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock
	$(LOCK) --group pyproject.toml:build -c requirements/dev.lock -o requirements/build.lock
	$(LOCK) --group pyproject.toml:installer -o requirements/installer.lock

clean:
	rm -rf $(VENV) ui/dist ui/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
