"""Load over HTTP from this process: keep-alive connections that send the next request when the last was answered.

Cheap on purpose, because it shares the cores with what it measures: ready-made bytes out, four bytes of status read.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import msgspec
from result import quantile

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LINES = 32


class Load(msgspec.Struct, frozen=True):
    """What came of one burst: latencies in seconds of the answers that were 201, and how many were not."""

    seconds: float
    latencies: list[float]
    others: dict[int, int]

    @property
    def rate(self) -> float:
        """Accepted reports a second."""
        return len(self.latencies) / self.seconds

    def figures(self, clients: int) -> dict[str, float]:
        """Rate and latency under names that carry the number of clients."""
        return {
            f"reports_per_s_{clients}": self.rate,
            f"p50_ms_{clients}": quantile(self.latencies, 0.5) * 1000,
            f"p99_ms_{clients}": quantile(self.latencies, 0.99) * 1000,
        }


def request(path: str, body: bytes, token: str) -> bytes:
    """The bytes of one POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Sender(asyncio.Protocol):
    """One connection. `next` gives the bytes to send, or None when it is over."""

    def __init__(self, following: Callable[[], bytes | None], done: Callable[[float, int, bytes], None]) -> None:
        self.following = following
        self.done = done
        self.over = asyncio.get_running_loop().create_future()
        self.begun = 0.0
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is sent before `go`."""
        self.transport = transport

    def go(self) -> None:
        """Send the next request."""
        more = self.following()
        if more is None:
            self.transport.close()
            return
        self.begun = time.perf_counter()
        self.transport.write(more)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """An answer is whole when as many bytes came as it announced."""
        held = self.held = self.held + data if self.held else data
        head = held.find(_END)
        if head < 0:
            return
        start = held.find(_LENGTH, 0, head) + len(_LENGTH)
        if len(held) < head + 4 + int(held[start : held.find(b"\r\n", start)]):
            return
        self.held = b""
        self.done(time.perf_counter() - self.begun, int(held[9:12]), held)
        self.go()

    def connection_lost(self, error: Exception | None) -> None:
        """Over."""
        if not self.over.done():
            self.over.set_result(None)


async def burst(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    """As many requests as the server answers in that time over that many connections."""
    latencies: list[float] = []
    others: dict[int, int] = {}
    end = time.perf_counter() + seconds
    count = 0

    def following() -> bytes | None:
        nonlocal count
        count += 1
        return requests[count % len(requests)] if time.perf_counter() < end else None

    def done(took: float, status: int, _: bytes) -> None:
        if status == 201:
            latencies.append(took)
        else:
            others[status] = others.get(status, 0) + 1

    loop = asyncio.get_running_loop()
    senders = [
        (await loop.create_connection(lambda: Sender(following, done), "127.0.0.1", port))[1] for _ in range(clients)
    ]
    begun = time.perf_counter()
    end = begun + seconds
    for one in senders:
        one.go()
    await asyncio.gather(*(one.over for one in senders))
    return Load(time.perf_counter() - begun, latencies, others)


async def paced(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> list[tuple[float, float, int]]:
    """Reports at a steady rate; (sent, acknowledged, position) of each, on the clock all processes share."""
    told: list[tuple[float, float, int]] = []
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (what := await waiting.get()) is not None:
            sent = time.monotonic()
            writer.write(what)
            head = (await reader.readuntil(_END)).lower()
            start = head.find(_LENGTH) + len(_LENGTH)
            body = await reader.readexactly(int(head[start : head.find(b"\r\n", start)]))
            if not head.startswith(b"http/1.1 201"):
                raise RuntimeError(f"a report was not accepted: {body.decode()}")
            told.append((sent, time.monotonic(), msgspec.json.decode(body)["position"]))
        writer.close()

    lines = [asyncio.create_task(one()) for _ in range(_LINES)]
    begun = time.monotonic()
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + n / rate - time.monotonic()))
        waiting.put_nowait(requests[n % len(requests)])
    for _ in lines:
        waiting.put_nowait(None)
    await asyncio.gather(*lines)
    return told
