# make demo       set up from nothing and run the main job on example data (or INPUT=path/to/raw.jsonl)
# make report     open the demo's report in the browser
# make test       set up from nothing and run the fast tests
# make test-all   the slow ones too
# make test-faults  kills (KILLS=200), refused writes, lost files, changes, clocks that jump
# make lint       ruff and mypy
# make bench      the benchmarks
# make docs       the site, into site/
# make sbom       what is installed in .venv, as CycloneDX in sbom.json

PYTHON ?= python3
BIN    := .venv/bin
DEBIAN := wordnet-base apertium apertium-eng-spa apertium-eng-cat
INPUT  ?=

.PHONY: demo report test test-all test-faults lint bench docs sbom setup system constraints clean

setup: .venv/.installed system

# torch first: asked for by another package, it would come in its newest build with gigabytes of CUDA libraries.
.venv/.installed: pyproject.toml constraints.txt
	@echo "setting up .venv: 3 GB, which takes some minutes"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,docs,lora,onnx,ray,translate,tune]'
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

report: setup
	cd .demo && ../$(BIN)/datakit report --open

# One thread a process: two processes with two each would wait for one another.
test: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2

test-all: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 -m 'slow or not slow'

# One after the other: what is killed by time is to be hit where it was aimed at.
KILLS   ?= 200
REFUSED ?= 40
FAULTS  := tests/fault_injection tests/pipeline/test_crash.py tests/pipeline/jobs/test_schedule.py tests/pipeline/jobs/test_due.py

test-faults: setup
	DATAKIT_KILLS=$(KILLS) DATAKIT_REFUSED=$(REFUSED) OMP_NUM_THREADS=1 $(BIN)/pytest -rP -m 'slow or not slow' $(FAULTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

# Warnings are errors: a link or anchor that leads nowhere, a page that stands in no menu. The variable hides a
# notice on what is going to follow Material.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# The tool that writes it stands in an environment of its own, lest it be in the list.
sbom: setup
	$(PYTHON) -m venv .sbom
	.sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom
	.sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --short-PURLs --output-reproducible \
	    --output-file sbom.json $(BIN)/python
	rm -rf .sbom

constraints: setup
	{ echo "# Exact versions of everything that the Makefile installs; \`make constraints\` writes this file anew."; \
	  $(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//'; } > constraints.txt

clean:
	rm -rf .venv .demo site
