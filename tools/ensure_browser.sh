#!/bin/sh
# Prints the path of a Chromium that starts, installing it (and fonts for Chinese) where root may; says what to do otherwise.
# The browser tests need a real browser: nothing is skipped for a missing one.
set -eu

stop() { printf 'browser: %s\n' "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

find_browser() {
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$candidate" ] || continue
        path=$(command -v "$candidate" 2>/dev/null) || continue
        # Ubuntu's chromium packages are pointers to a snap and may not start: ask it.
        "$path" --version >/dev/null 2>&1 </dev/null && { printf '%s\n' "$path"; return 0; }
    done
    return 1
}

has_chinese_font() {
    [ "$(uname -s)" = Linux ] || return 0
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]
    else
        [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*cjk*' 2>/dev/null | head -n 1)" ]
    fi
}

missing=""
find_browser >/dev/null || missing="chromium"
has_chinese_font || missing="$missing fonts-noto-cjk"

if [ -n "$missing" ]; then
    # shellcheck disable=SC2086  # a list of package names
    set -- $missing
    if is_root && command -v apt-get >/dev/null 2>&1; then
        printf 'browser: installing %s\n' "$*" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq </dev/null >&2 || true
        get() { apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null 2>&1; }
        # Debian calls it chromium, Ubuntu chromium-browser.
        get "$@" || get $(printf '%s ' "$@" | sed 's/^chromium /chromium-browser /') ||
            stop "apt-get could not install: $*. Install a Chromium or Chrome yourself and name it: CHROMIUM=/path/to/chromium make test"
    else
        stop "the browser tests need: $*. Install with: sudo apt-get install $*   (another Chromium or Chrome: CHROMIUM=/path/to/it make test)"
    fi
fi

find_browser || stop "Chromium was installed but does not start. Name one that does: CHROMIUM=/path/to/chromium make test"
