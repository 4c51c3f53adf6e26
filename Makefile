PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: run setup test check format docs clean

run: setup  ## start the dashboard
	$(BIN)/streamlit run Home.py

setup: .venv/ready

test: .venv/ready-dev  ## every test; those that need a browser or the shared photos say so when they are skipped
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile

check: .venv/ready-dev  ## lint, formatting, types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: .venv/ready-dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: .venv/ready-dev  ## the API reference from the docstrings, and the notebook with its outputs
	$(BIN)/python docs/make_api.py && $(BIN)/python docs/make_tour.py

clean:
	rm -rf .venv

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Coco Lens needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements.txt | .venv/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt requirements.txt | .venv/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	@touch $@ .venv/ready
