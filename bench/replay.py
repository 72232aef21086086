"""Folding the whole journal again, as a rebuild of views does: entries per second.

Ceilings: the same rows read and decoded without folding them; read and thrown away.
"""

import time
from typing import Any

import asyncpg
import msgspec
from history import LONG, long_journal
from result import Result, machine, median, tidy

from northbank.core.facts import read
from northbank.shell.store.journal import SQL
from northbank.shell.store.rebuild import BATCH, folded, rebuild
from northbank.shell.store.state import folded_state


class Size(msgspec.Struct, frozen=True):
    """How much is measured. reports: of the simulated day; copies: of that day."""

    reports: int = 4_000
    copies: int = 9
    rounds: int = 3
    pack: str = "jiangbei"


TINY = Size(reports=20, copies=1, rounds=1, pack="_template")


async def measure(size: Size) -> Result:
    """Each round: rows, decoded, folded, hashed; the views rebuilt once."""
    where = machine()
    rounds: list[dict[str, float]] = []
    async with long_journal(size.pack, size.reports, size.copies) as (_, pool):
        entries = int(await pool.fetchval("select count(*) from journal where stream like 'case:%'"))
        for _ in range(size.rounds):
            rounds.append(
                {name: entries / await _seconds(pool, name) for name in ("rows", "decoded", "folded", "hashed")}
            )
        began = time.perf_counter()
        await rebuild_of(pool, size)
        rebuilt = entries * 1 / (time.perf_counter() - began)
    found = median(rounds)
    figures = {
        "entries": entries,
        "fold_per_s": found["folded"],
        "state_hash_per_s": found["hashed"],
        "rebuild_per_s": tidy(rebuilt),
    }
    ceiling = {"fold_per_s": found["rows"], "decoded_per_s": found["decoded"]}
    return Result(
        name="replay", machine=where, figures=figures, ceiling=ceiling,
        ratio={"fold_per_s": tidy(found["folded"] / found["rows"]), "fold_of_decoded": tidy(found["folded"] / found["decoded"])},
    )  # fmt: skip


async def rebuild_of(pool: asyncpg.Pool, size: Size) -> None:
    """Views of the journal; copies carry the numbers of their day, which the view wants once."""
    await pool.execute("alter table cases drop constraint if exists cases_number_key", timeout=LONG)
    await pool.execute("drop index if exists cases_external", timeout=LONG)
    await rebuild(pool)


async def _seconds(pool: Any, what: str) -> float:
    began = time.perf_counter()
    if what == "hashed":
        await folded_state(pool)
        return time.perf_counter() - began
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("set local statement_timeout to 0")
        if what == "folded":
            async for _ in folded(connection):
                pass
        else:
            async for row in connection.cursor(SQL.by_stream, prefetch=BATCH, timeout=LONG):
                if what == "decoded":
                    read(row["type"], row["schema"], row["data"])
    return time.perf_counter() - began
