#!/bin/sh
# Prints the path of a Java that Spark can run on (17 or newer), installing it where root may; says what to do otherwise.
# The tests of the second engine need a real one: nothing is skipped for a missing one.
set -eu

stop() { printf 'java: %s\n' "$*" >&2; exit 1; }

find_java() {
    for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" java; do
        [ -n "$candidate" ] || continue
        path=$(command -v "$candidate" 2>/dev/null) || continue
        version=$("$path" -version 2>&1 </dev/null | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
        [ "${version:-0}" -ge 17 ] && { printf '%s\n' "$path"; return 0; }
    done
    return 1
}

find_java && exit 0
advice="Install with: sudo apt-get install openjdk-17-jre-headless   (another Java from 17 on: JAVA_HOME=/path/to/it make test)"
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || stop "the tests of the engine Spark need Java 17 or newer. $advice"
printf 'java: installing a Java runtime\n' >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null >&2 || true
get() { apt-get install -y -qq --no-install-recommends "$1" </dev/null >/dev/null 2>&1; }
# Debian 12 and Ubuntu have 17; a later Debian has only newer ones.
get openjdk-17-jre-headless || get default-jre-headless || stop "apt-get could not install a Java runtime. $advice"
find_java || stop "Java was installed but is older than 17 or does not start. $advice"
