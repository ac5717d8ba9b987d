#!/usr/bin/env bash
# Times bandwise and the same jobs in NumPy, Numba, Python Polars and pandas, in turns, after checking
# that all give the same answers.
#
#     bash benches/peers/run.sh [--profile dev|release] [--jobs cell,household,...] [--rows N] [--rounds N]
#
# Builds bandwise (dev: our own code optimised, polars not, in the target directory of the tests;
# release: everything, some 10 minutes the first time), makes a Python environment under target/ with
# the pinned versions of requirements.txt unless it is there, and prints tables of ratios. Chart and
# points of the scaling stand in target/peers-bench/.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${CARGO_TARGET_DIR:-target}"
target="$(cd "${CARGO_TARGET_DIR:-target}" && pwd)"
profile=dev
for argument in "$@"; do
    case "$argument" in
    --profile=*) profile="${argument#--profile=}" ;;
    esac
    if [ "${wants_profile:-}" = 1 ]; then profile="$argument"; fi
    if [ "$argument" = --profile ]; then wants_profile=1; else wants_profile=; fi
done

venv="$target/peers-bench-venv"
if ! cmp --silent benches/peers/requirements.txt "$venv/requirements.txt"; then
    echo "Python environment ..." >&2
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt
    cp benches/peers/requirements.txt "$venv/requirements.txt"
fi

echo "bandwise, profile $profile ..." >&2
cargo build --locked --profile "$profile" --bin bandwise --bench peers --message-format=json \
    >"$target/peers-bench-build.json"

export PYTHONPYCACHEPREFIX="$target/peers-bench-cache" NUMBA_CACHE_DIR="$target/peers-bench-cache"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
exec "$venv/bin/python" benches/peers/peers.py --target "$target" "$@"
