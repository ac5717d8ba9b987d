#!/usr/bin/env bash
# Makes the result files that the notebooks read (under a minute on two cores).
#
#     notebooks/prepare.sh [PROGRAM]
#
# PROGRAM is a built bandwise; without one it is built. The files go into the folder named by
# BANDWISE_RESULTS, or into bandwise-out/notebooks. Made again, the files are replaced.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
    program="$1"
else
    cargo build --locked --quiet
    program="${CARGO_TARGET_DIR:-target}/debug/bandwise"
fi
results="${BANDWISE_RESULTS:-bandwise-out/notebooks}"
mkdir -p "$results"

quietly() { "$program" "$@" >"$results/log.txt" || { cat "$results/log.txt" >&2; exit 1; }; }

# One council: the case of Derby, and a second proposal on the same luck.
quietly run williamson-2018 --authority Derby --out "$results/derby" --force
quietly run gentle-efgh --authority Derby --out "$results/derby-gentle" --force
quietly compare williamson-2018 gentle-efgh --authority Derby --out "$results/compare" --force
quietly sensitivity williamson-2018 --authority Derby --out "$results/sensitivity" --force

# All councils: two proposals, and today's figures of both vintages to set against published totals.
quietly sweep williamson-2018 gentle-efgh --all --draws 2000 --out "$results/all-councils" --force
quietly sweep uniform-15 --all --by authority --vintage 2026-27 --draws 50 --out "$results/today-2026-27" --force
quietly sweep uniform-15 --all --by authority --vintage 2023-24 --draws 50 --out "$results/today-2023-24" --force

# What past ballots say.
quietly calibrate --out "$results/calibration" --force
quietly backtest --out "$results/backtest" --force
for vintage in 2023-24 2026-27; do
    quietly data check --vintage "$vintage"
    mv "$results/log.txt" "$results/data-check-$vintage.txt"
done
rm -f "$results/log.txt"
echo "$results"
