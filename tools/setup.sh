#!/bin/sh
# Makes .venv with exactly what the lock files name: sh tools/setup.sh run|dev
# Safe to run again (a no-op when nothing changed) and after a Ctrl-C halfway. $PYTHON names the Python to use.
# Nothing here knows a registry: pip and uv use whatever this machine is configured for.
set -eu
cd "$(dirname "$0")/.."

MODE="${1:-run}"
VENV=.venv
PY="$VENV/bin/python"
DONE="$VENV/.installed"    # fingerprint of what was installed last, written when all of it is
HALF="$VENV/.half"         # stands while an installation is under way
KIND="$VENV/.kind"         # run or dev
WHERE="$VENV/.where"       # the folder it was made in: its scripts name that path

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

case "$MODE" in run | dev) ;; *) stop "say 'run' or 'dev', not '$MODE'." ;; esac

# Two setups at once (two terminals, make -j) take turns.
if command -v flock >/dev/null 2>&1; then exec 9<tools/setup.sh && flock 9; fi

# Whoever has the tools of a developer keeps them.
[ "$(cat "$KIND" 2>/dev/null)" = dev ] && MODE=dev

fingerprint() {
    printf '%s %s\n' "$MODE" "$PWD"
    "$PY" -c 'import sys; print(sys.version)'
    cat "requirements/$MODE.lock" requirements/build.lock requirements/installer.lock pyproject.toml tools/setup.sh
}
digest() { fingerprint | cksum; }

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    # The newest named last: what the machine calls python3 is preferred when it is new enough.
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if fits "$candidate"; then
            command -v "$candidate"
            return
        fi
        [ -n "${PYTHON:-}" ] && [ "$PYTHON" != python3 ] && break
    done
    if command -v "${PYTHON:-python3}" >/dev/null 2>&1; then
        stop "$("${PYTHON:-python3}" --version 2>&1) is too old: Northbank needs Python 3.11 or newer. Name one with: make setup PYTHON=/path/to/python3.11"
    fi
    stop "there is no '${PYTHON:-python3}' here: install Python 3.11 or newer, or name one with: make setup PYTHON=/path/to/python3.11"
}

has_ensurepip() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

get_venv_module() {
    # Debian and Ubuntu split ensurepip off into python3-venv; root may simply install it.
    is_root && command -v apt-get >/dev/null 2>&1 || return 0
    minor=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    say "installing $minor (Python's venv module is a package of its own here)"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null || true
    apt-get install -y -qq --no-install-recommends "$minor" </dev/null >/dev/null 2>&1 ||
        apt-get install -y -qq --no-install-recommends python3-venv </dev/null >/dev/null 2>&1 || true
}

has_installer() { "$PY" -m pip --version >/dev/null 2>&1 || [ -x "$VENV/bin/uv" ]; }

make_venv() {
    python=$(find_python)
    has_ensurepip "$python" || get_venv_module "$python"
    rm -rf "$VENV"
    if has_ensurepip "$python"; then
        say "making $VENV with $("$python" --version)"
        "$python" -m venv "$VENV"
        return
    fi
    # No venv package and not root: an empty environment, filled by an installer that stands elsewhere.
    "$python" -m venv --without-pip "$VENV" >/dev/null 2>&1 || missing_venv "$python"
    if command -v uv >/dev/null 2>&1; then
        UV_PYTHON_DOWNLOADS=never uv pip install -q --python "$PY" --require-hashes -r requirements/installer.lock && return
    fi
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --python "$PY" install -q --require-hashes --only-binary :all: \
            -r requirements/installer.lock </dev/null && return
    fi
    missing_venv "$python"
}

missing_venv() {
    rm -rf "$VENV"
    name=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    stop "this Python cannot make virtual environments. Install its venv package and run again: sudo apt-get install $name"
}

use_pip_settings_for_uv() {
    # uv does not read pip's configuration; whoever set a mirror or a certificate for pip means both.
    export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
    unset VIRTUAL_ENV || true
    if "$PY" -m pip --version >/dev/null 2>&1; then
        mirror="${PIP_INDEX_URL:-$("$PY" -m pip config get global.index-url 2>/dev/null || true)}"
        [ -z "$mirror" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$mirror}"
    fi
    [ -z "${PIP_CERT:-}" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$PIP_CERT}"
    # Where the machine keeps certificates of its own (a proxy's among them) they count, as they do for pip.
    [ -e /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
    if [ -z "${UV_CACHE_DIR:-}" ] && ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/nowhere}/.cache}/uv" 2>/dev/null; then
        export UV_CACHE_DIR="$PWD/$VENV/.cache"
    fi
}

get_uv() {
    [ -x "$VENV/bin/uv" ] && "$VENV/bin/uv" --version >/dev/null 2>&1 && return
    "$PY" -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: \
        -r requirements/installer.lock </dev/null
}

install_with_uv() {
    again="$1"
    # shellcheck disable=SC2086  # $again is nothing or one option
    "$VENV/bin/uv" pip sync -q --python "$PY" --require-hashes $again \
        "requirements/$MODE.lock" requirements/build.lock requirements/installer.lock &&
        "$VENV/bin/uv" pip install -q --python "$PY" --no-build-isolation --no-deps --editable .
}

install_with_pip() {
    again="$1"
    # shellcheck disable=SC2086
    "$PY" -m pip install -q --disable-pip-version-check --require-hashes $again \
        -r "requirements/$MODE.lock" -r requirements/build.lock </dev/null &&
        "$PY" -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps --editable . </dev/null
}

# ---- the steps

if [ -x "$PY" ] && [ -x "$VENV/bin/northbank" ] && [ ! -e "$HALF" ] && [ -r "$DONE" ] && [ "$(cat "$DONE")" = "$(digest)" ]; then
    exit 0
fi

moved() { [ -r "$WHERE" ] && [ "$(cat "$WHERE")" != "$PWD" ]; }
if moved || ! fits "$PY" || ! has_installer; then make_venv; fi

again=""
[ -e "$HALF" ] && again=yes # an interrupted installation may have left half a package: lay all of them anew
rm -f "$DONE"
: >"$HALF"
echo "$MODE" >"$KIND"

use_pip_settings_for_uv
say "installing what requirements/$MODE.lock names"
if get_uv && install_with_uv "${again:+--reinstall}"; then
    :
elif "$PY" -m pip --version >/dev/null 2>&1; then
    say "uv could not do it here; trying pip (slower)"
    install_with_pip "${again:+--force-reinstall}" ||
        stop "the packages could not be installed. Look at the message above: most often the network or a proxy. Run the same command again; it goes on where it stopped."
else
    stop "the packages could not be installed. Look at the message above: most often the network or a proxy. Run the same command again; it goes on where it stopped."
fi

pwd >"$WHERE"
digest >"$DONE"
rm -f "$HALF"
say "ready ($MODE)"
