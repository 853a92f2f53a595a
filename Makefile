# `make run` serves the default avatar, `make test` runs the tests, `make check` adds format, lint, types, layers and
# docs, `make bench` measures. `make clients` tries real clients on the emulators; it is no part of `make test` since
# it installs them, each into a temporary environment. `make sync` tries for ten minutes whether mouth and sound stay
# together: docs/sync.md. `make gallery` draws the documentation's pictures. `make protos` compiles the protocol
# files. `make lipsync-model` trains the network that reads lips from sound, `make lipsync-eval` scores it:
# docs/lipsync.md. Each target sets up .venv first; only Python 3.11+ and make are needed.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python, \
	$(shell command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo $(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CONSTRAINTS := --constraint constraints.txt
NODE := $(shell command -v npm 2>/dev/null)

.PHONY: run test check bench clients sync gallery format protos lipsync-model lipsync-eval clean
.DEFAULT_GOAL := run

run: .venv/run.stamp
	@$(BIN)/tth serve $(ARGS)

# Whoever asks for some tests alone may ask for none of a kind: then pytest ends with 5.
NONE_IS_FINE := $(if $(ARGS),|| test $$? -eq 5)

test: .venv/test.stamp
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not browser" $(ARGS) $(NONE_IS_FINE)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "browser and still" $(ARGS) $(NONE_IS_FINE)
	$(BIN)/python -m pytest -m "browser and not still" $(ARGS) $(NONE_IS_FINE)
	$(BIN)/python -m pytest plugins/tth-beep
ifdef NODE
	node --test $(wildcard tests/web/*.test.mjs)
else
	@echo "Node.js is not here: the page's own unit tests are left out"
endif

check: .venv/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check --check-fail-msg "run 'make format'" -p "import docs_blocks" -I docs @docs/generated.txt
ifdef NODE
	@if npm ci --ignore-scripts --no-audit --no-fund --silent; then echo "tsc: the page's types"; npm run --silent check; \
	else echo "TypeScript cannot be installed here: the page's types are not checked"; fi
else
	@echo "Node.js is not here: the page's types are not checked"
endif

bench: .venv/test.stamp
	$(BIN)/python -m benchmarks $(ARGS)

clients: .venv/test.stamp
	$(BIN)/python -m tests.clients $(ARGS)

sync: .venv/test.stamp
	$(BIN)/python -m tests.sync $(ARGS)

gallery: .venv/test.stamp
	$(BIN)/python -m tools.gallery $(ARGS)

format: .venv/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/cog -r -p "import docs_blocks" -I docs @docs/generated.txt

# Compiled by an older compiler on purpose: what it makes loads with every protobuf from 6.31 on.
protos:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(PYTHON) -m venv "$$dir/venv" && \
	"$$dir/venv/bin/python" -m pip install --quiet 'grpcio-tools==1.76.0' && \
	"$$dir/venv/bin/python" -m grpc_tools.protoc -Iprotos --python_out="$$dir" --pyi_out="$$dir" tth/a2f/v1/a2f.proto && \
	for kind in py pyi; do cp "$$dir/tth/a2f/v1/a2f_pb2.$$kind" "tth/wire/a2f/messages_pb2.$$kind"; done

# One BLAS thread: with more, sums come in another order, and the weights are others.
LIPSYNC := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONHASHSEED=0 $(BIN)/python -m tools.lipsync

lipsync-model: .venv/lipsync.stamp
	$(LIPSYNC) data train

lipsync-eval: .venv/lipsync.stamp
	$(LIPSYNC) data eval strip

clean:
	rm -rf .venv

.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "tth needs Python 3.11 or newer; install it, or say make PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --upgrade pip
	@touch $@

.venv/run.stamp: .venv/made.stamp pyproject.toml constraints.txt hatch_build.py package-lock.json
	@echo "Installing tth ..."
	@$(PIP) install $(CONSTRAINTS) --editable .
	@echo "Installing the neural voice ..."
	@$(PIP) install $(CONSTRAINTS) --editable '.[voice]' || echo "The neural voice cannot be installed here; another speaks."
	@$(PIP) install $(CONSTRAINTS) --editable '.[pico]' || echo "Pico, the small fallback voice, cannot be installed here."
	@$(PIP) install $(CONSTRAINTS) --editable '.[ears]' || echo "The offline recogniser cannot be installed here."
	@touch $@

.venv/test.stamp: .venv/run.stamp plugins/tth-beep/pyproject.toml
	@echo "Installing what tests and checks need ..."
	@$(PIP) install $(CONSTRAINTS) --editable '.[webrtc]'
	@$(PIP) install $(CONSTRAINTS) --group dev
	@$(PIP) install --no-deps --editable plugins/tth-beep
	@touch $@

.venv/lipsync.stamp: .venv/test.stamp
	@for tool in flite festival; do command -v $$tool >/dev/null || \
	{ echo "$$tool is not here; docs/lipsync.md says which packages speak"; exit 1; }; done
	@$(PIP) install $(CONSTRAINTS) --group lipsync
	@touch $@
