"""Who is asking: tokens, the cookie, the cache in front of the sessions table, signing in and out.

Passwords are checked in passwords.py; what a role may do is decided in core.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Protocol

import msgspec

from northbank.core.account import Account, Credential, OpenSession
from northbank.core.refusal import Refused
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import LoginThrottle
from northbank.shell.web.passwords import Passwords
from northbank.shell.web.wire import Scope, header

COOKIE = "nb_session"
_BYTES = 32
_COOKIE_LIFE = 30 * 24 * 3600  # how long a browser keeps it; when the session ends is decided here
_ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict"
_LONGEST = 200
_TOUCH_EVERY = timedelta(minutes=10)
_MAX_CACHED = 20_000


class SessionStore(Protocol):
    """Where accounts and the digests of tokens are kept."""

    async def find(self, login: str) -> Credential | None: ...

    async def open_session(self, token: bytes, login: str, now: datetime, until: datetime) -> None: ...

    async def session(self, token: bytes, now: datetime) -> OpenSession | None: ...

    async def prolong(self, token: bytes, until: datetime) -> None: ...

    async def close_session(self, token: bytes) -> None: ...


class Visitor(msgspec.Struct, frozen=True):
    """Whoever sent a request: the account behind its token, if any, and whether a cookie brought the token."""

    account: Account | None
    by_cookie: bool


def digest(token: str) -> bytes:
    """What the sessions table keeps instead of the token."""
    return sha256(token.encode()).digest()


def token_of(scope: Scope) -> tuple[str, bool]:
    """The token of a request and whether it came by cookie; a Bearer header wins."""
    bearer = header(scope, b"authorization")
    if bearer[:7].lower() == b"bearer ":
        return bearer[7:].strip().decode("latin-1"), False
    raw = header(scope, b"cookie")
    if COOKIE.encode() not in raw:
        return "", False
    try:
        found = SimpleCookie(raw.decode("latin-1")).get(COOKIE)
    except CookieError:
        found = None
    return (found.value if found else ""), True


class Sessions:
    """Signing in and out, and the ten-second memory that spares the database a look-up for each request."""

    def __init__(
        self,
        accounts: SessionStore,
        passwords: Passwords,
        settings: WebSettings,
        now: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        self.accounts = accounts
        self.passwords = passwords
        self.now = now
        self.ticks = ticks
        self.keep = settings.cache_seconds
        self.life = timedelta(hours=settings.session_hours)
        self.throttle = LoginThrottle(settings.login_rate, settings.address_login_rate)
        self.known: dict[str, tuple[Account, float]] = {}
        self.secure = settings.secure
        self.changes = 0
        self.watching: dict[str, set[Callable[[], None]]] = defaultdict(set)

    def changed(self, login: str | None) -> None:
        """An account is no longer what it was, or nobody knows which (None): what is remembered is asked again."""
        self.changes += 1
        gone = [token for token, (account, _) in self.known.items() if login in (None, account.actor.login)]
        for token in gone:
            del self.known[token]
        for one in list(self.watching) if login is None else [login]:
            for stir in tuple(self.watching.get(one, ())):
                stir()

    @contextmanager
    def watch(self, login: str, stir: Callable[[], None]) -> Iterator[None]:
        """`stir` is called when the account changes, as long as the block runs."""
        self.watching[login].add(stir)
        try:
            yield
        finally:
            self.watching[login].discard(stir)
            if not self.watching[login]:
                del self.watching[login]

    async def visitor(self, scope: Scope) -> Visitor:
        """Who sent this request. A token nobody holds makes a stranger, not an error."""
        token, by_cookie = token_of(scope)
        return Visitor(await self.account(token) if token else None, by_cookie)

    async def account(self, token: str) -> Account | None:
        """The account behind a token."""
        if len(token) > _LONGEST:
            return None
        hit = self.known.get(token)
        if hit is not None and hit[1] > self.ticks():
            return hit[0]
        return await self._look_up(token)

    async def _look_up(self, token: str) -> Account | None:
        now, changes = self.now(), self.changes
        found = await self.accounts.session(digest(token), now)
        if found is None:
            self.known.pop(token, None)
            return None
        if found.expires_at - now < self.life - _TOUCH_EVERY:
            await self.accounts.prolong(digest(token), now + self.life)
        if len(self.known) >= _MAX_CACHED:
            self.known.clear()
        if changes == self.changes:  # else it may be what it was before
            self.known[token] = (found.account, self.ticks() + self.keep)
        return found.account

    async def sign_in(self, address: str, login: str, password: str) -> tuple[Account, str]:
        """The account and a fresh token, or `wrong_password` for every way to be wrong."""
        await self.throttle.knock(address, login)
        found = await self.accounts.find(login)
        usable = found if found is not None and found.enabled else None
        if not await self.passwords.fits(usable.password if usable else None, password) or usable is None:
            raise Refused("wrong_password")
        token = secrets.token_urlsafe(_BYTES)
        now = self.now()
        await self.accounts.open_session(digest(token), login, now, now + self.life)
        return usable.account, token

    async def sign_out(self, scope: Scope) -> None:
        """End the session of this request, here and now."""
        token, _ = token_of(scope)
        if token:
            self.known.pop(token, None)
            await self.accounts.close_session(digest(token))

    def cookie(self, scope: Scope, token: str) -> tuple[bytes, bytes]:
        """The header that gives the browser its token, or takes it away where the token is empty."""
        life = _COOKIE_LIFE if token else 0
        secure = "; Secure" if self.secure or scope.get("scheme") == "https" else ""
        return b"set-cookie", f"{COOKIE}={token}{_ATTRIBUTES}{secure}; Max-Age={life}".encode()
