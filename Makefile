# Two commands matter: `make demo` runs a living shop, `make test` runs every test. Both set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Each of the many processes of a test or a shop would compile our code anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-reset test stress lint lock docs client messages clean

help:
	@echo "make demo        set everything up and run the demo shop (PORT, COMPTOIR_HOME, DATABASE_URL)"
	@echo "make demo-reset  throw the demo shop's data away and start again"
	@echo "make test        set everything up and run every test"
	@echo "make stress      run what stock, baskets, prices, events and appointments must survive at full size, and tell how long each took"
	@echo "make lint        format, lint, types, import rules"
	@echo "make lock        pin the dependencies again"
	@echo "make client      make the TypeScript client from docs/openapi.json (needs Node 20)"
	@echo "make messages    collect the strings for translators and compile what they wrote (needs gettext)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Comptoir needs Python 3.11 or newer; PYTHON=/path/to/python3.11 make ... names one.")'
	@$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.demo: requirements.lock setup.cfg setup.py | $(BIN)/python
	@echo "Installing the locked dependencies (a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-dev.lock $(VENV)/.demo
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.demo
	@exec $(BIN)/python manage.py demo

demo-reset: $(VENV)/.demo
	@exec $(BIN)/python manage.py demo --reset

test: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# One after the other, each file in a process of its own: each wants the whole machine.
stress: $(VENV)/.test
	$(BIN)/python tests/stress.py

lint: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/mypy
	PYTHONPATH=core:plugins:site $(BIN)/lint-imports

lock: $(VENV)/.test
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in --output-file requirements-dev.lock

docs: $(VENV)/.test
	$(BIN)/python manage.py docs

client: docs
	cd clients/typescript && npm ci --ignore-scripts --no-audit --no-fund && npm run generate && npm run build

# Each package has its own catalogue; makemessages finds the nearest `locale` folder above a source.
messages: $(VENV)/.demo
	SECRET_KEY=unused $(BIN)/python manage.py makemessages --locale fr --no-location --no-obsolete --no-wrap --ignore $(VENV) --ignore build --ignore tests --ignore migrations --ignore themes
	SECRET_KEY=unused $(BIN)/python manage.py compilemessages --ignore $(VENV) --verbosity 0

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .mypy_cache
