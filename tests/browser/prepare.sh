#!/usr/bin/env bash
# Makes what the checks in a browser need and prints its folder.
#
#     tests/browser/prepare.sh
#
# The packages stand under target/ in the pinned versions of package-lock.json. They are fetched once
# (a minute) and again when it has changed. Needs node 18 or later with npm, a Java runtime for the
# HTML checker, Chromium and poppler-utils; on Debian, root gets what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${CARGO_TARGET_DIR:-target}/browser"
place="$(cd "${CARGO_TARGET_DIR:-target}/browser" && pwd)"

missing=()
command -v npm >/dev/null || missing+=(npm)
command -v java >/dev/null || missing+=(default-jre-headless)
command -v chromium >/dev/null || missing+=(chromium)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
# Letters as wide as Arial's, so that pages break as they do elsewhere.
fc-list 2>/dev/null | grep Liberation >/dev/null || missing+=(fontconfig fonts-liberation)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]} (on Debian: apt-get install ${missing[*]})" >&2
        exit 1
    fi
    apt-get update --quiet=2 >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}" >&2
fi

if ! cmp --silent tests/browser/package-lock.json "$place/made-from.json"; then
    rm -f "$place/made-from.json"
    cp tests/browser/package.json tests/browser/package-lock.json "$place/"
    (cd "$place" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
    cp tests/browser/package-lock.json "$place/made-from.json"
fi
printf '%s\n' "$place"
