PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help demo test proof lint bench quality calibrate clean

help: ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.installed ## install, set up the demo company and serve it
	$(BIN)/precedent demo

test: $(VENV)/.installed-dev ## install and run all tests (a browser is needed: apt-get install chromium)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

proof: $(VENV)/.installed-dev ## kills, damage and load in full counts, of which `make test` runs a tenth (half an hour)
	$(BIN)/python -m pytest tests/proof --proof

lint: $(VENV)/.installed-dev ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed ## speed, memory and load on the demo data, or on DATA=a BEIR folder (minutes)
	$(BIN)/python -m bench.speed $(DATA)

quality: $(VENV)/.installed ## quality with intervals on the demo data, and on the BEIR folders under DATA=...
	$(BIN)/python -m bench.quality $(DATA)
	$(if $(DATA),$(BIN)/python -m bench.bound $(DATA))

calibrate: $(VENV)/.installed ## fit the decision anew on the BEIR folders under DATA=...
	$(BIN)/python -m bench.calibrate $(DATA)

clean: ## remove the environment and the demo; installations under var/ stay
	rm -rf $(VENV) var/demo

# torch is pinned in constraints.txt and resolved together with everything else: an open range would pull
# gigabytes of GPU libraries.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@
