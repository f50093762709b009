# make demo: the main job on the project's own model.  make test: every test.  Each does its own set-up.
DEMO_ARGS ?= build demo/digits.onnx --device hx8k --array 4x4 --samples demo/digits-images.idx3-ubyte.gz \
  --labels demo/digits-labels.idx1-ubyte.gz --input-scale 1/256 --verify 100 --out generated/demo
BENCH ?= units
FUZZ_DESIGNS ?= 1000

.PHONY: setup demo test lint fuzz bench clean help
.DEFAULT_GOAL := help

help:
	@echo "make setup   install everything (npm packages, Verilator, Icarus, ECP5 tools) and build"
	@echo "make demo    a trained ternary network becomes a verified FPGA accelerator (npm packages only)"
	@echo "make test    types, lint, format and every test"
	@echo "make lint    types, lint and format alone"
	@echo "make fuzz    FUZZ_DESIGNS=1000: random Designs in three simulators, resumable"
	@echo "make bench   BENCH=units, elaborate, simulate ...: measurements beside the baselines"
	@echo "make clean   remove what builds wrote (not the installed tools)"

setup:
	@scripts/setup.sh all

demo:
	@scripts/setup.sh npm
	@node dist/cli/main.js $(DEMO_ARGS)

test: setup
	@node scripts/test.mjs

lint:
	@scripts/setup.sh npm
	@npx tsc -p tsconfig.json
	@npm run --silent lint

fuzz: setup
	@npx tsx test/fuzz/run.ts --designs $(FUZZ_DESIGNS)

bench: setup
	@npx tsx bench/run.ts $(BENCH)

clean:
	@rm -rf dist coverage
	@find generated -mindepth 1 -maxdepth 1 ! -name golden ! -name README.md -exec rm -rf {} + 2>/dev/null || true
	@find .cache -mindepth 1 -maxdepth 1 ! -name yowasp -exec rm -rf {} + 2>/dev/null || true
