#!/bin/sh
# The quick half, under a minute: format, lint, types, imports, then core, flows and house.
# `static` runs the first four only; tools/test.sh builds on it. All four are run before it fails, so that one look shows all.
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin
[ -x "$BIN/pytest" ] || { echo "check: the tools are not installed yet: make setup-dev" >&2; exit 1; }

failed=""
step() {
    name="$1"
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed $name"
}
imports() { found=$("$BIN/lint-imports" --no-cache) || { printf '%s\n' "$found"; return 1; }; }

step format "$BIN/ruff" format --check --quiet .
step lint "$BIN/ruff" check --quiet .
step types "$BIN/mypy" --no-error-summary
step imports imports
[ -z "$failed" ] || { echo "check: these failed:$failed (make format lays out and mends what it can)" >&2; exit 1; }
[ "${1:-}" = static ] && exit 0

echo "== core, flows, house"
exec "$BIN/pytest" tests/core tests/flows tests/house
