"""The way to one screen: GET /live, written straight to the connection where the server lets us, else through ASGI.

Who hears what is live.py; nothing here knows the content of a frame.
"""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from typing import Any

from northbank.core.access import Scope as Rows
from northbank.core.refusal import Refused
from northbank.shell.web.live import RESET, Broadcaster, Client, framed
from northbank.shell.web.protocol import LIVE, TRANSPORT
from northbank.shell.web.wire import Receive, Scope, Send, header, takes_gzip

_HELLO = b"retry: 1000\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_CHUNKED = (b"transfer-encoding", b"chunked")
_VARY = (b"vary", b"accept-encoding")
_GZIP = (b"content-encoding", b"gzip")
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952: deflate, no name, no time, any system
_QUEUE = 64
CURSOR = r"\d{1,18}(-[0-9a-f]{8})?"
Gone = Callable[[], Awaitable[bool]]
Join = Callable[[Client], None]
Watch = Callable[[Callable[[], None]], AbstractContextManager[None]]


async def always() -> bool:
    """Everybody stays welcome."""
    return True


def unwatched(stir: Callable[[], None]) -> AbstractContextManager[None]:
    """Nothing that changes is heard of."""
    return nullcontext()


async def _until_gone(receive: Receive, welcome: Callable[[], Awaitable[bool]], every: float, watch: Watch) -> bool:
    """Wait until the screen hangs up (True), or is no longer welcome (False): asked now and then, and when it is stirred.

    Asking also keeps its session alive.
    """
    loop, stirred = asyncio.get_running_loop(), False
    waiting: asyncio.Timeout | None = None

    def stir() -> None:
        nonlocal stirred
        stirred = True
        if waiting is not None and not waiting.expired():
            waiting.reschedule(loop.time())

    with watch(stir):
        while True:
            try:
                async with asyncio.timeout(0 if stirred else every) as waiting:
                    if (await receive())["type"] == "http.disconnect":
                        return True
            except TimeoutError:
                pass
            finally:
                waiting = None
            stirred = False
            if not await welcome():
                return False


def deflated(payload: bytes) -> bytes:
    """A piece of a gzip stream that needs nothing of what came before, so that all screens get the same bytes."""
    press = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(payload) + press.flush(zlib.Z_FULL_FLUSH)


@lru_cache(maxsize=4)
def packed(payload: bytes) -> bytes:
    """The payload as one deflated HTTP/1.1 chunk: a seventh of the bytes. Made once for all screens of an audience."""
    return framed(deflated(payload))


class DirectClient:
    """A screen written to through its transport. Too slow a reader is cut off; it resumes by its last id."""

    def __init__(self, transport: asyncio.Transport, bound: int, packing: bool = False) -> None:
        self.transport = transport
        self.bound = bound
        self.packing = packing

    def write(self, payload: bytes, framed: bytes) -> bool:
        """One write of the shared bytes."""
        transport = self.transport
        if transport.is_closing() or transport.get_write_buffer_size() > self.bound:
            return False
        transport.write(packed(payload) if self.packing else framed)
        return True

    def close(self) -> None:
        """Cut the connection without waiting for a reader that does not read."""
        self.transport.abort()

    def dismiss(self) -> None:
        """Say that what the screen holds counts no more, and hang up; the few bytes of it go out first."""
        if self.write(RESET, framed(RESET)):
            self.transport.close()
        else:
            self.transport.abort()


class QueuedClient:
    """A screen behind a server whose connections we cannot touch: a short queue and one task."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE)

    def write(self, payload: bytes, framed: bytes) -> bool:
        """Queue the event; a full queue means too slow."""
        try:
            self.queue.put_nowait(payload)
        except asyncio.QueueFull:
            return False
        return True

    def close(self) -> None:
        """End the stream after emptying what nobody will read."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def dismiss(self) -> None:
        """Say that what the screen holds counts no more, and end."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(RESET)
        self.queue.put_nowait(None)

    async def pump(self, send: Send) -> None:
        """Send what is queued until closed."""
        while (payload := await self.queue.get()) is not None:
            await send({"type": "http.response.body", "body": payload, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def left_at(scope: Scope, after: str | None) -> tuple[int | None, str]:
    """Where the screen left off and the mark of the scope it had; `after` is of the form of CURSOR.

    The header of a reconnecting browser wins over the address it was opened with.
    """
    raw = header(scope, b"last-event-id").strip().decode("latin-1") or after
    if raw is None:
        return None, ""
    if re.fullmatch(CURSOR, raw, re.ASCII) is None:
        raise Refused("invalid", why="Last-Event-ID: the id of an event of this stream is expected")
    position, _, mark = raw.partition("-")
    return int(position), mark


async def listen(
    scope: Scope,
    receive: Receive,
    send: Send,
    broadcaster: Broadcaster,
    rows: Rows,
    after: str | None,
    welcome: Callable[[], Awaitable[bool]] = always,
    watch: Watch = unwatched,
    whole: Rows | None = None,
) -> None:
    """Serve one screen until it goes away or is no longer welcome: its session ended, or its account has another post.

    whole: all the account may see, where `rows` is a part of it; its snapshot is a place to begin too.
    """
    broadcaster.admit()
    position, mark = left_at(scope, after)
    foreign = position is not None and mark not in (rows.mark, (whole or rows).mark)
    join = partial(broadcaster.join, rows, after=position, foreign=foreign)
    gone = partial(_until_gone, receive, welcome, broadcaster.settings.live_ask, watch)
    transport = scope.get(TRANSPORT)
    if transport is not None and scope.get("http_version") == "1.1" and scope["method"] == "GET":
        packing = takes_gzip(scope)
        client = DirectClient(transport, broadcaster.settings.live_buffer, packing)
        headers = [*_HEADERS, _CHUNKED, _VARY, *([_GZIP] if packing else [])]
        hello = _GZIP_HEAD + deflated(_HELLO) if packing else _HELLO
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": hello, "more_body": True})
        scope[LIVE] = True
        await _direct(broadcaster, rows, join, client, gone)
        await receive()  # the server must have seen the connection go before the response may stay unfinished
    else:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        await send({"type": "http.response.body", "body": _HELLO, "more_body": True})
        await _queued(broadcaster, rows, join, send, gone)


async def _direct(hub: Broadcaster, rows: Rows, join: Join, client: DirectClient, gone: Gone) -> None:
    join(client)
    left = True
    try:
        left = await gone()
    finally:
        hub.leave(rows, client)
        client.close() if left else client.dismiss()


async def _queued(hub: Broadcaster, rows: Rows, join: Join, send: Send, gone: Gone) -> None:
    client = QueuedClient()
    join(client)
    pump, leaving = asyncio.ensure_future(client.pump(send)), asyncio.ensure_future(gone())
    tasks: set[asyncio.Future[Any]] = {pump, leaving}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done() and not leaving.cancelled() and leaving.exception() is None and not leaving.result():
            hub.leave(rows, client)
            client.dismiss()
            await pump
    finally:
        hub.leave(rows, client)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
