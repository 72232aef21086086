#!/bin/sh
# Prints the folder of the programs of the oldest PostgreSQL of this machine that Northbank takes (15 or newer), installing
# Debian's where root may; says what to do otherwise. Nothing is started here.
set -eu
OLDEST=15

stop() { printf 'postgres: %s\n' "$*" >&2; exit 1; }

find_server() {
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t / -k 5 -n); do
        major=$(basename "$(dirname "$folder")")
        if [ -x "$folder/initdb" ] && [ "$major" -ge "$OLDEST" ]; then
            printf '%s\n' "$folder"
            return 0
        fi
    done
    return 1
}

find_server && exit 0
advice="there is no PostgreSQL $OLDEST or newer below /usr/lib/postgresql: sudo apt-get install postgresql"
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || stop "$advice"
printf 'postgres: installing\n' >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null >&2 || true
get() { apt-get install -y -qq --no-install-recommends "$1" </dev/null >/dev/null 2>&1; }
get "postgresql-$OLDEST" || get postgresql || stop "apt-get could not install PostgreSQL."
find_server || stop "PostgreSQL was installed, but $advice"
