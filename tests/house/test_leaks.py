"""What must not be committed: registry hosts, this or that machine's paths, secrets, copies of the data beside the checkout.

Forbidden words are put together from halves, so that this file does not hold them.
"""

import re

HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.np" + "mjs.org",
    "npm" + "mirror.com",
    "deb." + "debian.org",
    "archive." + "ubuntu.com",
    "mirrors.ali" + "yun.com",
    "tuna.tsing" + "hua",
    "cdn.js" + "delivr.net",
    "un" + "pkg.com",
    "goo" + "gleapis.com",
]
MACHINE = [
    r"(?<![\w.])/wo" + r"rk/",
    r"\.lib" + r"rary/",
    r"/ro" + r"ot/",
    r"/ho" + r"me/(?!user\b|northbank\b|you\b)\w",
    r"/tmp/n" + r"b\b",
    r"/opt/py" + r"pi",
]
SECRETS = [r"-----BEGIN [A-Z ]*PRI" + r"VATE KEY-----", r"\bgh[pousr]_[A-Za-z0-9]{36}\b", r"\bAKI" + r"A[0-9A-Z]{16}\b"]
LARGEST = 5_000_000


def _hits(texts: dict[str, str], patterns: list[str]) -> list[str]:
    rule = re.compile("|".join(patterns))
    return [
        f"{name}:{number} {hit.group()}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (hit := rule.search(line))
    ]


def test_no_registry_host_is_named(texts: dict[str, str]) -> None:
    hits = _hits(texts, [re.escape(host) for host in HOSTS])
    assert not hits, "A registry is the machine's own setting (lock files: see `make lock`):\n" + "\n".join(hits[:20])


def test_no_path_of_one_machine_is_named(texts: dict[str, str]) -> None:
    hits = _hits(texts, MACHINE)
    assert not hits, "A path that exists on one machine only:\n" + "\n".join(hits[:20])


def test_no_secret_is_committed(texts: dict[str, str]) -> None:
    assert not _hits(texts, SECRETS)


def test_no_file_is_huge(committed: dict[str, object], root: object) -> None:
    huge = {name: size for name, path in committed.items() if (size := path.stat().st_size) > LARGEST}  # type: ignore[attr-defined]
    assert not huge, f"Over {LARGEST} bytes: {huge}"


def test_text_files_are_plain(texts: dict[str, str]) -> None:
    """Line ends and marks that make a diff lie."""
    odd = [name for name, text in texts.items() if "\r\n" in text or text.startswith("\ufeff")]
    odd = [name for name in odd if "/data/" not in name and "sample" not in name]
    assert not odd, f"CRLF or a byte order mark: {odd}"
