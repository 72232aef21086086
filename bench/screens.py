"""Screens that listen: so many raw connections to /live, each noting when a frame with which position was whole.

Arguments: port, number, path. Says when all are connected; then answers questions about what they saw.
"""

import asyncio
import re
import resource
import sys
import time
import zlib
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import uvloop

_ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)
_END = b"\r\n\r\n"
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
MOST_FILES = 65_536


def raise_file_limit() -> None:
    """A connection is an open file; many machines allow 1,024 unless asked."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@lru_cache(maxsize=64)
def position_of(chunk: bytes, deflated: bool) -> int:
    """The last position a chunk tells of, or 0. All screens get the same chunks, so that each is read once."""
    if deflated:
        chunk = zlib.decompressobj(-zlib.MAX_WBITS).decompress(chunk.removeprefix(_GZIP_HEAD))
    found = _ID.findall(chunk)
    return int(found[-1]) if found else 0


class Screen(asyncio.Protocol):
    """One connection, asking for gzip as browsers do. `seen` holds (moment, position) of every frame that was whole."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.held = b""
        self.deflated: bool | None = None  # None: the head has not come yet
        self.bytes = 0
        self.seen: list[tuple[float, int]] = []
        self.lost = False
        self.alive = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        head = (
            f"GET {self.path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\naccept-encoding: gzip\r\n\r\n"
        )
        transport.write(head.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Take the head, then chunk by chunk; a frame has arrived with its last byte."""
        self.bytes += len(data)
        held = self.held + data if self.held else data
        if self.deflated is None:
            head, end, held = held.partition(_END)
            if not end:
                self.held = head
                return
            self.deflated = b"content-encoding: gzip" in head.lower()
        while (start := held.find(b"\r\n") + 2) > 1:
            stop = start + int(held[: start - 2], 16)
            if len(held) < stop + 2:
                break
            self.take(held[start:stop])
            held = held[stop + 2 :]
        self.held = held

    def take(self, chunk: bytes) -> None:
        """Note what a whole chunk says."""
        position = position_of(chunk, bool(self.deflated))
        if position:
            self.seen.append((time.monotonic(), position))
            if not self.alive.done():
                self.alive.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """A screen that was cut off would make the figures better: it is told."""
        self.lost = True
        if not self.alive.done():
            self.alive.set_exception(error or ConnectionError("the server hung up"))


def delays(screens: list[Screen], reports: list[tuple[float, float, int]]) -> dict[str, Any]:
    """From a report's acknowledgment, and from its sending, to each screen's first frame with its position or a later one."""
    sent, acknowledged, positions = (np.array(column) for column in zip(*reports, strict=True))
    found, whole, missed = [], [], 0
    for one in screens:
        moments = np.array([moment for moment, _ in one.seen])
        at = np.searchsorted(np.maximum.accumulate([position for _, position in one.seen]), positions)
        there = at < len(moments)
        missed += int((~there).sum())
        found.append(moments[at[there]] - acknowledged[there])
        whole.append(moments[at[there]] - sent[there])
    every, total = np.concatenate(found) * 1000, np.concatenate(whole) * 1000
    p50, p99 = np.percentile(every, [50, 99])
    return {
        "p50_ms": float(p50), "p99_ms": float(p99), "max_ms": float(every.max()),
        "sent_p99_ms": float(np.percentile(total, 99)), "deliveries": len(every), "missed": missed,
    }  # fmt: skip


async def main(port: int, count: int, path: str) -> None:
    """Connect, say so, answer."""
    raise_file_limit()
    loop = asyncio.get_running_loop()
    screens: list[Screen] = []
    for _ in range(count):
        screens.append((await loop.create_connection(lambda: Screen(path), "127.0.0.1", port))[1])
    await asyncio.gather(*(one.alive for one in screens))
    reader = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    say(ready=count)
    while line := await reader.readline():
        asked = msgspec.json.decode(line)
        if asked["what"] == "delays":
            say(**delays(screens, asked["reports"]), lost=sum(one.lost for one in screens))
        else:
            say(bytes=sum(one.bytes for one in screens), frames=sum(len(one.seen) for one in screens))


def say(**what: Any) -> None:
    """One line to whoever measures."""
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
