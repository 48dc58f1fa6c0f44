# `make` lists what there is. The two commands of the quick start are `make reproduce` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help reproduce test test-long test-soak lint docs bench lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

reproduce: $(READY) ## run the whole reproduction: results/tables, results/figures
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --cores all

test: $(READY) ## run the tests, some ten minutes on two idle cores
	PATH="$(CURDIR)/$(BIN):$$PATH" pytest -n auto --dist loadgroup -m "not long"

test-long: $(READY) ## run those that take longer
	PATH="$(CURDIR)/$(BIN):$$PATH" pytest -n auto --dist loadgroup -m "long and not soak"

test-soak: $(READY) ## run more of the same: other seeds, kills and failing writes of every step
	PATH="$(CURDIR)/$(BIN):$$PATH" pytest -n auto --dist loadgroup -m soak

lint: $(READY) ## check style, types and the workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" python workflow/lint.py

docs: $(READY) ## build the documentation as a site: build/docs/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $$($(PYTHON) -V) found: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

bench: $(READY) ## measure this machine: trainings, drawing, features
	PATH="$(CURDIR)/$(BIN):$$PATH" OMP_NUM_THREADS=1 python -m benchmarks.bench

lock: $(READY) ## write requirements.lock from what is installed
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools | \
		sed -E '/^(nvidia-|cuda-|triton)/s/$$/ ; sys_platform == "linux"/' > requirements.lock

clean: ## remove what params.yaml's experiment made (git checkout results: the committed part back)
	rm -rf results/sources results/synthetic results/references results/discriminators results/widened results/rooted \
		results/fisher results/averages results/unions results/evaluation results/features results/distances \
		results/samples results/applications results/tables results/figures results/report.html \
		results/logs results/benchmarks results/metrics.json results/tiny
