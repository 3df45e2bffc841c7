.DEFAULT_GOAL := help
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help run test soak fuzz bench foreign check format coverage-of-requirements clean

PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?=

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 28

run: .venv/run ## install, make a store with a blog and an album, and serve it on 127.0.0.1:8000
	@$(BIN)/atompub init --demo
	@$(BIN)/atompub serve

test: .venv/test ## run the whole suite; it starts what it needs by itself
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

soak: .venv/test ## sudden death twenty times, a minute of writes, a gigabyte of media
	SOAK_ROUNDS=20 SOAK_SECONDS=60 LARGE_MEGABYTES=1000 $(BIN)/python -m pytest --durations=0 -rP \
		tests/live/test_sudden_death.py tests/live/test_mixed_writes.py tests/live/test_large_media.py

fuzz: .venv/test ## look for inputs that break the rules, other ones at each run
	$(BIN)/python -m pytest -n auto tests/property --hypothesis-profile=fuzz $(PYTEST_ARGS)

bench: .venv/test ## measure the real server against its references (needs wrk; nginx for uploads)
	@command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk nginx-light"; exit 1; }
	@$(BIN)/python -m benchmarks.bench

foreign: ## install the foreign programs that some tests talk to (Debian, as root)
	$(SUDO) apt-get update -qq
	$(SUDO) apt-get install -y -qq --no-install-recommends chromium curl faketime libatompub-perl \
		newsboat nginx-light openssl systemd varnish >/dev/null
	@command -v java >/dev/null || $(SUDO) apt-get install -y -qq --no-install-recommends \
		default-jre-headless >/dev/null
	@command -v npm >/dev/null || $(SUDO) apt-get install -y -qq --no-install-recommends npm >/dev/null
	npm install --silent --no-save --no-package-lock --ignore-scripts --prefix build/npm \
		axe-core@4 vnu-jar@26

check: .venv/check ## formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/check ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage-of-requirements: .venv/test ## which rows of docs/conformance.md the tests cover
	@$(BIN)/python -m tests.project.coverage

clean: ## remove the environment and what was built, not the data
	rm -rf .venv build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "atompub needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run: $(BIN)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[images]'
	@touch $@

.venv/test: $(BIN)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

.venv/check: $(BIN)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[check]'
	@touch $@
