# Five commands; each sets up what it needs. Python >= 3.11 and make are all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_LOCK := $(VENV)/.installed-$(shell cat requirements.lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
TEST_LOCK := $(VENV)/.tests-$(shell cat requirements-test.lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)

# The tests begin some two hundred processes of the product: each would compile all of it anew where nothing may be kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run setup test test-fast coverage simulate drill bench bench-against compare lint lock pictures contract texts lock digests sbom clean

run: setup ## start everything: http://127.0.0.1:8000
	@exec $(BIN)/maillage up

setup: $(RUN_LOCK) ## make .venv with exactly what requirements.lock pins

$(RUN_LOCK):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Maillage needs Python 3.11 or newer; name one with make PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock pins into $(VENV) (about a minute the first time)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(TEST_LOCK): $(RUN_LOCK)
	@echo "Installing what requirements-test.lock pins…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

test: $(TEST_LOCK) ## every test, the browser's too
	@sh tests/install-chromium.sh
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-fast: $(TEST_LOCK) ## the part that needs no browser, and of the rest what is quick
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not browser and not slow"

coverage: $(TEST_LOCK) ## what of kernel, persons, ledger and domains their own tests reach; fails below a floor
	$(BIN)/python -m tests.house.floors

simulate: $(TEST_LOCK) ## the kernel in 10,000 small worlds, each from a seed; a seed that fails is printed
	$(BIN)/python -m tests.simulation --worlds 10000

drill: $(TEST_LOCK) ## the long forms: 500 damages, long faults and attacks; prints what came of each
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m drill

bench: $(TEST_LOCK) ## ratios beside peers, in one run; also bench.json
	$(BIN)/python -m tests.bench

bench-against: $(TEST_LOCK) ## BASE=commit: command, rebuild, indicators in processor time beside that commit; fails above 1.1
	$(BIN)/python -m tests.bench.against $(BASE)

compare: $(TEST_LOCK) ## BASE=commit: the same pages, API and events as that release? Shows what differs
	$(BIN)/python -m tests.compare $(BASE)

lint: $(TEST_LOCK) ## style, strict types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house.counts

pictures: $(TEST_LOCK) ## take the screenshots of the README from the running product
	@sh tests/install-chromium.sh
	$(BIN)/python -m tests.pictures

contract: $(TEST_LOCK) ## write the schemas of all event types, docs/events.md, the stored names, what counts them, who may read what; refuses what breaks a reader
	$(BIN)/python -m shared.contract.schemas
	$(BIN)/python -m tests.docs.events_page
	$(BIN)/python -m tests.shared.contract.stored_names
	$(BIN)/python -m tests.docs.counting_table
	$(BIN)/python -m tests.abuse.routes

texts: $(TEST_LOCK) ## read every text into the catalogues, shared/locale/*.po; fails where one is not translated
	$(BIN)/python -m tests.texts.catalogue

lock: $(TEST_LOCK) ## resolve all dependencies anew, with hashes and without addresses
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra test -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-test.lock

digests: $(TEST_LOCK) ## ask the registries what each image of others is now, and pin it by digest; writes nothing where one does not answer
	$(BIN)/python -m tests.house.digests

sbom: $(TEST_LOCK) ## write NOTICE anew, and the bill of materials: build/maillage.cdx.json
	$(BIN)/python -m tests.house.licences
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o build/maillage.cdx.json

clean: ## remove what these commands made, but no data
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage bench.json build
