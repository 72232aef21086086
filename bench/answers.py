"""What a measured center answers to whoever measures it, beside serving: how many rows a report became, and more."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from northbank.wiring import Center

_TABLES = ("journal", "cases", "subject_key", "secret")


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def answer(center: Center, say: Callable[..., None]) -> None:
    """Answer lines of JSON until they end."""
    lines = await _lines()
    while line := await lines.readline():
        asked: dict[str, Any] = msgspec.json.decode(line)
        match asked["what"]:
            case "rows":
                say(**await rows(center))
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
