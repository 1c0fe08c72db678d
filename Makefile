SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SILENT:
.NOTPARALLEL:

PORT ?= 8000
ARGS ?=
VENV := .venv
BIN := .venv/bin
DATA ?= ../shared/data

.PHONY: help run demo test check bench bench-carriers bench-market costs seed messages eval-nlu eval-prices train-prices eval-eyes train-eyes lock run-environment test-environment training-environment eyes-environment browser sound node-parts

help: ## Shows this list
	sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

run: run-environment ## Sets everything up and starts the bot with its simulator page; PORT=8000
	exec $(BIN)/mandi up --port $(PORT)

demo: run-environment ## Tells the story of one lot from photo to payout, in a house of its own; ARGS="--to story.md" keeps it
	exec $(BIN)/mandi demo $(ARGS)

test: test-environment browser node-parts ## Runs every test; ARGS="tests/flows -x" chooses
	$(BIN)/python -m pytest $(ARGS)

check: test-environment ## Checks style, types, the arrows between rooms and the catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m locales.messages --check

messages: test-environment ## Brings the catalogues up to date with the texts in the code
	$(BIN)/python -m locales.messages

eval-nlu: run-environment ## Measures understanding on unseen tests; ARGS=--errors lists the mistakes, ARGS=--compare measures stock Rasa (slow)
	$(BIN)/python -m nlu.evaluation $(if $(wildcard $(DATA)),--data $(DATA)) $(ARGS)

bench: run-environment ## Measures turns per second beside a bare webhook
	$(BIN)/mandi bench

bench-carriers: run-environment ## Breaks server, worker, database, Rasa and carrier under load; ARGS="--fault carrier-429" chooses
	$(BIN)/mandi bench-carriers $(ARGS)

bench-market: run-environment ## Measures the market alone: search, offers, ledger, webhooks, routes
	$(BIN)/python -m marketplace_core.bench

costs: test-environment ## Prints messages and SMS segments of a whole trade, per language, as the scripts play it
	$(BIN)/python -m tests.conversations.costs

seed: run-environment ## Fills the market of a first run with people, lots and deals to try
	$(BIN)/mandi seed

eval-prices: training-environment ## Measures the price forecasts on held-back days; DATA=folder of price histories
	.venv-training/bin/python -m marketplace_core.pricing.training eval $(DATA)

train-prices: training-environment ## The same, then writes the models that are shipped
	.venv-training/bin/python -m marketplace_core.pricing.training train $(DATA)

eval-eyes: eyes-environment ## Measures the eyes on photos they never saw; DATA=folder of photo sets, ARGS="produce leaves" chooses
	.venv-eyes/bin/python -m marketplace_core.grading.training eval $(DATA) $(ARGS)

train-eyes: eyes-environment ## Trains them anew, writes the model files that are shipped, and measures
	.venv-eyes/bin/python -m marketplace_core.grading.training train $(DATA) $(ARGS)

lock: test-environment ## Pins all requirements anew; ARGS="--upgrade" takes newer versions
	compile="$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
	$$compile pyproject.toml --group install --output-file requirements.lock $(ARGS)
	$$compile pyproject.toml --group install --group dev --constraint requirements.lock \
	    --output-file requirements-dev.lock $(ARGS)
	$$compile pyproject.toml --group install --group training --constraint requirements.lock \
	    --output-file requirements-training.lock $(ARGS)
	$$compile pyproject.toml --group install --group eyes --constraint requirements.lock \
	    --output-file requirements-eyes.lock $(ARGS)

run-environment: LOCK := requirements.lock
test-environment: LOCK := requirements-dev.lock
training-environment: LOCK := requirements-training.lock
training-environment: VENV := .venv-training
eyes-environment: LOCK := requirements-eyes.lock
eyes-environment: VENV := .venv-eyes

# A Python is chosen by running it: a name on PATH may be a stub that only fails.
# What was installed is written down, so that the next start goes straight on.
run-environment test-environment training-environment eyes-environment:
	wanted="$(CURDIR) $$(cat $(LOCK) pyproject.toml | cksum)"
	if [ "$$(cat $(VENV)/$(LOCK).installed 2>/dev/null)" = "$$wanted" ] && $(VENV)/bin/python -c ''; then exit 0; fi
	since=$$SECONDS
	if [ "$$(cat $(VENV)/made-in 2>/dev/null)" != "$(CURDIR)" ] || ! $(VENV)/bin/python -c ''; then
	    python=
	    for name in python3.13 python3.12 python3.11 python3; do
	        if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi
	    done
	    if [ -z "$$python" ]; then
	        echo "Mandi Mitra needs Python 3.11 or newer: apt install python3.11 python3.11-venv" >&2; exit 1
	    fi
	    if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then
	        echo "$$python cannot make environments: apt install python3-venv" >&2; exit 1
	    fi
	    $$python -m venv --clear $(VENV)
	    echo "$(CURDIR)" > $(VENV)/made-in
	fi
	echo "application environment … (some minutes the first time)"
	$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(LOCK)
	$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps --editable .
	echo "$$wanted" > $(VENV)/$(LOCK).installed
	echo "application environment ready in $$((SECONDS - since)) s"

browser:
	if command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	    apt-get update -qq
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
	else
	    echo "The tests of the simulator page need a browser: apt install chromium fonts-noto-core" >&2; exit 1
	fi

# Voices and sound formats: what is missing is not spoken, and its tests are skipped.
sound:
	if command -v espeak-ng >/dev/null && command -v ffmpeg >/dev/null; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	    apt-get update -qq
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends espeak-ng ffmpeg >/dev/null
	else
	    echo "Voice notes need espeak-ng and ffmpeg: apt install espeak-ng ffmpeg"
	fi

# What others wrote for Node, for tests/conformance; its lock names no place, npm asks its own registry.
node-parts:
	if ! node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null || ! command -v npm >/dev/null; then
	    echo "No Node 20 or newer here: the tests beside what was written for it are skipped"
	    exit 0
	fi
	cd tests/conformance
	if cmp -s package-lock.json node_modules/brought; then exit 0; fi
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	cp package-lock.json node_modules/brought
