"""Where whoever asks reaches this center: addresses handed out lead back the same way."""

import re

from northbank.core.receipt import code_of
from northbank.shell.web.registry import Face
from northbank.shell.web.wire import Scope, header

RECEIPT_PAGE = "/portal/receipt"
_HOST = re.compile(rb"^[0-9A-Za-z._:\[\]-]{1,255}$")


def origin(face: Face, scope: Scope) -> str | None:
    """Scheme and host as the request named them; None where its Host header names none."""
    host = header(scope, b"host")
    if _HOST.match(host) is None:
        return None
    scheme = "https" if face.settings.secure else scope.get("scheme", "http")
    return f"{scheme}://{host.decode()}"


def receipt_address(base: str, position: int, digest: bytes) -> str:
    """The page that checks a receipt, and what to check there. No personal data is in it."""
    return f"{base}{RECEIPT_PAGE}#{code_of(position, digest)}"
