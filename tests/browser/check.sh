#!/usr/bin/env bash
# Checks the pages that bandwise writes in a browser, and its PDF.
#
#     tests/browser/check.sh PROGRAM [SHOTS]
#
# PROGRAM is bandwise; pictures of the pages go into the folder SHOTS where it is given.
set -euo pipefail
program="$1"
shots="${2:-}"
here="$(cd "$(dirname "$0")" && pwd)"
packages="$(bash "$here/prepare.sh")"
export BANDWISE_BROWSER="${BANDWISE_BROWSER:-$(command -v chromium)}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

look() { # look PAGES FILE ...: pages of A4, then the files
    local pages="$1"
    shift
    node "$here/check_pages.mjs" --packages "$packages" --pages "$pages" ${shots:+--shots "$shots"} "$@"
}

mkdir "$work/scratch"
pdf() { TMPDIR="$work/scratch" "$program" run "$@" >/dev/null; }

# A vote in one council; a council in Wales, where there is none; a vote in several councils.
pdf --format html,pdf --out "$work/derby"
"$program" run --format html --authority Cardiff --out "$work/cardiff" >/dev/null
"$program" run uniform-15 --format html --authority "Bedfordshire Police" --out "$work/police" >/dev/null
# One that takes an order, one that takes an Act.
"$program" run scotland-2017 --format html --authority Westminster --out "$work/order" >/dev/null
"$program" run high-value-surcharge-2028 --format html --authority Camden --out "$work/act" >/dev/null
for name in derby cardiff police order act; do
    mv "$work/$name/briefing.html" "$work/$name.html"
    look 2-4 "$work/$name.html"
done

# Proposals side by side, and many authorities.
"$program" compare williamson-2018 gentle-efgh uniform-15 --draws 2000 --out "$work/compare" >/dev/null
"$program" sweep gentle-efgh --all --draws 200 --out "$work/sweep" >/dev/null
for name in compare sweep; do
    mv "$work/$name/briefing.html" "$work/$name.html"
    look 2-5 "$work/$name.html"
done

# The same bytes again, a minute or a year later.
pdf --format pdf --out "$work/again"
cmp "$work/derby/briefing.pdf" "$work/again/briefing.pdf"
pdftotext "$work/again/briefing.pdf" "$work/words.txt"
pdfinfo "$work/again/briefing.pdf" >"$work/pages.txt"
grep --quiet "Derby" "$work/words.txt"
grep --quiet "^Page size:.*A4" "$work/pages.txt"
rmdir "$work/scratch" # it is empty
echo "briefing.pdf: the same bytes twice, and nothing left behind"

# "Find me a better one", and proposals side by side.
"$program" serve --port 0 --no-open >"$work/serve.txt" &
serving=$!
trap 'kill "$serving" 2>/dev/null || true; rm -rf "$work"' EXIT
until address="$(grep --only-matching 'http://[^ ]*' "$work/serve.txt")"; do sleep 0.2; done
node "$here/check_better.mjs" --packages "$packages" --address "$address" ${shots:+--shots "$shots"}

# The page of choices and results.
node "$here/check_serve.mjs" --packages "$packages" --program "$program" ${shots:+--shots "$shots"}
