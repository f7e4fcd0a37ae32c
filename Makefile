# A machine needs Python 3.11 or newer, git and make; everything else is installed below .venv, pinned with hashes.
# Another Python: make PYTHON=python3.12 …      Arguments: make demo ARGS="--for 60s"

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
REQUIREMENTS := deploy/requirements
# dev.txt holds all of local.txt: once it is installed it stays, and `demo` after `test` installs nothing.
SYNC = $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(REQUIREMENTS)/bootstrap.txt $(REQUIREMENTS)/$(1).txt \
	&& $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
IS_ROOT_WITH_APT = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null
# Two files of tests at a time, each process with a broker and a database of its own: half of a test is waiting for stages.
AT_ONCE := -n 2 --dist loadfile --no-loadscope-reorder
APT = apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends

# Without compiled modules the start of every program takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-unit test-asterisk test-planted lint types layers check bench screenshots sim chaos compose-test chromium \
	prometheus clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

setup: .venv/.local ## what runs the system on this machine: then .venv/bin/collector

demo: .venv/.local ## a simulated provider, real Kafka and MongoDB, every stage, the dashboard; ARGS="--for 60s" ends by itself
	@$(BIN)/collector demo $(ARGS)

test: .venv/.dev chromium prometheus ## every test, on the real parts; ARGS="-k words" chooses
	@$(BIN)/pytest $(AT_ONCE) $(ARGS)

test-unit: .venv/.dev ## the tests that need nothing but Python: seconds
	@$(BIN)/pytest tests/unit tests/contract $(ARGS)

test-asterisk: .venv/.dev ## the PABX's tests on a real Asterisk; ASTERISK_LAB names the script that starts one (root only)
	@$(BIN)/pytest tests/asterisk $(ARGS)

test-planted: .venv/.dev ## a chaos finds out a stage with a defect on purpose; ten minutes at most
	@$(BIN)/pytest tests/planted $(ARGS)

lint: .venv/.dev ## ruff: rules and format
	@$(BIN)/ruff check && $(BIN)/ruff format --check

types: .venv/.dev ## mypy, strict
	@$(BIN)/mypy

layers: .venv/.dev ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo

check: lint types layers test-unit ## what a change must pass before it is sent

bench: .venv/.dev ## speed, as ratios against a baseline of the same run
	@$(BIN)/collector bench $(ARGS)

screenshots: .venv/.dev chromium ## the pictures of README.md, taken anew of a demonstration
	@$(BIN)/python -m deploy.screenshots

sim: .venv/.dev ## 90 days of calling in minutes, with crashes after every step; ARGS="--seed 7 --debtors 10000" is the long one
	@$(BIN)/collector sim $(ARGS)

chaos: .venv/.local ## five seeds of faults, then truth and raw rows must agree; ARGS="--cluster --blows 20 --seed 7 --seeds 1" is one part of the long one
	@$(BIN)/collector demo --chaos --seeds 5 $(ARGS)

compose-test: .venv/.dev ## docker-compose.yml on a real engine; ARGS="--losses", ARGS="--from v0.1.0" instead: what may be lost, an upgrade
	@$(BIN)/python -m deploy.compose $(ARGS)

chromium:
	@command -v chromium >/dev/null || if $(IS_ROOT_WITH_APT); then echo "installing chromium for the browser tests"; \
		$(APT) chromium >/dev/null; \
	else echo "no chromium: the browser tests will fail; install it (Debian, Ubuntu: apt-get install chromium)" >&2; fi

# Its service is not started: Debian asks policy-rc.d, and where there is none we say no for as long as this takes.
prometheus:
	@command -v promtool >/dev/null || if $(IS_ROOT_WITH_APT); then echo "installing prometheus for the tests of alerts and board"; \
		policy=/usr/sbin/policy-rc.d; if [ ! -e $$policy ]; then trap "rm -f $$policy" EXIT; \
			printf '#!/bin/sh\nexit 101\n' >$$policy; chmod 755 $$policy; fi; \
		$(APT) -o DPkg::Lock::Timeout=300 prometheus >/dev/null; \
	else echo "no prometheus: its tests will fail; install it (Debian, Ubuntu: apt-get install prometheus)" >&2; fi

clean: ## removes .venv and caches; .collector and .env stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.local: $(REQUIREMENTS)/local.txt $(REQUIREMENTS)/bootstrap.txt pyproject.toml | $(BIN)/uv
	@if [ -e .venv/.dev ]; then $(MAKE) --no-print-directory .venv/.dev; else echo "installing $(REQUIREMENTS)/local.txt"; $(call SYNC,local); fi
	@touch $@

.venv/.dev: $(REQUIREMENTS)/dev.txt $(REQUIREMENTS)/local.txt $(REQUIREMENTS)/bootstrap.txt pyproject.toml | $(BIN)/uv
	@echo "installing $(REQUIREMENTS)/dev.txt"
	@$(call SYNC,dev)
	@touch .venv/.local $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		found=$$($(PYTHON) --version 2>/dev/null | head -1); \
		echo "Python 3.11 or newer is needed, $(PYTHON) is $${found:-missing}: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || if $(IS_ROOT_WITH_APT); then $(APT) python3-venv >/dev/null; else \
		echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; fi
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(REQUIREMENTS)/bootstrap.txt
