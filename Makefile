# make art    set up and draw every preset into gallery/
# make test   set up, install Chromium where there is none, then lint, types and tests
# make lint   style and types alone
# make fuzz   try odd recipes and damaged files for MINUTES=10
# make setup  only set up

PYTHON ?= python3
MINUTES ?= 10
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
BROWSERS := chromium chromium-browser google-chrome
AS_ROOT = $(shell test "$$(id -u)" = 0 || echo sudo)

.PHONY: art test lint fuzz setup browser devices bench bench-starting bench-compose bench-graphs bench-large bench-films bench-galleries bench-training bench-fitting bench-mosaics bench-studies clean

art: setup
	$(BIN)/python tools/draw_gallery.py

test: lint browser devices
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: setup
	$(BIN)/python tests/fuzz.py --minutes $(MINUTES)

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt neuralart==1.1.1
	$(BIN)/python benchmarks/run.py

bench-starting: setup
	$(BIN)/python benchmarks/starting.py

bench-compose: setup
	$(BIN)/python benchmarks/compose.py

bench-graphs: setup
	$(BIN)/python benchmarks/graphs.py

bench-large: setup
	$(BIN)/python benchmarks/large.py

bench-films: setup
	$(BIN)/python benchmarks/films.py

bench-galleries: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt neuralart==1.1.1
	$(BIN)/python benchmarks/galleries.py

bench-training: setup
	$(BIN)/python benchmarks/training.py

bench-mosaics: setup
	$(BIN)/python benchmarks/mosaics.py

bench-studies: setup
	$(BIN)/python benchmarks/studies.py

bench-fitting: setup
	$(BIN)/python benchmarks/fitting.py

setup: $(STAMP)

# the stamp is written last, so an interrupted set-up is done again
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all,dev]'
	touch $(STAMP)

# the tests open pages in a browser
browser:
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	command -v apt-get >/dev/null || { echo "install Chromium, so that one of these is on the PATH: $(BROWSERS)" >&2; exit 1; }; \
	$(AS_ROOT) apt-get update -qq && $(AS_ROOT) apt-get install -qq -y --no-install-recommends chromium

# OpenCL that the processor imitates, for the tests of graphics cards; where it cannot be had, they say that they skip
devices:
	@ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1 && exit 0; command -v apt-get >/dev/null || exit 0; \
	{ $(AS_ROOT) apt-get update -qq && \
	$(AS_ROOT) apt-get install -qq -y --no-install-recommends pocl-opencl-icd ocl-icd-libopencl1; } || \
	echo "no OpenCL can be had: the tests of graphics cards will skip" >&2

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
