#!/bin/sh
# The quick half, under a minute: format, lint, types, imports, then core, flows and house.
# `static` runs the first four only; tools/test.sh builds on it.
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin
[ -x "$BIN/pytest" ] || { echo "check: the tools are not installed yet: make setup-dev" >&2; exit 1; }

step() { printf '== %s\n' "$1"; shift; "$@"; }

step "format" "$BIN/ruff" format --check --quiet . || { echo "check: make format puts this right" >&2; exit 1; }
step "lint" "$BIN/ruff" check --quiet .
step "types" "$BIN/mypy" --no-error-summary
step "imports" "$BIN/lint-imports" --no-cache >/dev/null || { "$BIN/lint-imports"; exit 1; }
[ "${1:-}" = static ] && exit 0

step "core, flows, house" "$BIN/pytest" tests/core tests/flows tests/house
