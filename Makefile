# make demo       set up from nothing and run the main job on example data (or INPUT=path/to/raw.jsonl)
# make test       set up from nothing and run the fast tests
# make test-all   the slow ones too
# make lint       ruff and mypy
# make bench      the benchmarks

PYTHON ?= python3
BIN    := .venv/bin
DEBIAN := wordnet-base apertium apertium-eng-spa apertium-eng-cat
INPUT  ?=

.PHONY: demo test test-all lint bench setup system constraints clean

setup: .venv/.installed system

# torch first: asked for by another package, it would come in its newest build with gigabytes of CUDA libraries.
.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,lora,onnx,translate,tune]'
	touch $@

# WordNet and offline translation: from Debian where we may install, else the user is told once.
system:
	@missing=""; for package in $(DEBIAN); do \
	    dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	    else \
	        echo "not installed:$$missing (sudo apt-get install$$missing)"; \
	    fi; \
	fi

demo: setup
	$(BIN)/python examples/demo.py $(INPUT)

# One thread a process: two processes with two each would wait for one another.
test: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2

test-all: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 -m 'slow or not slow'

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

constraints: setup
	{ echo "# Exact versions of everything that the Makefile installs; \`make constraints\` writes this file anew."; \
	  $(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//'; } > constraints.txt

clean:
	rm -rf .venv .demo
