# `make` lists the commands.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help setup test-setup run test lock data check-data

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.run-stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.test-stamp: requirements-dev.txt $(VENV)/.run-stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.run-stamp ## create .venv with what the app needs
test-setup: $(VENV)/.test-stamp

run: setup ## serve the app on PORT (8501)
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: test-setup ## run every test
	$(BIN)/python -m pytest

data: setup ## rebuild the files of data/ from data/sources/
	$(BIN)/python -m geo.seed

check-data: setup ## check the files of data/: positions, codes, sources, counts
	$(BIN)/python -m geo.store.checks

lock: ## compile the pinned requirements from the .in lists
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q requirements.in -o requirements.txt --no-header --no-annotate
	$(BIN)/uv pip compile -q requirements-dev.in -o requirements-dev.txt --no-header --no-annotate
