# How is moot set up, run, tested and checked? Each target below is one answer; `make` alone lists them.

VENV := .venv
STAMP := $(VENV)/.moot-is-set-up
PYTHON_FILES := core storage console tests $(wildcard bench)
# Half of the tests' time is waiting, for screens and processes: so many run at once, also on two cores. One that is done
# takes over what another has left.
WORKERS := 4
TESTS := $(VENV)/bin/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

.DELETE_ON_ERROR:
.PHONY: help setup run test check format bench torture picture lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1 /p' $(MAKEFILE_LIST) | awk '{printf "  make %-9s", $$2; $$1 = $$2 = ""; print}'

setup: $(STAMP) ## make .venv and install what requirements.lock pins

# The stamp is the last thing that setup writes, so that a setup cut short is done again.
$(STAMP): requirements.lock pyproject.toml scripts/setup
	@scripts/setup
	@touch $@

run: setup ## a rehearsed debate: in the console, or printed where there is no terminal
	@$(VENV)/bin/moot demo

test: setup ## the tests, four at once (WORKERS=8: eight)
	$(TESTS)

check: setup ## the one check: ruff, mypy, import contracts, tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@find $(PYTHON_FILES) -name '*.py' -exec awk 'END { if (NR > 450) print FILENAME ": " NR " lines. Does it still answer one question?" }' {} \;
	$(TESTS)

format: setup ## put the code into the house's form
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: setup ## the figures
	$(VENV)/bin/python -m bench

torture: setup ## the long runs: many seeds, crashes, faults
	$(TESTS) -m torture
	$(VENV)/bin/python -m tests.kills 1000

picture: setup ## draw the pictures in docs/pictures from rehearsed and invented debates
	@$(VENV)/bin/python scripts/picture
	@$(VENV)/bin/python scripts/picture-analytics

lock: setup ## pin the newest versions that pyproject.toml allows
	@scripts/lock

clean: ## remove .venv and every cache
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
	find $(PYTHON_FILES) themes -name __pycache__ -type d -prune -exec rm -rf {} +
