#!/bin/sh
# Everything: what check does, the screens' types and units, then every suite in one pytest run whose summary line is the last.
# tests/real is part of it only where ../shared/data lies beside the checkout (tests/real/conftest.py decides).
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin

sh tools/check.sh static

CHROMIUM=$(sh tools/ensure_browser.sh)
export CHROMIUM
sh tools/ensure_java.sh >/dev/null
sh tools/ensure_mariadb.sh

# The screens: their own types and unit tests, with the Node that came as a wheel.
echo "== screens: types and units"
sh tools/check_ui.sh

# The quick suites first, two files at a time. One run, so that its summary is the last line and counts everything.
SUITES="tests/core tests/flows tests/house tests/packs tests/shell tests/conformance tests/ui tests/real"
echo "== $SUITES"
# shellcheck disable=SC2086  # a list of folders
exec "$BIN/pytest" $SUITES -n 2 --dist loadfile --durations=15
