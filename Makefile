# `make demo` lives the whole story on this machine, `make test` runs everything that must pass.
# Both need nothing but Python 3.11 or newer and make; they install into .venv what they use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .audit
INSTALLED := $(VENV)/installed
ARGS ?=
BENCH := .venv-bench

# Four processes for two cores: many tests wait for real servers. In CI nothing may be skipped.
PYTEST := $(BIN)/python -m pytest --quiet --numprocesses 4 --dist worksteal $(if $(CI),-p tests.no_skips)

# Hundreds of processes start in the tests: without their compiled modules each would compile everything again.
export PYTHONDONTWRITEBYTECODE :=

# A production-like environment, so that `check --deploy` sees what production would.
PRODUCTION := HTTPS_ONLY=1 DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	ATS_ENCRYPTION_KEYS=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(32))') \
	ATS_PUBLIC_URL=https://jobs.example.com ALLOWED_HOSTS=jobs.example.com CSRF_TRUSTED_ORIGINS=https://jobs.example.com \
	ATS_SUPPORT_EMAILS=support@jobbird.test ATS_ALLOWED_PRIVATE_HOSTS= DATABASE_URL=sqlite:///:memory:

step = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test lint types layers migrations checks test-sqlite test-postgres chaos-short chaos fuzz audit bench clean

help: ## Show this list
	@echo "make <target>"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## Make .venv and install everything; does nothing while the requirements stay the same

demo: $(INSTALLED) ## Live the whole story, then serve on localhost:8000 until Ctrl-C; ARGS=--exit ends after the story
	@$(BIN)/python -m jobbird.demo $(ARGS)

test: lint types layers migrations checks test-sqlite test-postgres chaos-short ## Run everything that must pass; stop at the first failure
	$(call step,everything passed)

lint: $(INSTALLED) ## Check style and formatting (ruff)
	$(call step,ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED) ## Check the types (mypy)
	$(call step,mypy)
	@$(BIN)/mypy ats_integration jobbird

layers: $(INSTALLED) ## Check who imports whom (import-linter)
	$(call step,import-linter)
	@$(BIN)/lint-imports

migrations: $(INSTALLED) ## Check that no migration is missing
	$(call step,makemigrations --check)
	@$(BIN)/python manage.py makemigrations --check

checks: $(INSTALLED) ## Run Django's checks, as on a laptop and as in production
	$(call step,check)
	@$(BIN)/python manage.py check
	$(call step,check --deploy)
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

# The crash points kill processes that share a database, as they do in production: on PostgreSQL.
test-sqlite: $(INSTALLED) ## Run the tests on SQLite, all but the crash points; ARGS goes to pytest
	$(call step,tests on SQLite)
	@$(PYTEST) --ignore tests/chaos/test_crash_points.py --ignore tests/chaos/test_cut_points.py $(ARGS)

test-postgres: $(INSTALLED) ## Run every test that touches the database on PostgreSQL
	$(call step,tests on PostgreSQL)
	@TEST_DATABASE=postgres $(PYTEST) -p tests.database_only $(ARGS)

bench: $(BENCH)/installed ## Measure everything beside its peers, an hour or two on an idle machine; ARGS="throughput kill" chooses
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

chaos-short: $(INSTALLED) ## Break the most telling things while a few hundred applications come in: about a minute
	$(call step,faults under load)
	@$(BIN)/python -m tests.chaos --short

chaos: $(INSTALLED) ## Break everything while 10,000 applications come in, again and again: hours; see ARGS=--help
	@$(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(INSTALLED) ## Feed 20,000 bad inputs to all entry points and print what became of them; some minutes
	@FUZZ_INPUTS=20800 $(BIN)/python -m pytest --quiet --show-capture=no tests/security/test_fuzz.py

# In an environment of its own: it needs much that nothing else does. Without a network it says so and does not fail.
audit: ## Look up known holes of the pinned packages (pip-audit); needs a network
	@test -x $(AUDIT)/bin/pip-audit || { $(PYTHON) -m venv $(AUDIT) && \
		$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1; } || \
		{ echo "Not looked up: pip-audit could not be installed."; exit 0; }; \
	test ! -x $(AUDIT)/bin/pip-audit || $(AUDIT)/bin/pip-audit --requirement requirements.txt --no-deps --disable-pip \
		--progress-spinner off --timeout 10

clean: ## Remove what demo and tests leave behind, but not .venv
	rm -rf .demo .chaos $(AUDIT) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

$(INSTALLED): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is %s. Try: make PYTHON=python3.12 setup" % sys.version.split()[0])'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
		{ echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing into $(VENV): a minute or two, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(BENCH)/installed: benchmarks/requirements.txt requirements.txt requirements-dev.txt
	@$(BENCH)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(BENCH)
	@echo "Installing into $(BENCH): a minute or two, once."
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@
