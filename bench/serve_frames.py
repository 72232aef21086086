"""The ceiling of delivery: a bare broadcaster that writes one ready-made frame to every connection, and nothing else.

Argument: bytes of a frame, as measured from the real center.
"""

import asyncio
import sys
from typing import Any

import msgspec
import uvloop
from flat_out import flat_out
from screens import raise_file_limit, say

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def frame(size: int) -> bytes:
    """A chunk of about that many bytes with one event in it."""
    event = b"id: 1\nevent: tick\ndata: %b\n\n" % (b"x" * max(1, size - 40))
    return b"%x\r\n%b\r\n" % (len(event), event)


class Listener(asyncio.Protocol):
    """One screen."""

    def __init__(self, all: set[Any], payload: bytes) -> None:
        self.all = all
        self.payload = payload

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Whatever was asked: the stream begins."""
        self.transport.write(HEAD + self.payload)  # type: ignore[attr-defined]
        self.all.add(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        """One less."""
        self.all.discard(self.transport)


async def main(size: int) -> None:
    """Serve until the questions end."""
    raise_file_limit()
    all: set[Any] = set()
    payload = frame(size)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Listener(all, payload), "127.0.0.1", 0, backlog=2048)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    say(port=server.sockets[0].getsockname()[1])

    def send() -> int:
        for transport in all:
            transport.write(payload)
        return len(all)

    while line := await reader.readline():
        say(**await flat_out(send, lambda: all, msgspec.json.decode(line)["seconds"]))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
