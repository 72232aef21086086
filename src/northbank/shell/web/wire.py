"""Bytes in and bytes out over ASGI: headers, bounded bodies, whole replies, gzip.

Nothing here knows what a request means.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from northbank.core.refusal import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

JSON = b"application/json"
NO_STORE: Headers = ((b"cache-control", b"no-store"),)
WHOLE = "northbank.whole"  # in the scope: what writes a usual reply at once (protocol.py)
PATIENCE = 30.0
_WORTH_PACKING = 4096
_USUAL = b"cache-control: no-store\r\ncontent-type: application/json\r\n"  # NO_STORE and JSON as they are sent


class ClientGone(Exception):
    """The client hung up before its request was whole; nobody is left to answer."""


class Reply(msgspec.Struct, frozen=True):
    """One whole response."""

    status: int
    body: bytes
    media: bytes = JSON
    headers: Headers = NO_STORE


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that (lower-case) name, or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def query_text(scope: Scope) -> str:
    """The raw query string; bytes beyond ASCII are refused."""
    raw: bytes = scope.get("query_string", b"")
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("malformed", why="the query string must be percent-encoded") from None


def content_length(scope: Scope, limit: int) -> None:
    """Refuse at once a body that announces itself as too large."""
    raw = header(scope, b"content-length")
    if raw.isdigit() and len(raw) < 20 and int(raw) > limit:
        raise Refused("too_large", limit=sizes(limit))


@asynccontextmanager
async def in_time(seconds: float = PATIENCE) -> AsyncIterator[None]:
    """Refuse a body that does not arrive in time, so that nobody can hold a place by sending nothing."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Refused("slow", seconds=int(seconds)) from None


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body, never more than `limit` bytes of it in memory.

    Nearly all come in one piece; only for more pieces a clock is set (for none at all the protocol has its own).
    """
    content_length(scope, limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise Refused("too_large", limit=sizes(limit))
        return body
    async with in_time():
        return await _rest(message, receive, limit)


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Refused("too_large", limit=sizes(limit))
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


async def send_reply(scope: Scope, send: Send, reply: Reply) -> None:
    """Send a whole response; HEAD and 204 carry no body. The usual ones go out head and body together."""
    whole = scope.get(WHOLE)
    usual = reply.headers is NO_STORE and reply.media is JSON and reply.body and scope["method"] != "HEAD"
    if usual and whole is not None and whole.send(reply.status, _USUAL, reply.body):
        return
    headers = [(b"content-length", str(len(reply.body)).encode()), *reply.headers]
    if reply.body:
        headers.append((b"content-type", reply.media))
    if reply.status in (204, 304):
        del headers[0]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body})


def takes_gzip(scope: Scope) -> bool:
    """Whether the client says it reads gzip."""
    return b"gzip" in header(scope, b"accept-encoding").lower()


def pack(scope: Scope, reply: Reply) -> Reply:
    """The same reply, gzipped where it is worth it and the client can read it."""
    if len(reply.body) < _WORTH_PACKING or not takes_gzip(scope):
        return reply
    headers = (*reply.headers, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
    return Reply(reply.status, gzip.compress(reply.body, compresslevel=1), reply.media, headers)


def sizes(count: int) -> str:
    """A byte count as people read it."""
    return f"{count // (1024 * 1024)} MiB" if count >= 1024 * 1024 else f"{count // 1024} KiB"
