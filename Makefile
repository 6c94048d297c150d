# Packmate. Each target makes the environment it needs in .venv; `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test fuzz check format benchmark image setup flash deploy selftest logs mutants pictures \
  clean distclean

PYTHON ?= python3
ARGS ?=
# Four processes for two cores, since half of the time a test waits: the bench for its clocks, the
# relay for its brokers. The tests of a file stay together, since they share what is costly to make.
WORKERS ?= -n 4 --dist loadfile --no-loadscope-reorder
BOARD ?= lilygo_t_display
# Empty: the one board that is on USB.
PORT ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install

# A stamp is newer than what it was made from, so that a second run starts at once.
MADE := $(VENV)/.made
PACKMATE := $(VENV)/.packmate
FLASH := $(VENV)/.flash
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev
NODE := $(VENV)/.node
STUBS := $(VENV)/.stubs
HOME_ASSISTANT := $(VENV)/.home-assistant

# Tools of the environment come first, also for the programs that we start.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# pytest keeps its rewritten tests beside them: without that each process takes 15 s to begin.
unexport PYTHONDONTWRITEBYTECODE

help: ## this list
	@echo "make TARGET [ARGS=...]:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(DEMO) ## the virtual bench in a browser; ARGS="--headless --scenario FILE" without one
	@$(BIN)/python -m tools.bench $(ARGS)

test: $(DEV) $(NODE) $(HOME_ASSISTANT) ## all tests, on CPython and on 64- and 32-bit MicroPython; ARGS go to pytest
	@$(BIN)/python -m pytest $(WORKERS) $(ARGS)

fuzz: $(DEV) $(NODE) ## looks for new examples with fresh seeds until one fails; Ctrl-C ends it
	@round=0; while $(BIN)/python -m pytest -q -m hypothesis --hypothesis-profile fuzz -o timeout=0 \
	$(WORKERS) $(ARGS); \
	do round=$$((round + 1)); echo "make fuzz: $$round rounds without a find"; done; \
	echo "make fuzz: a find in round $$((round + 1)), or ended; keep it as an @example of its test"; \
	exit 1

mutants: $(DEV) ## small faults put into the heater's code: does a test notice? Hours; ARGS="--each 10"
	@$(BIN)/python -m tools.mutants $(ARGS)

check: $(DEV) $(NODE) $(STUBS) ## format, lint, types against the ESP32 stubs, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	node_modules/.bin/pyright --project pyproject.toml --pythonpath $(BIN)/python
	$(BIN)/python -m pytest -q host_tests/test_imports.py

format: $(DEV) ## rewrites the sources in the one format
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

benchmark: $(DEV) $(NODE) ## the performance table; ARGS=memory for the memory table
	@$(BIN)/python -m tools.benchmark $(ARGS)

setup: $(PACKMATE) ## asks for the settings; writes settings.json and secrets.json
	@$(BIN)/python -m tools.packmate setup $(ARGS)

flash: $(FLASH) ## MicroPython onto a new board: BOARD=..., PORT=... if there are several, FIRMWARE=....bin if it is not here
	@$(BIN)/python -m tools.packmate flash $(BOARD) $(PORT) $(FIRMWARE) $(ARGS)

deploy: $(PACKMATE) ## Packmate onto the device: BOARD=..., PORT=..., ARGS="--settings settings.json"
	@$(BIN)/python -m tools.packmate deploy $(BOARD) $(PORT) $(ARGS)

selftest: $(PACKMATE) ## tries what hangs at the device, without heating: PORT=...
	@$(BIN)/python -m tools.packmate selftest $(PORT) $(ARGS)

logs: $(PACKMATE) ## what the device says, with tracebacks explained
	@$(BIN)/python -m tools.packmate logs $(PORT) $(ARGS)

image: $(PACKMATE) ## what goes onto the device: BOARD=lilygo_t_display
	@$(BIN)/python -m tools.image $(BOARD) $(ARGS)

pictures: $(DEV) ## makes the pictures of README and docs anew
	@$(BIN)/python -m tools.draw.wiring
	@$(BIN)/python -m tools.draw.plan
	@$(BIN)/python -m tools.draw.pictures $(ARGS)

clean: ## removes what was built, but not the environment
	rm -rf build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## removes the environment too
	rm -rf $(VENV) node_modules

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Packmate needs Python 3.10 or newer; choose one with: make PYTHON=/path/to/python3"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: a part of it is packaged separately here."; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) (once, a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(PACKMATE): requirements-packmate.txt $(MADE)
	@$(PIP) -r requirements-packmate.txt
	@touch $@

$(FLASH): requirements-flash.txt $(PACKMATE)
	@$(PIP) -r requirements-flash.txt
	@touch $@

$(DEMO): requirements.txt $(PACKMATE)
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements-flash.txt $(DEMO)
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Node.js runs the 32-bit MicroPython and the type checker: the system's, or one from the index.
$(NODE): package.json package-lock.json requirements-node.txt $(MADE)
	@{ command -v npm && node -e 'process.exit(+(parseInt(process.versions.node) < 18))'; } \
	  >/dev/null 2>&1 || $(PIP) -r requirements-node.txt
	@npm ci --ignore-scripts --loglevel=error >/dev/null
	@touch $@

$(STUBS): requirements-stubs.txt $(MADE)
	@rm -rf $(VENV)/stubs
	@$(PIP) --target $(VENV)/stubs -r requirements-stubs.txt
	@touch $@

# Not there is no fault, but for continuous integration: tests that want it say so.
$(HOME_ASSISTANT): requirements-home-assistant-2024.3.txt requirements-home-assistant-2025.4.txt $(MADE)
	@if $(BIN)/python -m tools.home_assistant.mqtt_only; then touch $@; else test -z "$$CI"; fi
