#!/usr/bin/env bash
# Times bandwise, Python Polars and pandas on the same invented extract.
#
#     benches/extract.sh [ROWS=10000000] [REPEATS=3]
#
# Builds bandwise as for a release (some 10 minutes the first time) and makes a Python environment
# under target/ with the pinned versions of requirements.txt, unless they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
rows="${1:-10000000}"
repeats="${2:-3}"
target="${CARGO_TARGET_DIR:-target}"
venv="$target/bench-venv"

cargo build --release --locked
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement benches/requirements.txt
fi
"$venv/bin/python" benches/extract_peers.py "$target/release/bandwise" "$rows" "$repeats"
