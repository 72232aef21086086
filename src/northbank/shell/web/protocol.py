"""uvicorn's HTTP protocol with what it lacks here: the connection in the scope, and bounds on a request's head.

Give `LiveProtocol` to uvicorn as `http`. Nothing here knows what a request means.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT = "northbank.transport"
LIVE = "northbank.live"
HEAD_LIMIT = 64 * 1024
HEAD_SECONDS = 20.0
BODY_SECONDS = 200.0


class LiveProtocol(HttpToolsProtocol):
    """Tells the application its connection; cuts off heads that are endless, or that never end."""

    _head = 0
    _in_head = True
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection has to say something soon."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the head is complete."""
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """Start a request's scope."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is whole; the body has its time too."""
        self._wait(BODY_SECONDS)
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; how long the answer takes is not the client's doing."""
        self._stop_waiting()
        super().on_message_complete()

    def shutdown(self) -> None:
        """Streams never end by themselves, so a stopping server ends them."""
        if self.scope is not None and self.scope.get(LIVE):
            self.transport.close()
        super().shutdown()

    def _expect_head(self) -> None:
        self._wait(HEAD_SECONDS)
        self._in_head = True
        self._head = 0

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
