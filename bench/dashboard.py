"""The dashboard of figures over governed tables: everything the screens ask at once, from what was prepared behind the batch.

The ceiling is the same figures counted by the engine there and then, on the same rows.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from full import settings
from result import Result, machine, quantile, tidy

from northbank.core.access import Actor, Role
from northbank.flows.collect import collect
from northbank.flows.prepare_figures import prepare_all, prepared
from northbank.flows.see_figures import indicators
from northbank.flows.see_quality import QualityQuery, quality
from northbank.flows.see_vital_signs import vital_signs
from northbank.wiring import Center, open_center

LEADER = Actor("bench-leader", Role.LEADER, "center")
STATIONS = 100
# A valid identity number for each person: the check digit of GB 11643 in the engine's own words.
PEOPLE = """
copy (
  with born as (select i, date '1950-01-01' + cast(i // 900 as integer) as day, lpad(cast(i % 900 as varchar), 3, '0') as serial from range($rows) t(i)),
  bare as (select *, '500105' || strftime(day, '%Y%m%d') || serial as digits from born)
  select digits || substr('10X98765432', 1 + cast(list_sum(list_transform(range(1, 18),
    lambda x: cast(substr(digits, x, 1) as integer) * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][x])) % 11 as integer), 1) as id_no,
    '人' || i as name, cast(1 + i % 2 as varchar) as sex, day as born, '住址' || i as address,
    $communities[1 + i % len($communities)] as community, '' as phone, day as moved_in,
    case when i % 20 = 0 then '2025-01-02' else '' end as moved_out from bare
) to '{path}' (header)
"""
AIR = """
copy (
  select 's' || (i % 100) as station, strftime(timestamp '2026-05-01' - to_hours(i // 100), '%Y-%m-%d %H:%M:%S') as at,
    10 + i % 90 as pm25, 20 + i % 150 as pm10, 30 + i % 120 as o3 from range($rows) t(i)
) to '{path}' (header)
"""


class Size(msgspec.Struct, frozen=True):
    """How much is measured. people, hours: rows of the two data sets."""

    people: int = 940_000
    readings: int = 1_000_000
    rounds: int = 200
    again: int = 3


TINY = Size(people=2_000, readings=2_000, rounds=3, again=1)


async def measure(size: Size) -> Result:
    """Collected, prepared once, then asked again and again, one after another."""
    where = machine()
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        async with open_center(settings(Path(folder) / "data", "jiangbei", False), live=False) as center:
            await _fill(center, Path(folder), size)
            begun = time.perf_counter()
            done = await prepare_all(center.platform)
            figures: dict[str, Any] = {"prepared": done, "prepare_ms": tidy((time.perf_counter() - begun) * 1000)}
            for name, ask in _asked(center).items():
                times = [await _timed(ask) for _ in range(size.rounds)]
                figures |= {f"{name}_p50_ms": tidy(quantile(times, 0.5)), f"{name}_p99_ms": tidy(quantile(times, 0.99))}
            ceiling = {"count_now_ms": tidy(await _now(center, size.again))}
    ratio = {"dashboard_p99_ms": tidy(figures["dashboard_p99_ms"] / ceiling["count_now_ms"])}
    return Result(name="dashboard", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _fill(center: Center, folder: Path, size: Size) -> None:
    communities = [code for code, area in center.city.areas.items() if area.level == "community"]
    with duckdb.connect() as duck:
        duck.execute("set enable_progress_bar = false")
        duck.execute(PEOPLE.format(path=folder / "people.csv"), {"rows": size.people, "communities": communities})
        duck.execute(AIR.format(path=folder / "air.csv"), {"rows": size.readings})
    for code, name in (("residents", "people.csv"), ("air_hours", "air.csv")):
        done = await collect(center.world, center.platform.lake, code, folder / name, lambda step, share: None)
        assert done.statement is not None
        assert done.statement.bad == 0, done.statement.faults


def _asked(center: Center) -> dict[str, Callable[[], Awaitable[object]]]:
    return {
        "dashboard": lambda: indicators(center.platform, LEADER),
        "signs": lambda: vital_signs(center.platform),
        "quality": lambda: quality(center.platform, LEADER, QualityQuery()),
    }


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await ask()
    return (time.perf_counter() - begun) * 1000


async def _now(center: Center, again: int) -> float:
    """Every figure counted, none kept: the best of a few times."""
    best = float("inf")
    for _ in range(again):
        begun = time.perf_counter()
        for one in center.city.indicators.values():
            await prepared(_Forgetful(center), one)
        best = min(best, (time.perf_counter() - begun) * 1000)
    return best


class _Forgetful:
    """The platform with a memory that keeps nothing."""

    def __init__(self, center: Center) -> None:
        self.world = center.world
        self.sharing = center.platform.sharing
        self.figures: Any = self
        self.measure = center.platform.figures.measure

    async def kept(self, indicator: str, key: str) -> None:
        """Nothing."""

    async def keep(self, key: str, prepared: object) -> None:
        """Not at all."""
