# The one command is `make reproduce`. Every target does its own set-up; `make` lists them.

# Empty counts as not set.
PROFILE := $(or $(PROFILE),quick)
PAPER   ?=
STUDY   ?=
# A folder of studies is a paper; a study alone goes before it.
PAPERS   = $(filter-out shared,$(notdir $(wildcard studies/*)))
STUDIES  = $(or $(STUDY),$(PAPER))
CARGO   := $(or $(CARGO),cargo)
# Cargo knows where its target folder is, whatever the environment or its configuration says of it.
LOFI     = $(CARGO) run --release --quiet --

.DEFAULT_GOAL := help
.PHONY: help build reproduce test browser browser-accept simulate ci check bless plan report data docs book lint fmt bench guard fuzz package wheel clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo "  PROFILE=smoke|quick|large|paper (now: $(PROFILE)), PAPER=name or STUDY=paper/name (default: all);"
	@echo "  papers, the folders of studies/: $(PAPERS)"

build: toolchain  ## build the lofi binary
	@$(CARGO) build --release --quiet

.PHONY: toolchain
toolchain:
	@command -v $(CARGO) >/dev/null 2>&1 || { echo "a Rust toolchain is needed: https://rustup.rs" >&2; exit 1; }

reproduce: build  ## get the data, run every study, draw, test the claims, write reports/
	@$(LOFI) data fetch --for-studies --profile $(PROFILE)
	@$(LOFI) run $(STUDIES) --profile $(PROFILE) --report

test: toolchain  ## build and run every test
	@$(CARGO) test --release --doc --quiet
	@$(CARGO) test --release --lib --bins --tests
	@$(MAKE) --no-print-directory browser

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

browser: build  ## read the report of the smoke profile in Chromium as a reader would; passed over without Chromium and Node.js
	@if [ -z "$(CHROMIUM)" ] || ! command -v npm >/dev/null 2>&1; then \
	  echo "browser tests: skipped, Chromium and Node.js are not here (apt-get install chromium npm)"; \
	elif ! npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error >/dev/null; then \
	  echo "browser tests: skipped, their packages are not to be had"; \
	else \
	  $(LOFI) run --profile smoke --quiet && $(LOFI) report --profile smoke --quiet --to target/browser/report \
	    --single-file target/browser/single.html && node tests/browser/check.mjs "$(CHROMIUM)" target/browser/report target/browser/single.html && \
	  $(PICTURES); \
	fi

# A small project, so that stored pictures do not change with results.
PICTURES = sh tests/browser/project.sh target/browser/project $(LOFI) && \
	  node tests/browser/pictures.mjs "$(CHROMIUM)" target/browser/project/reports target/browser/pictures

browser-accept: build  ## store the present pictures of pages and figures as those to compare with
	@npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error >/dev/null
	@$(PICTURES) accept

simulate: toolchain  ## how often claims decide falsely, on simulated rows: minutes, writes the tables of docs/statistics.md
	@$(CARGO) test --release --test integration --quiet -- --ignored --exact simulation::simulate --nocapture

plan: build  ## what would run, what is cached, and why
	@$(LOFI) plan $(STUDIES) --profile $(PROFILE)

report: build  ## write reports/ from stored results
	@$(LOFI) report $(STUDIES) --profile $(PROFILE)

data: build  ## which data sets are here and how to get the rest
	@$(LOFI) data list

check: build  ## compare results with the committed baseline
	@$(LOFI) check $(STUDIES) --profile $(PROFILE)

bless: build  ## accept the present results as the baseline
	@$(LOFI) bless $(STUDIES) --profile $(PROFILE)

docs: build  ## write the generated files: schema/, docs/kinds.md
	@$(LOFI) schema
	@$(LOFI) list kinds --markdown > docs/kinds.md.part && mv docs/kinds.md.part docs/kinds.md

BOOK = target/tools/bin

book: toolchain  ## docs/ as a book in target/book; mdBook is built once where it is not here
	@PATH="$$PWD/$(BOOK):$$PATH"; command -v mdbook >/dev/null \
	  || $(CARGO) install --quiet --locked --root target/tools mdbook --no-default-features --version 0.4.52 \
	  || { echo "book: skipped, mdBook is not here and not to be had"; exit 0; }; mdbook build

fmt: toolchain  ## format the code
	@$(CARGO) fmt

lint: toolchain  ## format check, clippy and rustdoc with warnings denied
	$(CARGO) fmt --check
	$(CARGO) clippy --release --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --no-deps --quiet

ROUNDS ?= 3

bench: toolchain  ## speed against NumPy and PyTorch (both are needed), ROUNDS times in turn; numbers to target/bench
	@python3 -c 'import numpy, scipy' 2>/dev/null || { echo "NumPy and SciPy are needed: pip install numpy scipy" >&2; exit 1; }
	@mkdir -p target/bench
	@python3 benches/compare.py --rounds $(ROUNDS) --json target/bench/figures.json
	@python3 benches/growth.py --json target/bench/growth.json
	@python3 benches/kernels.py --rounds $(ROUNDS) --figures target/bench/figures.json --json target/bench/kernels.json

guard: build  ## a few of those ratios against the recorded ones: fails where one fell by a third; passed over without NumPy
	@if python3 -c 'import numpy, scipy' 2>/dev/null; then python3 benches/guard.py; \
	else echo "speed: skipped, NumPy and SciPy are not here (pip install numpy scipy)"; fi

# What libFuzzer counts on; the host is named as target so that build scripts and macros go without.
FUZZ_SECONDS ?= 900
FUZZ_FLAGS = -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

fuzz: toolchain  ## feed mutated studies, cards, files and stored values to their readers: FUZZ_SECONDS for each
	@RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) build --release --quiet --manifest-path fuzz/Cargo.toml \
	  --target-dir fuzz/target --target $(HOST) --bins
	@mkdir -p fuzz/target/seeds/study fuzz/target/seeds/card fuzz/artifacts
	@cp studies/*/*.yaml tests/studies/*/*.yaml fuzz/target/seeds/study/ && cp datasets/*.yaml fuzz/target/seeds/card/
	@for reader in study card decode store; do \
	  mkdir -p fuzz/target/found/$$reader fuzz/target/seeds/$$reader; \
	  fuzz/target/$(HOST)/release/$$reader fuzz/target/found/$$reader fuzz/corpus/$$reader fuzz/target/seeds/$$reader \
	    -max_total_time=$(FUZZ_SECONDS) -timeout=25 -rss_limit_mb=3072 -max_len=20000 -print_final_stats=1 \
	    -artifact_prefix=fuzz/artifacts/$$reader- || exit 1; \
	done

package: toolchain  ## pack the crate as the registry takes it, build it from that and try it; target/package
	@$(CARGO) test --release --test integration --quiet -- --ignored --exact --nocapture \
	  packaging::the_packed_crate_is_small_builds_and_computes_what_this_one_does

WHEELS = target/wheels

wheel: toolchain  ## build a wheel of the binary and try it in a fresh environment; target/wheels
	@python3 -m venv target/maturin && target/maturin/bin/python -m pip install --quiet 'maturin>=1.9,<2'
	@rm -rf $(WHEELS)
	@target/maturin/bin/maturin build --release --locked --out $(WHEELS)
	@LOFI_WHEELS=$(WHEELS) $(CARGO) test --release --test integration --quiet -- --ignored --exact \
	  packaging::a_wheel_installs_in_a_fresh_environment_and_runs

ci: lint build  ## everything that CI runs
	@$(LOFI) schema --check
	@$(LOFI) list kinds --markdown | diff -u docs/kinds.md - || { echo "docs/kinds.md is not up to date: make docs" >&2; exit 1; }
	@$(CARGO) test --manifest-path tests/schema/Cargo.toml --target-dir target/schema --quiet
	@for profile in smoke quick; do $(LOFI) plan --profile $$profile || exit 1; done
	@$(LOFI) run --profile smoke
	@$(LOFI) check --profile smoke
	@$(MAKE) --no-print-directory guard
	@$(MAKE) --no-print-directory test
	@$(CARGO) test --release --test integration --quiet -- --ignored every_table_of_the_committed_studies
	@$(MAKE) --no-print-directory book

clean: toolchain  ## remove build output and stored results (downloads too)
	@$(CARGO) clean --quiet --package lofi-repro
	@rm -rf target .lofi
