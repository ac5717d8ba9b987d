#!/usr/bin/env bash
# Makes a Python environment and prints the path of its python: that of the independent checks, or of
# other requirements.
#
#     tests/peers/prepare.sh [REQUIREMENTS]
#
# The environment stands under target/, named after the folder of the requirements, with their pinned
# versions. It is made once (less than a minute) and again when the requirements have changed. Needs
# python3 3.11 or later, and the independent checks LibreOffice Calc for the workbook; on Debian, root also
# gets python3-venv and libreoffice-calc-nogui where they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
requirements="${1:-tests/peers/requirements.txt}"
mkdir -p "${CARGO_TARGET_DIR:-target}"
venv="$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/$(basename "$(dirname "$requirements")")"
made_from="$venv/requirements.txt"

if ! cmp --silent "$requirements" "$made_from" || ! "$venv/bin/python" -c "" 2>/dev/null; then
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
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2
    cp "$requirements" "$made_from"
fi
if [ "$requirements" = tests/peers/requirements.txt ] && ! command -v soffice >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "soffice is missing (on Debian: apt-get install libreoffice-calc-nogui)" >&2
        exit 1
    fi
    apt-get update --quiet=2 >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends libreoffice-calc-nogui >&2
fi
printf '%s\n' "$venv/bin/python"
