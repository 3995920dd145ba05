PYTHON ?= python3

# The processes that tests start would else compile the program again, each for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: check static lint types imports test accept bench format screenshots

check: ## under 3 minutes: what is read from the source beside the tests
	$(MAKE) --no-print-directory -j 2 static test

static: lint types imports

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
	$(PYTHON) -m pytest tests/accept -m accept -n 5 --dist loadfile --no-loadscope-reorder

bench: ## figures for benchmarks/RESULTS.md; gates nothing
	$(PYTHON) -m benchmarks

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

screenshots:
	$(PYTHON) -m screenshots.make
