# Verbs for people: setup, demo, test, check, bench, docs. Knobs: make demo PORT=8080 DATA=./data
PYTHON ?= python3
PORT ?= 8080
DATA ?= ./data
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup setup-dev demo test check bench docs lock ui format clean

setup: $(VENV)/.run ui/dist/index.html

$(VENV)/.run: requirements/run.lock pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh run
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh dev
	@touch $@ $(VENV)/.run

setup-dev: $(VENV)/.dev ui/dist/index.html

ui/dist/index.html: $(VENV)/.run $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print 2>/dev/null)
	sh tools/build_ui.sh

ui: ui/dist/index.html

demo: setup
	$(BIN)/northbank demo --port $(PORT) --data $(DATA)

check: $(VENV)/.dev
	sh tools/check.sh

test: setup-dev
	sh tools/test.sh

bench: setup-dev
	$(BIN)/northbank bench all

docs: setup-dev
	$(BIN)/python tools/make_docs.py

format: $(VENV)/.dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock:
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock
