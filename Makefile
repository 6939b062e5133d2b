# `make run` and `make test` set up all they need. PYTHON names the interpreter to begin with (3.11 or later).
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check format bench tracker screenshots messages lock wheel clean

run: .venv/run.stamp
	exec env TRAILHOUSE_PORT=$(PORT) TRAILHOUSE_URL=http://127.0.0.1:$(PORT) $(BIN)/trailhouse serve --demo

test: check
	$(BIN)/python -m tests.needs
	$(BIN)/pytest -n 3 --dist worksteal

check: .venv/dev.stamp
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp
	$(BIN)/python -m bench

tracker: .venv/dev.stamp
	$(BIN)/python tracker/build.py

screenshots: .venv/dev.stamp
	$(BIN)/python -m tests.needs
	$(BIN)/python -m bench.screenshots

messages: .venv/dev.stamp
	$(BIN)/python -m tools.messages

wheel: .venv/dev.stamp
	$(BIN)/hatchling build -t wheel

# Pins every dependency with its hashes; the file names no index.
lock: .venv/dev.stamp
	$(BIN)/uv pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --quiet --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --quiet -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Debian keeps venv in a package of its own.
.venv/bin/python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Trailhouse needs Python 3.11 or later"'
	$(PYTHON) -m venv .venv || { rm -rf .venv; apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv .venv; }

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@ .venv/run.stamp
