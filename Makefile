# Laban. `make help` lists what can be done.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SERVE  ?= 1
PORT   ?= 8765
READY  := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types unit bench fuzz kills peers accuracy shots browser clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Laban needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(READY_DEV): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

setup: $(READY_DEV) ## Create .venv with everything for development

demo: $(READY) ## Make the demo shop, print its scorecard, show it at http://127.0.0.1:8765 (SERVE=0: only print)
	$(BIN)/laban demo demo $(if $(filter 0,$(SERVE)),,--serve --port $(PORT))

browser: # Chromium for the tests of the pages, where the system's package manager can bring it
	@scripts/browser.sh

test: $(READY_DEV) browser lint types unit ## Everything that must hold: lint, types, tests

lint: $(READY_DEV) ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY_DEV) ## Types
	$(BIN)/mypy

unit: $(READY_DEV)
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(READY_DEV) ## Measure speed and print the tables (ROWS="1000000 10000000": sizes of the board)
	@$(BIN)/python -m compileall -q src
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/board.py $(ROWS)

fuzz: $(READY_DEV) ## Import 20,000 damaged files: none may crash, hang or be half loaded (FILES=n)
	$(BIN)/python benchmarks/fuzz.py --files $(or $(FILES),20000)

kills: $(READY_DEV) ## Kill 1,000 imports at any moment: no row may be lost or doubled (KILLS=n)
	$(BIN)/python benchmarks/kills.py --kills $(or $(KILLS),1000)

bench-data/peers-%/.ready: benchmarks/peers/%.txt $(READY_DEV)
	rm -rf $(@D)/venv
	$(BIN)/python -m venv $(@D)/venv
	$(@D)/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

peers: bench-data/peers-metricflow/.ready bench-data/peers-bsl/.ready ## Ask two other semantic layers for the same board
	$(BIN)/python benchmarks/peers/run.py $(firstword $(ROWS))

accuracy: $(READY_DEV) ## Measure accuracy against published answers and what became of young numbers, print the tables
	@$(BIN)/python benchmarks/accuracy.py
	@$(BIN)/python benchmarks/maturity.py
	@$(BIN)/python benchmarks/ripening.py

shots: $(READY_DEV) browser ## Screenshots of every page at 1280 and 390 px in both languages, into shots/
	$(BIN)/python scripts/shots.py

clean: ## Remove what make made
	rm -rf $(VENV) demo shots bench-data .pytest_cache .mypy_cache .ruff_cache
