"""What a measured center answers to whoever measures it, beside serving: rows a report became, frames flat out."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import msgspec
from flat_out import flat_out

from northbank.core.access import Scope
from northbank.shell.web.live import Broadcaster, Tick
from northbank.wiring import Center

_TABLES = ("journal", "cases", "subject_key", "secret")
SAMPLES = 400  # rows of a table that the peer of the same columns repeats
RECENT = 140  # entries a frame tells of: 200 reports/s, five frames a second, 3.5 entries a report


async def answer(center: Center, hubs: list[Broadcaster], say: Callable[..., None]) -> None:
    """Answer lines of JSON until they end."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked: dict[str, Any] = msgspec.json.decode(line)
        match asked["what"]:
            case "rows":
                say(**await rows(center))
            case "samples":
                say(**await samples(center))
            case "deliveries":
                say(deliveries=hubs[0].deliveries, dropped=hubs[0].dropped)
            case "flat_out":
                say(**await hurry(hubs[0], asked["seconds"]))
            case other:
                say(error=f"unknown: {other}")


async def rows(center: Center) -> dict[str, Any]:
    """Rows a report and bytes a row, for each table."""
    found: dict[str, Any] = {}
    reports = int(await center.pool.fetchval("select count(*) from cases"))
    for table in _TABLES:
        query = f"select count(*), coalesce(avg(pg_column_size(t.*)), 0)::float from {table} t"
        count, size = await center.pool.fetchrow(query)
        found[table] = {"rows": count / max(reports, 1), "bytes": round(size)}
    return found


async def samples(center: Center) -> dict[str, Any]:
    """Rows of each table as they are, for a peer that stores the like."""
    found: dict[str, Any] = {}
    for table in _TABLES:
        query = f"select json_agg(t)::text from (select * from {table} limit {SAMPLES}) t"
        found[table] = msgspec.json.decode(await center.pool.fetchval(query))
    return found


class Restless:
    """A feed over the real one that always has news: every frame is made anew, as the real one makes it."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.position = real.position

    def tick(self, scope: Scope, after: int) -> Tick | None:
        """What the newest entries changed, under a position of its own."""
        found = self.real.tick(scope, max(0, self.real.position - RECENT))
        return None if found is None else Tick(self.position, found.data)


async def hurry(hub: Broadcaster, seconds: float) -> dict[str, float]:
    """Real frames through the real broadcaster, one after the other."""
    feed = hub.feed = Restless(hub.feed if not isinstance(hub.feed, Restless) else hub.feed.real)
    feed.position = max(feed.position, *(one.position for one in hub.audiences.values()))

    def send() -> int:
        feed.position += 1
        for one in hub.audiences.values():
            one.fresh_at = float("-inf")  # no waiting for the next tick
        before = hub.deliveries
        hub.beat()
        return hub.deliveries - before

    def transports() -> list[Any]:
        return [client.transport for one in hub.audiences.values() for client in one.clients]  # type: ignore[attr-defined]

    return await flat_out(send, transports, seconds) | {"dropped": hub.dropped}
