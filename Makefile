# What a newcomer types. Reads with GNU make 3.81 as well, which is what macOS brings.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check lint types coverage hostile soak bench lock docs texts screenshots clean

BIN  := .venv/bin
PORT ?= 8000

# One worker per core, eight at most: each has a database of its own. Tests of one group stay on one worker.
PYTEST := $(BIN)/pytest --numprocesses logical --maxprocesses 8 --dist loadgroup

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install

# Releases younger than two weeks are not taken: long enough for a broken or hostile one to be found out.
LOCK_AGE ?= 14 days
COMPILE  := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 \
	--exclude-newer "$(LOCK_AGE)" --custom-compile-command "make lock"

help:
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo

##@ Try it
run: .venv/run.stamp ## the demo on http://127.0.0.1:8000 (PORT=8001 for another port); Ctrl-C stops it
	@exec env DEMO=1 PORT="$(PORT)" $(BIN)/flask --app wsgi serve

##@ Change it
test: .venv/dev.stamp ## the whole suite on SQLite and PostgreSQL, with browser (ARGS="-k trace" for a part)
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.postgres --which
	@rm -f .coverage .coverage.*
	@$(PYTEST) --cov --cov-report= --cov-fail-under=0 $(ARGS) || { rm -f .coverage; exit 1; }

check: lint types coverage ## format, lint, types, tests, coverage: what must hold before a change goes in

# Warnings are errors through pyproject.toml, which names each exception; -W error here would undo those.
lint: .venv/dev.stamp
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: .venv/dev.stamp
	@$(BIN)/mypy

# The suite always runs measured. `make check TESTED=1` right after `make test` judges that run's figures instead
# of running it all again (.ci/run does so). A failed run leaves no figures; figures older than the code are refused.
coverage: $(if $(TESTED),.venv/dev.stamp,test)
	@test -f .coverage || { echo "No measured test run to judge: run make test first, and let it pass." >&2; exit 1; }
	@changed=$$(find models dashboard tests wsgi.py scheduler.py -name '*.py' -newer .coverage | head -n 1); \
		test -z "$$changed" || { echo "$$changed changed after the test run: run make test again." >&2; exit 1; }
	@$(BIN)/coverage report

hostile: .venv/dev.stamp ## the attacks that take long
	@$(PYTEST) -m hostile $(ARGS)

soak: .venv/dev.stamp ## hours of life in fast motion
	@$(PYTEST) -m soak $(ARGS)

bench: .venv/dev.stamp ## speed at 10 thousand and 10 million events, beside stock Flask-Admin and Django admin
	@$(BIN)/python -m bench $(ARGS)

##@ Keep it
docs: .venv/run.stamp ## writes docs/roles.md and docs/settings.md anew and checks the access matrix
	@DEMO=1 $(BIN)/flask --app wsgi docs
	@DEMO=1 $(BIN)/flask --app wsgi access-matrix

texts: .venv/run.stamp ## brings the Dutch catalogue up to date and compiles it; names what has no Dutch yet
	@$(BIN)/python -m translations

screenshots: .venv/dev.stamp ## takes the README's pictures anew
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.browser.screenshots

lock: $(BIN)/python ## resolves requirements*.in anew; nothing younger than LOCK_AGE
	@$(PIP) 'uv>=0.13'
	@$(COMPILE) --upgrade requirements.in -o requirements.txt
	@$(COMPILE) --upgrade --constraint requirements.txt requirements-dev.in -o requirements-dev.txt
	@! grep -n '://' requirements.txt requirements-dev.txt || { echo "A lock must not name a host." >&2; exit 1; }

clean: ## removes the virtual environment and every cache; var/ (your data) stays
	@rm -rf .venv .coverage .coverage.* htmlcov test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment: made when missing, filled when its lock changed ------------------------------

.venv/run.stamp: requirements.txt | $(BIN)/python
	@echo "Installing what the product runs on ..."
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

# The second lock is resolved within the first, so it brings the same versions and more.
.venv/dev.stamp: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing what the product runs on, and what the tests and checks need ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch .venv/run.stamp $@

# A name may be there and not run (a pyenv shim), so each is asked. PYTHON=… make run chooses another.
$(BIN)/python:
	@found=; for name in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "This needs Python 3.11 or newer and found none. Debian: apt-get install python3 python3-venv;" \
			"macOS: brew install python, or python.org. Or name one: PYTHON=/path/to/python3 make run" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make virtual environments yet. As root, this mends it:" \
			"apt-get install $$("$$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 1; \
	fi; \
	echo "Making .venv with $$("$$found" --version) ..."; \
	rm -rf .venv; "$$found" -m venv .venv || { rm -rf .venv; exit 1; }
