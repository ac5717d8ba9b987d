#!/usr/bin/env bash
# Makes the Python environment of the independent checks and prints the path of its python.
#
#     tests/peers/prepare.sh
#
# The environment stands under target/ with the pinned versions of requirements.txt. It is made once
# (less than a minute) and again when requirements.txt has changed. Needs python3 3.11 or later, and
# LibreOffice Calc for the workbook; on Debian, root also gets python3-venv and libreoffice-calc-nogui
# where they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${CARGO_TARGET_DIR:-target}"
venv="$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/peers"
made_from="$venv/requirements.txt"

if ! cmp --silent tests/peers/requirements.txt "$made_from" || ! "$venv/bin/python" -c "" 2>/dev/null; then
    if ! python3 -c "import ensurepip, venv" 2>/dev/null; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
            echo "python3 cannot make an environment (on Debian: apt-get install python3-venv)" >&2
            exit 1
        fi
        apt-get update --quiet=2 >&2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes python3-venv >&2
    fi
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/peers/requirements.txt >&2
    cp tests/peers/requirements.txt "$made_from"
fi
if ! command -v soffice >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "soffice is missing (on Debian: apt-get install libreoffice-calc-nogui)" >&2
        exit 1
    fi
    apt-get update --quiet=2 >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends libreoffice-calc-nogui >&2
fi
printf '%s\n' "$venv/bin/python"
