"""uvicorn's HTTP protocol with what it lacks here: the connection in the scope, and bounds on a request's head.

Give `LiveProtocol` to uvicorn as `http`. Nothing here knows what a request means.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from northbank.shell.web.wire import WHOLE

TRANSPORT = "northbank.transport"
LIVE = "northbank.live"
HEAD_LIMIT = 64 * 1024
HEAD_SECONDS = 20.0
BODY_SECONDS = 200.0


class Whole:
    """Writes one response head and body together: one system call, one packet, and the reader wakes once.

    uvicorn writes them apart and looks at each header twice. head: lines that every response carries.
    """

    __slots__ = ("cycle", "head", "sent")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self.cycle = cycle
        self.head = b""
        self.sent = False

    def send(self, status: int, head: bytes, body: bytes) -> bool:
        """Send, or say that it has to go the plain way. head: lines of our own making, each with its end."""
        cycle = self.cycle
        if cycle.disconnected or cycle.response_started or cycle.flow.write_paused:
            return False
        lines = [b"%b: %b\r\n" % pair for pair in cycle.default_headers]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        length = b"content-length: %d\r\n\r\n" % len(body)
        self.sent = cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.transport.write(b"".join((STATUS_LINE[status], *lines, self.head, head, length, body)))
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True


class LiveProtocol(HttpToolsProtocol):
    """Tells the application its connection; cuts off heads that are endless, or that never end.

    Clocks are set once a piece of data was read, so that a request that came in one piece needs none.
    """

    _head = 0
    _in_head = True
    _patience = 0.0  # what the clock has to be set to: 0 for none
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection has to say something soon."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait(HEAD_SECONDS)

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
        if self._patience:
            self._wait(self._patience)
            self._patience = 0.0

    def on_message_begin(self) -> None:
        """Start a request's scope."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
        self._patience = HEAD_SECONDS
        self._in_head = True
        self._head = 0

    def on_headers_complete(self) -> None:
        """The head is whole; the body has its time too."""
        self._patience = BODY_SECONDS
        self._in_head = False
        super().on_headers_complete()
        self.scope[WHOLE] = Whole(self.cycle)  # type: ignore[literal-required]

    def on_message_complete(self) -> None:
        """The request is whole; how long the answer takes is not the client's doing."""
        self._patience = 0.0
        self._stop_waiting()
        super().on_message_complete()

    def shutdown(self) -> None:
        """Streams never end by themselves, so a stopping server ends them."""
        if self.scope is not None and self.scope.get(LIVE):
            self.transport.close()
        super().shutdown()

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
