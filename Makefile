# Everything a person needs starts here. A machine needs Python >= 3.11 with venv, and make; the rest sets itself up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
UV := $(BIN)/uv
LOCK := $(UV) pip compile --quiet --generate-hashes --universal --no-header --no-emit-index-url --no-emit-find-links
CODE := bot commands migrations tests

.DEFAULT_GOAL := help
.PHONY: help demo run test quick check format lint types bench crash ghes soak chaos lock clean

help:  ## show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(UV): 
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# One stamp per set of packages: the second run finds nothing to do.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.runtime  ## play the stories against the sandbox, then keep serving with a prompt (ONCE=1: end after the stories)
	$(BIN)/signalbox demo $(if $(ONCE),--once)

run: $(VENV)/.runtime  ## serve with the environment of this shell
	$(BIN)/signalbox serve

check: $(VENV)/.dev  ## format, lint and types, without changing anything
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy

quick: check  ## check, then rules, words and house (< 60 s)
	$(BIN)/pytest -q -n 2 tests/rules tests/render tests/commands tests/house tests/test_settings.py tests/test_log.py tests/test_transcript.py

test: check  ## the whole suite but for kill -9, which is `make crash` (< 8 minutes on 2 cores)
	$(BIN)/pytest -q -n 3 --dist worksteal -m "not crash"  # stories mostly wait, so a third worker finds room

bench: $(VENV)/.dev  ## print the cost figures
	$(BIN)/python -m tests.load.bench

crash: $(VENV)/.dev  ## kill -9 at every named point and at 200 random ones, on both databases (POINTS=40 DATABASE=sqlite: fewer)
	$(BIN)/pytest -q tests/crash --crash-random=$(or $(POINTS),200) $(addprefix --crash-database=,$(DATABASE))

ghes: $(VENV)/.dev  ## the stories once more, on a GitHub Enterprise Server (STORIES="-k enterprise": fewer)
	STORIES_HOST=ghes $(BIN)/pytest -q -n 3 --dist worksteal tests/stories $(STORIES)

soak: $(VENV)/.dev  ## mixed traffic for twenty minutes: nothing lost, nothing twice, memory flat (SOAK="--minutes 5")
	$(BIN)/python -m tests.load.soak $(SOAK)

chaos: $(VENV)/.dev  ## everything fails at random for five minutes: nothing lost, nothing twice, nothing held (CHAOS="--seconds 60")
	$(BIN)/python -m tests.load.chaos $(CHAOS)

format: $(VENV)/.dev  ## rewrite the code in the house format
	$(BIN)/ruff check --fix --quiet $(CODE)
	$(BIN)/ruff format --quiet $(CODE)

lock: | $(UV)  ## pin and hash the dependencies anew
	$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(LOCK) --extra postgres -c requirements/runtime.txt pyproject.toml -o requirements/postgres.txt
	$(LOCK) --extra postgres --extra otel -c requirements/postgres.txt pyproject.toml -o requirements/otel.txt
	$(LOCK) --extra dev --extra otel -c requirements/otel.txt pyproject.toml -o requirements/dev.txt

clean:  ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis signalbox.db*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
