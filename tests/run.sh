#!/usr/bin/env bash
# Passes all tests: format, lints, unit, property, law, published, golden and command line tests,
# documentation. Everything shares one profile and one target directory, so polars is compiled once
# for the tests and checked once for the lints.
#
# Needs a Rust toolchain, gcc and python3; takes cargo-nextest, rustfmt and clippy where they are
# installed. The independent checks in Python, in LibreOffice and in a browser (which needs node 18 and
# Java) get an environment of their own under target/, and from Debian what is missing; with
# BANDWISE_PEERS_OPTIONAL=1 they are left out where it cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }
has() { cargo "$1" --version >/dev/null 2>&1; }

if has fmt; then
    step "Format"
    cargo fmt --check
else
    step "Format: skipped, rustfmt is not installed"
fi

step "Python for the independent checks"
if BANDWISE_PEERS="$(bash tests/peers/prepare.sh)"; then
    export BANDWISE_PEERS
    echo "$BANDWISE_PEERS"
elif [ "${BANDWISE_PEERS_OPTIONAL:-}" = 1 ]; then
    unset BANDWISE_PEERS
    echo "cannot be made: the independent checks are left out"
else
    echo "cannot be made (to go on without the independent checks: BANDWISE_PEERS_OPTIONAL=1)" >&2
    exit 1
fi

step "Tests"
if has nextest; then
    cargo nextest run --locked --no-fail-fast
else
    cargo test --locked --tests --no-fail-fast
fi

if [ -n "${BANDWISE_PEERS:-}" ]; then
    step "Calibration and back-test against an independent implementation"
    peers="$(mktemp -d)"
    trap 'rm -rf "$peers"' EXIT
    cargo run --locked --quiet -- calibrate --out "$peers/calibration" >/dev/null
    "$BANDWISE_PEERS" tests/peers/check_posterior.py "$peers/calibration/calibration.csv" --effective 87000 | tail -n 1
    cargo run --locked --quiet -- backtest --out "$peers/backtest" >/dev/null
    "$BANDWISE_PEERS" tests/peers/check_posterior.py --backtest "$peers/backtest/backtest.csv" | tail -n 1
    step "Shards of a sweep on a Dask cluster, and its parts in DuckDB"
    "$BANDWISE_PEERS" tests/peers/check_sweep.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "Tables in pandas, DuckDB, Polars and frictionless; results after faults"
    "$BANDWISE_PEERS" tests/peers/check_tables.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    "$BANDWISE_PEERS" tests/peers/check_faults.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "Notebooks"
    bash notebooks/check.sh "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "The workbook's formulas, recalculated by LibreOffice"
    "$BANDWISE_PEERS" tests/peers/check_workbook.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "The Word document in other readers"
    "$BANDWISE_PEERS" tests/peers/check_word.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "The interface of the web page against its own description"
    "$BANDWISE_PEERS" tests/peers/check_api.py "${CARGO_TARGET_DIR:-target}/debug/bandwise"
    step "The pages in a browser: HTML, access, phones, print"
    bash tests/browser/check.sh "${CARGO_TARGET_DIR:-target}/debug/bandwise"
fi

step "Examples in the documentation"
cargo test --locked --doc

if has clippy; then
    step "Lints"
    cargo clippy --locked --all-targets -- -D warnings
else
    step "Lints: skipped, clippy is not installed"
fi

step "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

step "All passed"
