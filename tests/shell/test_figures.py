"""Figures, subject tables and vital signs over a small lake: counted in one pass, kept, as of any batch, unknown where data are old."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flows.memory import Memory
from template import LEADER

from northbank.core.dataset import Collected
from northbank.flows.collect import collect
from northbank.flows.platform import Platform
from northbank.flows.see_figures import IndicatorQuery, IndicatorView, indicator
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.lake import DuckLake

SHOPS = "编号,名称,统一社会信用代码,类别,店主身份证号,电话,开业日期,停业日期,座位数,经度,纬度"
LOG = "inspection,shop,at,passed"
NEWEST = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


class Desk:
    """A center in memory with a lake on the disk, and figures over it."""

    def __init__(self, root: Path) -> None:
        self.memory = Memory()
        self.root = root
        lake = DuckLake(root / "lake", "500MB", 1)
        self.platform = Platform(self.memory.world, lake, DuckFigures(lake, root / "prepared"))

    async def collect(self, code: str, name: str, head: str, *rows: str, at: datetime = NEWEST) -> Collected:
        path = self.root / name
        path.write_text("\n".join((head, *rows, "")), "utf-8")
        import os

        os.utime(path, (at.timestamp(), at.timestamp()))
        found = await collect(self.memory.world, self.platform.lake, code, path, lambda step, share: None)
        assert isinstance(found.statement, Collected)
        return found.statement

    async def shops(self) -> None:
        rows = [
            f"s{n},店 {n},,{'food' if n % 3 else 'goods'},,,2020-01-02,{'2025-01-02' if n > 7 else ''},,,"
            for n in range(10)
        ]
        await self.collect("shops", "shops.csv", SHOPS, *rows)

    async def one(self, code: str, as_of: int | None = None) -> IndicatorView:
        return await indicator(self.platform, LEADER, code, IndicatorQuery(as_of=as_of))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_figure_counts_what_its_file_says_and_by_group(desk: Desk) -> None:
    nothing = await desk.one("shops_open")
    assert (nothing.value, nothing.state, nothing.age) == (None, "unknown", None)
    await desk.shops()
    seen = await desk.one("shops_open")
    assert (seen.value, seen.rows, seen.counted, seen.state, seen.score) == (8.0, 10, 8, "normal", 100.0)
    assert [(part.key, part.value) for part in seen.parts] == [("food", 5.0), ("goods", 3.0)]
    assert seen.groups["food"].zh == "餐饮"
    assert (seen.standing, seen.as_of, round(seen.age or 0)) == ({"shops": 1}, NEWEST, 8)
    desk.memory.check()
