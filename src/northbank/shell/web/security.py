"""What every response carries for the browser's own defenses, the check against other sites, and the last catch.

Pure ASGI: the guard adds headers to the start message and nothing else, so streams pass untouched.
"""

import logging
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from northbank.core.city import City
from northbank.core.refusal import Refused
from northbank.core.wording import in_words
from northbank.shell.web.problems import problem_reply
from northbank.shell.web.wire import WHOLE, ClientGone, Message, Receive, Scope, Send, header, send_reply

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# 'unsafe-inline' is for styles only: MapLibre and ECharts set style attributes. Scripts never come inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class Guard:
    """Wraps the whole application: adds the headers, and turns what was raised into a problem document."""

    def __init__(self, app: ASGIApp, city: City, secure: bool, unavailable: tuple[type[Exception], ...]) -> None:
        self.city = city
        self.app = app
        self.headers = [*_HEADERS, _HSTS] if secure else _HEADERS
        self.head = b"".join(b"%b: %b\r\n" % pair for pair in self.headers)
        self.unavailable = unavailable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through; add the headers to the response's start."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *self.headers]
            await send(message)

        if (whole := scope.get(WHOLE)) is not None:
            whole.head = self.head
        try:
            await self.app(scope, receive, sending)
        except ClientGone:
            return
        except Exception as error:
            if started or (whole is not None and whole.sent):
                raise
            await send_reply(scope, sending, problem_reply(self.refusal(error), scope))

    def refusal(self, error: Exception) -> Refused:
        """The refusal an exception stands for; what nobody foresaw is logged and answered with 500."""
        if isinstance(error, Refused):
            return in_words(error, self.city)
        if isinstance(error, self.unavailable) and isinstance(error, ValueError):
            log.warning("a value the database cannot hold got past the checks: %s", error)
            return Refused("invalid", why="a value is beyond what can be kept")
        if isinstance(error, self.unavailable):
            log.warning("the database is not to be had: %s", error)
            return Refused("busy")
        log.error("a request failed", exc_info=error)
        return Refused("broken")


def same_site(scope: Scope, with_cookie: bool) -> None:
    """Refuse an unsafe request that another site made the browser send.

    Only cookies are sent along by a browser unasked, so a Bearer token needs no such proof.
    """
    if not with_cookie or scope["method"] in SAFE_METHODS:
        return
    site = header(scope, b"sec-fetch-site")
    if site:
        if site not in (b"same-origin", b"none"):
            raise Refused("cross_site")
        return
    origin = header(scope, b"origin").decode("latin-1")
    if not origin or urlsplit(origin).netloc.encode("latin-1") != header(scope, b"host"):
        raise Refused("cross_site")
