# The two commands: `make run` and `make test`. Both set everything up first; the second time that takes a moment.
# Written for make 3.81 and newer.

PORT ?= 8000
PYTHON ?= python3
VENV := .venv/bin

.PHONY: help setup run test ready-tests lint style types order docs messages pictures clean

help:
	@echo "make run     set up and open the zone on http://127.0.0.1:$(PORT)/ (another port: make run PORT=8001)"
	@echo "make test    set up and run every test"
	@echo "make lint    style, types, and the order of the rooms"
	@echo "make docs    build the documentation into site/"
	@echo "make pictures  take the pictures of the documentation anew"
	@echo "make setup   set up only (another Python: make setup PYTHON=/path/to/python3.12)"
	@echo "make clean   remove what the set-up and the server made, data included"

setup:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "Python was not found: install Python 3.11 or newer, or name it, as in: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py

run: setup
	@$(VENV)/python -m ecociv.server.start --port $(PORT)

test: setup
	@$(VENV)/python -m pytest -n auto $(ARGS)

# Beforehand, on a core that is idle: the compiled tests, and the databases that tests copy.
ready-tests: setup
	@$(VENV)/python scripts/test_on_postgresql.py migrate
	@said=$$($(VENV)/python -m pytest -qqq --collect-only) || { echo "$$said"; exit 1; }

lint: style types order

style: setup
	@$(VENV)/ruff check src tests scripts benchmarks

types: setup
	@$(VENV)/mypy

order: setup
	@$(VENV)/lint-imports

docs: setup
	@$(VENV)/mkdocs build --strict

messages: setup
	@$(VENV)/python scripts/messages.py collect

pictures: setup
	@ECOCIV_PICTURES=docs/images $(VENV)/python -m pytest tests/browser -q -k sample_zone

clean:
	rm -rf .venv var web/node_modules site
