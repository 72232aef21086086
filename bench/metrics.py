"""Figures of a period over a million cases: all definitions by group, the rows behind one, and the patterns, asked of the flows.

The cases are repeated true ones, spread evenly over two years (full.py). The ceiling is the bare reading of the same rows of the
view of marks; what it would be without that view is taken from a share of the cases, opened one by one.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from full import COLUMNS, FIRST_SERIAL, STEP, Pattern, copies, seed, settings
from result import Result, machine, quantile, tidy

from northbank.core.access import Actor, Role
from northbank.flows.see_cases import page
from northbank.flows.see_metrics import GamingQuery, MetricQuery, gaming, metrics
from northbank.ports import CaseQuery
from northbank.shell.store.marks import SQL, mark_all
from northbank.wiring import Center, open_center

LEADER = Actor("bench-leader", Role.LEADER, "center")
DAY = timedelta(days=1)
SPREAD = 730 * DAY
LONG = 3_600.0


class Size(msgspec.Struct, frozen=True):
    """How much is measured. opened: cases that are read whole, for comparison."""

    cases: int = 1_000_000
    seeds: int = 400
    rounds: int = 7
    opened: int = 20_000
    pack: str = "jiangbei"


TINY = Size(cases=300, seeds=12, rounds=2, opened=100, pack="_template")


async def measure(size: Size) -> Result:
    """Filled, marked once, then asked again and again, one after another."""
    where = machine()
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        async with open_center(settings(Path(folder) / "data", size.pack, False), live=False) as center:
            await seed(center, size.seeds)
            await _fill(center, size.cases)
            figures: dict[str, Any] = {"mark_us": await _marked(center, size.cases)}
            figures |= await _asked(center, size.rounds)
            ceiling = {f"{name}_ms": await _bare(center, days, size.rounds) for name, days in _PERIODS}
            ceiling["open_us"] = await _opened(center, size.opened)
    ratio = {name: tidy(figures[name] / ceiling[name]) for name in ("month_ms", "year_ms")}
    return Result(name="metrics", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


_PERIODS = (("day", 1), ("month", 30), ("year", 365))


async def _fill(center: Center, cases: int) -> None:
    """Copies of the true cases, each at its own moment of two years."""
    docs = [row["doc"] for row in await center.pool.fetch("select doc from cases order by reported_at, id")]
    patterns: list[Pattern] = [_Spread(doc, cases) for doc in docs]
    made = copies(patterns, center.city.prefix, sorted(center.city.units), 0, cases - len(docs))
    async with center.pool.acquire() as connection:
        while part := _some(made):
            await connection.copy_records_to_table("cases", records=part, columns=COLUMNS, timeout=LONG)
        await connection.execute("vacuum analyze cases", timeout=LONG)


def _some(rows: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row, _ in zip(rows, range(20_000), strict=False)]


class _Spread(Pattern):
    """A true case whose copies lie evenly in the two years."""

    def __init__(self, doc: str, cases: int) -> None:
        super().__init__(doc)
        self.cases = cases

    def copy(self, again: float, serial: int, prefix: str) -> str:
        return super().copy(SPREAD / STEP * (serial - FIRST_SERIAL) / self.cases, serial, prefix)


async def _marked(center: Center, cases: int) -> float:
    """Microseconds a case for making the whole view of marks."""
    begun = time.perf_counter()
    async with center.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("set local statement_timeout to 0")
            await mark_all(connection)
        took = time.perf_counter() - begun
        await connection.execute("vacuum analyze marked", timeout=LONG)
    return tidy(took / cases * 1e6)


async def _asked(center: Center, rounds: int) -> dict[str, Any]:
    world, now = center.world, center.world.clock.now()
    found: dict[str, Any] = {}
    for name, days in _PERIODS:
        view = await metrics(world, LEADER, MetricQuery(since=now - days * DAY, until=now))
        found[f"{name}_cases"] = view.cases
        asked = MetricQuery(since=now - days * DAY, until=now)
        found[f"{name}_ms"] = await _median(lambda asked=asked: metrics(world, LEADER, asked), rounds)  # type: ignore[misc]
    month = now - 30 * DAY
    for by in ("unit", "grid", "type"):
        asked = MetricQuery(since=month, until=now, by=by)
        found[f"month_by_{by}_ms"] = await _median(lambda asked=asked: metrics(world, LEADER, asked), rounds)  # type: ignore[misc]
    rows = CaseQuery(metric="returned", side="numerator", since=month, until=now)
    found["rows_ms"] = await _median(lambda: page(world, LEADER, rows), rounds)
    signs = GamingQuery(since=month, until=now)
    found["patterns_ms"] = await _median(lambda: gaming(world, LEADER, signs), rounds)
    return found


async def _median(ask: Callable[[], Awaitable[object]], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - begun) * 1000)
    return tidy(quantile(took, 0.5))


async def _bare(center: Center, days: int, rounds: int) -> float:
    """The same rows, counted by their period and nothing else."""
    now = center.world.clock.now()
    sql = "select count(m.solve_due) from marked m where m.during && tstzrange($1, $2)"
    return await _median(lambda: center.pool.fetchval(sql, now - days * DAY, now, timeout=LONG), rounds)


async def _opened(center: Center, cases: int) -> float:
    """Microseconds a case for reading its marks off the folded case, as all of them were before."""
    marks = SQL.marks.format(source="select * from cases limit $1")
    sql = f"select count(m.solve_due), count(m.accept_due), count(m.turns) from ({marks}) m"
    begun = time.perf_counter()
    await center.pool.fetchrow(sql, cases, timeout=LONG)
    return tidy((time.perf_counter() - begun) / cases * 1e6)
