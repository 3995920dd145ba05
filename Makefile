PYTHON ?= python3

.PHONY: check lint types imports test accept bench format screenshots

check: lint types imports test ## under 3 minutes

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

imports:
	lint-imports

test: ## unit, contract and console tests
	$(PYTHON) -m pytest tests/unit tests/contract tests/tui -n 2 --dist loadfile

accept: ## real terminals, sockets, processes and recordings; under 10 minutes
	$(PYTHON) -m pytest tests/accept -m accept -n 3 --dist loadfile --no-loadscope-reorder

bench: ## figures for benchmarks/RESULTS.md; gates nothing
	$(PYTHON) -m benchmarks

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

screenshots:
	$(PYTHON) screenshots/make.py
