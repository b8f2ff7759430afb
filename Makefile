# A machine with Python 3.11 and make needs nothing else.

PYTHON := .venv/bin/python
PROJECT := pyproject.toml uv.lock scripts/prepare

.DEFAULT_GOAL := help
.PHONY: help run test prove check demo bench format

help:
	@echo "make run     serve on http://localhost:8000, with everything kept in data/"
	@echo "make demo    two servers on this machine that follow and talk to each other"
	@echo "make test    everything that must hold: check, then all tests"
	@echo "make prove   kill a server hundreds of times, and deliver to thousands of hosts"
	@echo "make check   style, types and the rules of who may import whom"
	@echo "make bench   how fast it is on this machine"
	@echo "make format  put the code into the one style"

run: .venv/.ready-to-run
	@.venv/bin/rossgram serve

demo: .venv/.ready-to-run
	@.venv/bin/rossgram demo

test: check peers
	$(PYTHON) -m pytest -n 2

prove: .venv/.ready-to-test
	ROSSGRAM_KILLS=400 $(PYTHON) -m pytest tests/killing -s -n 0
	$(PYTHON) -m benchmarks scale flood

check: .venv/.ready-to-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

peers: .venv/.ready-to-test
	@if [ -x tests/peers/install ]; then tests/peers/install; fi
	@if [ -x tests/browser/install ]; then tests/browser/install; fi
	@if [ -x tests/clients/install ]; then tests/clients/install; fi
.PHONY: peers

bench: .venv/.ready-to-test
	$(PYTHON) -m benchmarks

format: .venv/.ready-to-test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.venv/.ready-to-run: $(PROJECT)
	@scripts/prepare run
	@touch $@

.venv/.ready-to-test: $(PROJECT)
	@scripts/prepare dev
	@touch $@ .venv/.ready-to-run
