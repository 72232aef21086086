"""Recorded cases decided again under another pack: entries per second, and that the pack that was live gives history again.

Ceiling: the same cases read and folded, nothing decided. Lists as of a past position are measured beside it.
"""

import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from history import START, long_journal
from msgspec.structs import replace
from replay import rebuild_of
from result import Result, machine, median, tidy

from northbank.core.access import SYSTEM
from northbank.flows.see_cases import page
from northbank.flows.simulate import simulate
from northbank.ports import CaseQuery
from northbank.shell.store.film import PgHistory
from northbank.shell.store.rebuild import folded
from northbank.shell.store.simulations import PgSimulations


class Size(msgspec.Struct, frozen=True):
    """How much is measured. reports: of the simulated day; copies: of that day."""

    reports: int = 4_000
    copies: int = 1
    rounds: int = 3
    pack: str = "jiangbei"


TINY = Size(reports=20, copies=1, rounds=1, pack="_template")


async def measure(size: Size) -> Result:
    """The span of everything, again under the same rules and under others."""
    where = machine()
    rounds: list[dict[str, float]] = []
    async with long_journal(size.pack, size.reports, size.copies) as (world, pool):
        await rebuild_of(pool, size)  # type: ignore[arg-type]
        limits = tuple(replace(one, amount=max(1, one.amount // 2)) for one in world.city.limits)
        other, since, until = (
            replace(world.city, version="other", limits=limits),
            START - timedelta(days=60),
            START + timedelta(days=60),
        )
        store = PgSimulations(pool)
        for _ in range(size.rounds):
            began = time.perf_counter()
            result = await simulate(world, other, since, until, store.cases(since, until))
            simulated = result.summary.entries / (time.perf_counter() - began)
            began = time.perf_counter()
            async with pool.acquire() as connection, connection.transaction(readonly=True):
                async for _ in folded(connection):
                    pass
            rounds.append({"simulate": simulated, "fold": result.summary.entries / (time.perf_counter() - began)})
        summed = result.summary
        past = await _past(world, pool, summed.entries)
    found = median(rounds)
    figures = {"entries": summed.entries, "cases": summed.cases, "simulate_per_s": found["simulate"]}
    figures |= {"reproduced_share": summed.reproduced / summed.cases, **past}
    return Result(
        name="simulate", machine=where, figures=figures, ceiling={"simulate_per_s": found["fold"]},
        ratio={"simulate_per_s": tidy(found["simulate"] / found["fold"])},
    )  # fmt: skip


async def _past(world: Any, pool: Any, entries: int) -> dict[str, float]:
    """A list as of the last hundredth, tenth and half of the journal: asked first, and asked again."""
    tip, found = await world.journal.position(), {}
    for name, share in (("hundredth", 0.01), ("tenth", 0.1), ("half", 0.5)):
        fresh = replace(world, history=PgHistory(pool, ZoneInfo(world.city.timezone)))
        query = CaseQuery(limit=100, as_of=str(max(1, round(tip * (1 - share)))))
        for asked in ("first", "again"):
            began = time.perf_counter()
            await page(fresh, SYSTEM, query)
            found[f"as_of_last_{name}_{asked}_ms"] = tidy((time.perf_counter() - began) * 1000)
    return found
