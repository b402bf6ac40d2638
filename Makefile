# One word each for what people do here. Nothing but make and Python 3.11 or later is needed first.
#
#   make demo         Tandem and a real ERP, running    (PORT=8000 ERP=tryton|fake)
#   make demo-reset   the demo ended and removed
#   make test         lint and every test               (ARGS="-k orders" for some)
#   make lint         style, types, import contracts
#   make chaos        kills, pauses and lost answers, orders counted in the ERP, in build/chaos.json
#                     and build/chaos.html             (LONG=1 SCALE=1 SEED=1)
#   make mutants      sabotages of the engine, each caught by its test
#   make bench        figures beside their raw paths, in build/bench.json
#   make mailstorm    20,000 mails through refusals, greylisting and kills  (PEOPLE=20000)
#   make screenshots  the pictures of README.md, taken from the running demo
#   make lock         requirements/*.txt from requirements/*.in
#   make clean        all of the above undone

PORT ?= 8000
ERP ?= tryton
JOBS ?= 2
ARGS ?=
LONG ?=
SCALE ?= 1
SEED ?= 1
PEOPLE ?= 20000

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install -qq

export PIP_NO_WARN_SCRIPT_LOCATION := 1
# Without its bytecode every process compiles the whole of Tandem again: half a second of CPU.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-reset test lint chaos mutants bench mailstorm screenshots lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.runtime
	@PORT=$(PORT) ERP=$(ERP) $(BIN)/tandem demo

demo-reset: $(VENV)/.runtime
	@$(BIN)/tandem demo reset

test: lint
	@.ci/chromium
	@.ci/imap
	@# A file stays on one process, with the server its tests share; the long ones begin (conftest.py).
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --timeout 300 $(ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python .ci/sizes.py

chaos: $(VENV)/.test
	$(BIN)/python -m tests.chaos.run --seed $(SEED) --scale $(SCALE) $(if $(LONG),--long)

mutants: $(VENV)/.test
	$(BIN)/python -m pytest --timeout 300 tests/mutants

bench: $(VENV)/.test
	@mkdir -p build
	$(BIN)/python tests/bench/run.py

mailstorm: $(VENV)/.test
	$(BIN)/python -m tests.modules.marketing.storm $(PEOPLE)

screenshots: $(VENV)/.test
	$(BIN)/python -m tests.screenshots.take

lock:
	.ci/lock

clean:
	rm -rf $(VENV) .demo .test build dist *.egg-info .coverage \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find core modules connectors migrations tests -name __pycache__ -prune -exec rm -rf {} +

# The newest Python on the path that is new enough, made once.
$(BIN)/python:
	@.ci/venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing what Tandem runs on ..."
	@$(INSTALL) --require-hashes -r requirements/runtime.txt
	@# setuptools came with the locked list; nothing else may be fetched to build ourselves.
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@echo "Installing what its tests need ..."
	@$(INSTALL) --require-hashes -r requirements/test.txt
	@touch $@
