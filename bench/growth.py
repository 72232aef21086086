"""What a move costs as a center fills: whole lives of new cases, and one act on old cases anywhere, at three sizes of one database.

The cases are filled in by COPY (full.py), each with as many journal entries as it has versions: those of a true case of that
many, under its own stream. The ceiling is the cost at the smallest size; the ratio is each size over it, aimed to stay below 1.3.
"""

import asyncio
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from child import Cpu, below, seconds
from full import fill, seed, settings
from lives import DESK, MOVES, body, doer, routed
from result import Result, machine, quantile, tidy

from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, report
from northbank.wiring import Center, open_center, settle

# Entries for cases that have none: of each such case, the entries of one true case with as many versions.
JOURNAL = """
with sample as (
  select distinct on (c.version) c.version, 'case:' || c.id as stream from cases c
  where exists (select from journal j where j.stream = 'case:' || c.id) order by c.version, c.id
), lacking as (
  select c.id, c.version from cases c where not exists (select from journal j where j.stream = 'case:' || c.id)
), entry as (
  select j.*, s.version as whole from sample s join journal j on j.stream = s.stream
)
insert into journal
select (select max(position) from journal) + row_number() over (), {uuid}, 'case:' || l.id, e.version, e.type, e.schema, e.at,
  e.actor, e.cause, e.pack, e.rule, e.data, e.digest
from lacking l join entry e on e.whole = l.version
"""


class Size(msgspec.Struct, frozen=True):
    """How much is measured. old: acts on old cases."""

    cases: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    seeds: int = 400
    lives: int = 400
    together: int = 16
    old: int = 400
    rounds: int = 3
    pack: str = "jiangbei"
    real: bool = True


TINY = Size((100, 200, 400), 12, 4, 2, 4, 1, "_template", False)


async def measure(size: Size) -> Result:
    """One database that grows; sizes cannot take turns, so each is measured several times and its best taken."""
    where = machine()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        async with open_center(settings(Path(folder) / "data", size.pack, size.real), live=False) as center:
            settle()
            await seed(center, size.seeds)
            news = await routed(center.world)
            for cases in size.cases:
                await fill(center, cases)
                await _fill_journal(center)
                rounds = [await _round(center, news, size) for _ in range(size.rounds)]
                best = {name: tidy(min(one[name] for one in rounds)) for name in rounds[0]}
                figures |= {f"{name}_{cases}": value for name, value in best.items()}
                figures[f"entries_{cases}"] = await center.journal.position()
    first = size.cases[0]
    names = ("move_us", "server_us", "old_p50_ms")
    ceiling = {name: figures[f"{name}_{first}"] for name in names}
    ratio = {
        f"{name}_{cases}": tidy(figures[f"{name}_{cases}"] / max(ceiling[name], 1e-3))
        for name in names
        for cases in size.cases[1:]
    }
    return Result(name="growth", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _fill_journal(center: Center) -> None:
    uuid = "uuidv7()" if await center.pool.fetchval("show server_version_num") >= "180000" else "gen_random_uuid()"
    async with center.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local statement_timeout = 0")
        await connection.execute(JOURNAL.format(uuid=uuid), timeout=3600)
    async with center.pool.acquire() as connection:
        await connection.execute("set statement_timeout = 0")
        await connection.execute("vacuum analyze journal", timeout=3600)
        await connection.execute("set statement_timeout = '60s'")


def own() -> int:
    """This process."""
    return os.getpid()


def _used() -> Cpu:
    return Cpu(seconds(own()), sum(seconds(pid) for pid in below(own())))


async def _round(center: Center, news: list[NewReport], size: Size) -> dict[str, float]:
    """Elapsed and processor time a move of whole lives; then single acts on old cases anywhere, one by one."""
    before, begun = _used(), time.perf_counter()
    turns = iter(range(size.lives))

    async def one() -> None:
        for n in turns:
            made = await report(center.world, DESK, news[n % len(news)])
            for what in MOVES:
                await act(center.world, doer(what), made.id, what, body(what))

    await asyncio.gather(*(one() for _ in range(size.together)))
    took, used = time.perf_counter() - begun, _used().since(before)
    moves = size.lives * (len(MOVES) + 1)
    found = {
        "move_us": took / moves * 1e6, "server_us": used.own / moves * 1e6, "database_us": used.below / moves * 1e6,
    }  # fmt: skip
    return found | {"old_p50_ms": await _old(center, size)}


async def _old(center: Center, size: Size) -> float:
    """Archiving closed cases that nobody touched since they were filled in."""
    ids = await center.pool.fetch(
        "select id from cases where state in ('closed', 'rated') order by reported_at", timeout=600
    )
    took = []
    for row in random.Random(len(ids)).sample(ids, min(size.old, len(ids))):
        begun = time.perf_counter()
        await act(center.world, DESK, str(row["id"]), Act.ARCHIVE, ActBody())
        took.append((time.perf_counter() - begun) * 1000)
    return quantile(took, 0.5)
