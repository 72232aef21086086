"""The way to one screen: GET /live, written straight to the connection where the server lets us, else through ASGI.

Who hears what is live.py; nothing here knows the content of a frame.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from northbank.core.access import Scope as Rows
from northbank.core.refusal import Refused
from northbank.shell.web.live import Broadcaster
from northbank.shell.web.wire import Receive, Scope, Send, header

TRANSPORT = "northbank.transport"
_LIVE = "northbank.live"
_HELLO = b"retry: 1000\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_CHUNKED = (b"transfer-encoding", b"chunked")
_QUEUE = 64


class LiveProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also tells the application its connection. Give it to uvicorn as `http`."""

    def on_message_begin(self) -> None:
        """Start a request's scope."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]

    def shutdown(self) -> None:
        """Streams never end by themselves, so a stopping server ends them."""
        if self.scope is not None and self.scope.get(_LIVE):
            self.transport.close()
        super().shutdown()


class DirectClient:
    """A screen written to through its transport. Too slow a reader is cut off; it resumes by its last id."""

    def __init__(self, transport: asyncio.Transport, bound: int) -> None:
        self.transport = transport
        self.bound = bound

    def write(self, payload: bytes, framed: bytes) -> bool:
        """One write of the shared bytes."""
        transport = self.transport
        if transport.is_closing() or transport.get_write_buffer_size() > self.bound:
            return False
        transport.write(framed)
        return True

    def close(self) -> None:
        """Cut the connection without waiting for a reader that does not read."""
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

    async def pump(self, send: Send) -> None:
        """Send what is queued until closed."""
        while (payload := await self.queue.get()) is not None:
            await send({"type": "http.response.body", "body": payload, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def last_position(scope: Scope, after: int | None) -> int | None:
    """Where the screen left off: the header of a reconnecting browser wins over the address it was opened with."""
    raw = header(scope, b"last-event-id").strip()
    if not raw:
        return after
    if not raw.isdigit() or len(raw) > 18:
        raise Refused("invalid", why="Last-Event-ID: a journal position is expected")
    return int(raw)


async def listen(
    scope: Scope, receive: Receive, send: Send, broadcaster: Broadcaster, rows: Rows, after: int | None
) -> None:
    """Serve one screen until it goes away."""
    broadcaster.admit()
    after = last_position(scope, after)
    transport = scope.get(TRANSPORT)
    if transport is not None and scope.get("http_version") == "1.1" and scope["method"] == "GET":
        await _direct(scope, receive, send, broadcaster, rows, after, transport)
    else:
        await _queued(receive, send, broadcaster, rows, after)


async def _direct(
    scope: Scope, receive: Receive, send: Send, hub: Broadcaster, rows: Rows, after: int | None, transport: Any
) -> None:
    client = DirectClient(transport, hub.settings.live_buffer)
    await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, _CHUNKED]})
    await send({"type": "http.response.body", "body": _HELLO, "more_body": True})
    scope[_LIVE] = True
    hub.join(rows, client, after)
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        hub.leave(rows, client)


async def _queued(receive: Receive, send: Send, hub: Broadcaster, rows: Rows, after: int | None) -> None:
    client = QueuedClient()
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
    await send({"type": "http.response.body", "body": _HELLO, "more_body": True})
    hub.join(rows, client, after)
    pump = asyncio.ensure_future(client.pump(send))
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(rows, client)
        for task in (pump, gone):
            task.cancel()
        await asyncio.gather(pump, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
