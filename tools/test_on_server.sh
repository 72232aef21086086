#!/bin/sh
# Runs every test that needs a database on the oldest PostgreSQL of this machine that Northbank takes (15 or newer), in a
# private server that ends with the tests.
# sh tools/test_on_server.sh [what pytest is given]; another server: pytest tests --server URL (docs/how-to/run-a-center.md).
set -eu
cd "$(dirname "$0")/.."
HERE=$(id -u)

say() { printf 'server: %s\n' "$*" >&2; }

BIN=$(sh tools/ensure_postgres.sh)

# The server refuses to run as root; Debian's package brings a user for it.
if [ "$HERE" = 0 ]; then as() { runuser -u postgres -- "$@"; }; else as() { "$@"; }; fi

FOLDER=$(mktemp -d)
end() {
    [ ! -e "$FOLDER/data/postmaster.pid" ] || as "$BIN/pg_ctl" -D "$FOLDER/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$FOLDER"
}
trap end EXIT
trap 'exit 130' INT TERM
[ "$HERE" != 0 ] || chown postgres "$FOLDER"

(
    cd "$FOLDER"
    as "$BIN/initdb" -D data -U postgres -E UTF8 --locale=C --auth=trust >log 2>&1 || { cat log >&2; exit 1; }
    as "$BIN/pg_ctl" -D data -l "$FOLDER/server.log" -w -t 120 \
        -o "-c listen_addresses= -k $FOLDER -c fsync=off -c full_page_writes=off" start >>log 2>&1 || { cat log server.log >&2; exit 1; }
)

sh tools/ensure_mariadb.sh
say "$("$BIN/postgres" --version)"
.venv/bin/pytest "${@:-tests/shell}" --server "postgresql://postgres@/postgres?host=$FOLDER"
