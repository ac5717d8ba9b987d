#!/usr/bin/env bash
# Passes all tests: format, lints, unit, property, law, published, golden and command line tests,
# documentation. Everything shares one profile and one target directory, so polars is compiled once
# for the tests and checked once for the lints.
#
# Needs a Rust toolchain and gcc; takes cargo-nextest, rustfmt and clippy where they are installed.
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

step "Tests"
if has nextest; then
    cargo nextest run --locked --no-fail-fast
else
    cargo test --locked --tests --no-fail-fast
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
