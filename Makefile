# Each target does all of its own set-up: a fresh machine needs Python >= 3.11, git, make and the package registries.
PYTHON ?= python3
VENV := .venv
MADE := .make
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: setup browser demo test crash check coverage bench lock messages docs clean

setup: $(MADE)/venv

# The lock names everything; left to resolve, pip takes the newest of an extra's package and then misses its hash.
$(MADE)/venv: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --config-settings editable_mode=compat --editable .
	mkdir -p $(MADE) && touch $@

browser: $(MADE)/browser

$(MADE)/browser: $(MADE)/venv
	$(BIN)/python -m tools.browser
	touch $@

$(MADE)/postgres: $(MADE)/venv
	$(BIN)/python -m tools.postgres
	touch $@

$(MADE)/mariadb: $(MADE)/venv
	$(BIN)/python -m tools.mariadb
	touch $@

demo: $(MADE)/browser
	$(BIN)/yinxin demo || test $$? -eq 1

# What cannot be fetched is left out: the tests that draw their pages with it say so, and skip themselves.
$(MADE)/frontends-fetched: $(MADE)/venv tools/frontends.py
	-$(BIN)/python -m tools.frontends
	touch $@

test: $(MADE)/browser $(MADE)/postgres $(MADE)/mariadb $(MADE)/frontends-fetched
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile

crash: $(MADE)/browser $(MADE)/postgres
	$(BIN)/python -m tests.crash

coverage: $(MADE)/browser $(MADE)/postgres $(MADE)/mariadb $(MADE)/frontends-fetched
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --cov --cov-report=term-missing

check: $(MADE)/venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/messages.py check
	$(BIN)/python tools/reference.py check

bench: $(MADE)/browser
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.end_to_end
	$(BIN)/python -m benchmarks.journal
	$(BIN)/python -m benchmarks.form
	$(BIN)/python -m benchmarks.collect
	$(BIN)/python -m benchmarks.workbook
	$(BIN)/python -m benchmarks.reconcile

# What follows changes files that are committed.
lock: $(MADE)/venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-header --no-annotate \
		--generate-hashes --no-emit-index-url --quiet --output-file requirements.lock

messages: $(MADE)/venv
	$(BIN)/python tools/messages.py update

docs: $(MADE)/venv
	$(BIN)/python tools/reference.py write

clean:
	rm -rf $(VENV) $(MADE) yinxin-demo
