"""What the indexes of the case lists cost on writing: `python bench/index_cost.py [--cases N]`; a figure of its own.

The same lives of new cases with every index of the lists, without any, and with each alone, in turns over one database. Bytes of
the write-ahead log a move are nearly exact on any machine; processor time of the database a move is less so.
"""

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

import uvloop
from child import below, seconds
from full import fill, seed, settings
from growth import own
from lives import DESK, MOVES, body, doer, routed
from rich.console import Console
from rich.table import Table

from northbank.flows.act import act
from northbank.flows.report import NewReport, report
from northbank.wiring import Center, open_center, settle

ROUNDS = 3
MADE = """
select indexname, indexdef from pg_indexes i join pg_class c on c.relname = i.indexname join pg_index x on x.indexrelid = c.oid
where i.tablename = 'cases' and not x.indisunique order by indexname
"""


async def made(center: Center) -> dict[str, str]:
    """Name -> statement of each index of the case view but those that keep something unique."""
    return {row["indexname"]: row["indexdef"] for row in await center.pool.fetch(MADE)}


async def _cost(center: Center, news: list[NewReport], lives: int) -> tuple[float, float]:
    """WAL bytes and database microseconds a move."""

    async def state() -> tuple[int, float]:
        wal = await center.pool.fetchval("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
        return wal, sum(seconds(pid) for pid in below(own()))

    turns = iter(range(lives))

    async def one() -> None:
        for n in turns:
            made_ = await report(center.world, DESK, news[n % len(news)])
            for what in MOVES:
                await act(center.world, doer(what), made_.id, what, body(what))

    before = await state()
    await asyncio.gather(*(one() for _ in range(16)))
    after = await state()
    moves = lives * (len(MOVES) + 1)
    return (after[0] - before[0]) / moves, (after[1] - before[1]) / moves * 1e6


async def main(cases: int, lives: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        async with open_center(settings(Path(folder) / "data", "jiangbei", True), live=False) as center:
            settle()
            indexes = await made(center)
            kinds: dict[str, list[str]] = {"none": [], "all": list(indexes), **{name: [name] for name in indexes}}
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
            await seed(center, 100)
            await fill(center, cases)
            news = await routed(center.world)
            for _ in range(ROUNDS):
                for kind, names in kinds.items():
                    for name, statement in indexes.items():
                        await center.pool.execute(f"drop index if exists {name}")
                        if name in names:
                            await center.pool.execute(statement, timeout=600)
                    found[kind].append(await _cost(center, news, lives))
    table = Table("indexes", "WAL bytes a move", "ratio", "database us a move", "ratio")
    plain = [statistics.median(one[n] for one in found["none"]) for n in (0, 1)]
    for kind, rounds in found.items():
        wal, used = (statistics.median(one[n] for one in rounds) for n in (0, 1))
        table.add_row(kind, f"{wal:,.0f}", f"{wal / plain[0]:.2f}", f"{used:.0f}", f"{used / plain[1]:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description="What the indexes of the case lists cost on writing.")
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--lives", type=int, default=150)
    asked = reader.parse_args()
    uvloop.run(main(asked.cases, asked.lives))
