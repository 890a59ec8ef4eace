# The product's commands. `make up` and `make test` need Python 3.11+, make and bash; nothing else.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links

.PHONY: up demo drill test replay edits check bench evaluate tune calibrate lock messages

up: $(VENV)/.installed
	@exec $(PY) manage.py up

# Puts our own few documents into the knowledge folder, when it is empty, so that there is something to ask.
demo: $(VENV)/.installed
	@$(PY) manage.py demo

# Load, builds, switches, rollbacks and kills on a fresh system of its own; what users saw of it.
drill: $(VENV)/.installed
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && DATA_DIR=$$folder $(PY) manage.py drill --fresh

# First the packages, on all cores; then the tests that run the whole system, each with the machine to itself.
test: $(VENV)/.installed-dev
	@$(PY) -m pytest -q -m "not system" --numprocesses auto --dist loadfile
	@$(PY) -m pytest -q -m system

# Promise V5 on all 150 steps of a real history of edits, compared after each; takes some minutes.
replay: $(VENV)/.installed-dev
	@REPLAY=1 $(PY) -m pytest -q --durations=3 tests/builder/test_replay.py

# Promise K1 by many random edits, cuts and clocks, and before every step; takes some ten minutes.
edits: $(VENV)/.installed-dev
	@HYPOTHESIS_PROFILE=long $(PY) -m pytest -q --numprocesses auto tests/knowledge/test_every_step.py tests/knowledge/test_no_edit_is_lost.py

check: $(VENV)/.installed-dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@DATA_DIR=$$(mktemp -d) $(PY) manage.py makemigrations --check --dry-run

# How good retrieval and answers are, on all sets that are in SETS (folders or .tar.xz); fails when the served
# ranking is worse than one of its halves alone. Embeddings are kept, so that a second run is quick.
SETS ?= ../shared/data
evaluate: $(VENV)/.installed
	@if [ -d "$(SETS)" ]; then OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) manage.py evaluate --strict "$(SETS)"; \
	else echo "There are no sets: SETS=$(SETS) is no folder."; fi

# How the two halves are weighed: what the sets in SETS would choose, and what each would without itself.
tune: $(VENV)/.installed
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m evaluation.tuning "$(SETS)"

# Fits how sure an answer is (backend/calibration.json) on the sets that are in SETS; after retrieval was changed.
calibrate: $(VENV)/.installed
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) manage.py calibrate "$(SETS)"

bench: $(VENV)/.installed-dev
	@$(PY) -m bench

# For developers, who have GNU gettext: the French catalogue takes up what the code says now. What is new in
# locale/fr/LC_MESSAGES/django.po is translated by hand, then this is run again. Users need neither.
messages: $(VENV)/.installed-dev
	@DATA_DIR=$$(mktemp -d) $(PY) manage.py makemessages --locale fr --no-wrap --no-obsolete --add-location file \
		--ignore .venv --ignore data --ignore tests
	@DATA_DIR=$$(mktemp -d) $(PY) manage.py compilemessages --locale fr --ignore .venv

lock: $(VENV)/.installed-dev
	@$(LOCK) -o requirements.txt requirements.in
	@$(LOCK) --allow-unsafe -o requirements-dev.txt requirements-dev.in

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is %d.%d. Set PYTHON=/path/to/python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned requirements into $(VENV) (once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing the development requirements into $(VENV) (once) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@
