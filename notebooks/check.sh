#!/usr/bin/env bash
# Executes all notebooks on results of their own, and checks that no output stands in them.
#
#     notebooks/check.sh [PROGRAM]
#
# PROGRAM is a built bandwise; without one it is built. Needs python3 3.11 or later. The environment is
# made by tests/peers/prepare.sh with the pinned versions of notebooks/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

python="$(bash tests/peers/prepare.sh notebooks/requirements.txt)"
BANDWISE_RESULTS="$(mktemp -d)"
export BANDWISE_RESULTS
trap 'rm -rf "$BANDWISE_RESULTS"' EXIT
bash notebooks/prepare.sh "$@" >/dev/null
"$python" notebooks/check.py notebooks/*.ipynb
