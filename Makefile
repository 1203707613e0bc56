# Two commands for a newcomer: make demo, make test. Each sets up all that it needs.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.11 python3.13 python3.12 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The certificates of the machine, so that it works behind an office proxy too.
UV := UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 $(BIN)/uv
WORKERS ?= auto

.PHONY: demo test check docs bench fuzz reliability verifier lock clean

demo: $(READY)
	@rm -rf demo
	@$(BIN)/tallymark demo demo

test: $(READY) system
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q

check: $(READY)
	$(BIN)/ruff format --check src tests bench fuzz
	$(BIN)/ruff check src tests bench fuzz
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_docs.py tests/test_public_names.py tests/test_words.py -p no:cacheprovider

bench: $(READY)
	$(BIN)/python bench/importers.py
	$(BIN)/python bench/mail.py
	$(BIN)/python bench/texts.py
	$(BIN)/python bench/while_importing.py
	$(BIN)/python bench/picture.py
	$(BIN)/python bench/attach.py
	$(BIN)/python bench/entry.py

# Two minutes for each reader of files that others made; what is found is kept in fuzz/found.
FUZZ ?= 120
fuzz: $(READY)
	$(BIN)/python fuzz/run.py --seconds $(FUZZ)

# At most 40 minutes on two cores; writes docs/reliability.md. MINUTES=5 FUZZ=10 for a look.
MINUTES ?= 26
reliability: $(READY) system
	$(BIN)/python tests/reliability/report.py $(MINUTES)
	$(BIN)/python fuzz/run.py --seconds $(FUZZ) --report docs/reliability.md
	TALLYMARK_FULL=1 $(BIN)/python -m pytest -q -p no:cacheprovider tests/verify/test_mutation.py

verifier: $(READY)
	$(BIN)/python -m tallymark.verify.zipapp dist/tallymark-verify.pyz

lock: $(READY)
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --all-extras --group test --group check --group fuzz pyproject.toml -o requirements.lock

# uv goes into the environment itself, so that nothing is installed for the whole machine.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "tallymark needs Python 3.11 or newer with venv (on Debian: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps -e .
	@touch $(READY)

# What the tests use beside Python. As root on Debian it is installed; else the list is printed.
.PHONY: system
SYSTEM := age:age pdftoppm:poppler-utils ssh-keygen:openssh-client openssl:openssl chromium:chromium
system:
	@missing=""; for pair in $(SYSTEM); do command -v $${pair%%:*} >/dev/null 2>&1 || missing="$$missing $${pair##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "Some tests will be skipped by name. To run them, install:$$missing"; fi; fi

clean:
	rm -rf $(VENV) demo dist .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis
