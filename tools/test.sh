#!/bin/sh
# Everything: what check does, the screens' types and units, then every suite in one pytest run whose summary line is the last.
# tests/real is part of it only where ../shared/data lies beside the checkout (tests/real/conftest.py decides).
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin

sh tools/check.sh static

CHROMIUM=$(sh tools/ensure_browser.sh)
export CHROMIUM

# The screens: their own types and unit tests, with the Node that came as a wheel.
echo "== screens: types and units"
sh tools/build_ui.sh check

echo "== core, flows, house, packs, shell, conformance, ui, real"
exec "$BIN/pytest" tests --durations=15
