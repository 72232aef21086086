#!/bin/sh
# Makes sure that a MariaDB server can be started by the tests of sources, installing it where root may; says what to do otherwise.
# Nothing is started here: the tests run a private one.
set -eu

stop() { printf 'mariadb: %s\n' "$*" >&2; exit 1; }
there() { [ -x /usr/sbin/mariadbd ] && command -v mariadb-install-db >/dev/null 2>&1; }

if ! there; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || stop "the tests need MariaDB: sudo apt-get install mariadb-server"
    printf 'mariadb: installing mariadb-server\n' >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >&2 || true
    # Debian would start a server of the machine; none is wanted.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.northbank
    [ -e /usr/sbin/policy-rc.d ] || { mv /usr/sbin/policy-rc.d.northbank /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; ours=1; }
    apt-get install -y -qq --no-install-recommends mariadb-server </dev/null >/dev/null 2>&1 || failed=1
    [ -z "${ours:-}" ] || rm -f /usr/sbin/policy-rc.d
    rm -f /usr/sbin/policy-rc.d.northbank
    [ -z "${failed:-}" ] || stop "apt-get could not install mariadb-server."
fi
there || stop "MariaDB was installed, but mariadbd or mariadb-install-db is not where it should be."
