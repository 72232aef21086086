"""Figures, subject tables and vital signs over a small lake: counted in one pass, kept, as of any batch, unknown where data are old."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from flows.memory import Memory
from msgspec.structs import replace
from template import ADMIN, CLEAN, LEADER, WORKER, point

from northbank.core.city import Name, Source
from northbank.core.dataset import AnyStatement, Collected
from northbank.core.expression import Op
from northbank.core.lineage import ORDER
from northbank.core.refusal import Refused
from northbank.flows.collect import collect
from northbank.flows.prepare_figures import prepare_all
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_figures import IndicatorQuery, IndicatorView, indicator, indicators, subjects
from northbank.flows.see_lineage import LineageQuery, lineage
from northbank.flows.see_quality import QualityQuery, quality
from northbank.flows.see_vital_signs import vital_signs
from northbank.ports import World
from northbank.ports.figures import Figures
from northbank.shell.lake.dialects import DUCKDB
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.lake import DuckLake

SHOPS = "编号,名称,统一社会信用代码,类别,店主身份证号,电话,开业日期,停业日期,座位数,经度,纬度"
LOG = "inspection,shop,at,passed"
NEWEST = datetime(2026, 5, 3, 20, 0, tzinfo=UTC)


class Remembered(NamedTuple):
    """Batches that were read before."""

    known: dict[str, tuple[int, tuple[AnyStatement, ...]]]


class Parts(NamedTuple):
    """What figures need of the platform."""

    world: World
    figures: Figures
    sharing: Remembered
    filling: Callable[[], bool] = lambda: False


class Desk:
    """A center in memory with a lake on the disk, and figures over it."""

    def __init__(self, root: Path) -> None:
        self.memory = Memory()
        self.root = root
        lake = DuckLake(root / "lake", "500MB", 1)
        self.lake = lake
        self.start_again()

    def start_again(self) -> None:
        """What was only in memory is gone."""
        figures = DuckFigures(self.lake, self.root / "prepared")
        self.platform = Parts(self.memory.world, figures, Remembered({}))

    async def collect(self, code: str, name: str, head: str, *rows: str, at: datetime = NEWEST) -> Collected:
        path = self.root / name
        path.write_text("\n".join((head, *rows, "")), "utf-8")
        os.utime(path, (at.timestamp(), at.timestamp()))
        found = await collect(self.memory.world, self.lake, code, path, lambda step, share: None)
        assert isinstance(found.statement, Collected)
        return found.statement

    async def shops(self) -> None:
        rows = [
            f"s{n},店 {n},,{'food' if n % 3 else 'goods'},,,2020-01-02,{'2025-01-02' if n > 7 else ''},,,"
            for n in range(10)
        ]
        await self.collect("shops", "shops.csv", SHOPS, *rows)

    async def log(self, *rows: str) -> None:
        await self.collect("inspections", "log.csv", LOG, *rows)

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


async def test_a_subject_table_joins_and_its_shares_are_counted_by_month(desk: Desk) -> None:
    await desk.shops()
    await desk.log(
        "a1,s1,2026-03-01 10:00,是", "a2,s2,2026-03-09 10:00,否", "a3,s3,2026-04-02 10:00,是", "a4,s4,2026-04-03 10:00,"
    )
    seen = await desk.one("inspections_passed")
    assert (round(seen.value or 0, 3), seen.rows, seen.counted, seen.state) == (66.667, 4, 3, "off")
    assert [(part.key, part.value) for part in seen.parts] == [
        ("2026-04-01 00:00:00", 100.0),
        ("2026-03-01 00:00:00", 50.0),
    ]
    assert seen.standing == {"inspections": 1, "shops": 1}
    (table,) = subjects(desk.platform, LEADER).subjects
    keeper = next(column for column in table.columns if column.code == "keeper")
    assert (table.level, keeper.personal, keeper.mask is not None) == ("L2", True, True)


async def test_a_figure_is_counted_once_and_as_of_any_batch(desk: Desk) -> None:
    await desk.shops()
    assert await prepare_all(desk.platform) == 1  # the other one has no data yet
    assert await prepare_all(desk.platform) == 0
    await desk.collect("shops", "more.csv", SHOPS, "s20,又一店,,food,,,,,,,", at=NEWEST + timedelta(hours=1))
    now, before = await desk.one("shops_open"), await desk.one("shops_open", 1)
    assert (now.value, before.value) == (9.0, 8.0)
    assert [past.value for past in now.trend] == [8.0, 9.0]
    assert [past.value for past in before.trend] == [8.0]
    kept = sorted((desk.root / "prepared" / "shops_open").iterdir())
    assert len(kept) == 2
    kept[0].write_bytes(b"not what it was")  # counted again, never an error
    desk.start_again()
    assert (await desk.one("shops_open", 1)).value == 8.0


async def test_old_data_are_unknown_never_good(desk: Desk) -> None:
    await desk.shops()
    desk.memory.clock.advance(timedelta(days=15))  # a weekly register: two cycles
    seen = await desk.one("shops_open")
    assert (seen.value, seen.stale, seen.state) == (8.0, True, "unknown")


async def test_vital_signs_stand_at_their_level_until_data_are_late(desk: Desk) -> None:
    (bare,) = (await vital_signs(desk.platform)).signs
    assert (bare.value, bare.level, bare.inside, bare.stale) == (None, "unknown", None, False)
    await desk.shops()
    await desk.log("a1,s1,2026-03-01 10:00,是", "a2,s2,2026-04-09 10:00,否", "a3,s3,2026-04-10 10:00,是")
    (sign,) = (await vital_signs(desk.platform)).signs
    assert (sign.value, sign.level, sign.inside) == (50.0, "red", False)
    assert [one.value for one in sign.readings] == [100.0, 50.0]
    desk.memory.clock.advance(timedelta(hours=2000))
    (late,) = (await vital_signs(desk.platform)).signs
    assert (late.value, late.level, late.inside, late.stale) == (50.0, "unknown", None, True)


async def test_the_way_leads_from_the_wall_to_the_file_that_was_sent(desk: Desk) -> None:
    await desk.shops()
    await desk.log("a1,s1,2026-03-01 10:00,是")
    seen = await lineage(desk.platform, CLEAN, LineageQuery(vital_sign="passed", way="up"))
    kinds = {node.kind for node in seen.nodes}
    assert kinds == {"provider", "file", "batch", "dataset", "column", "subject", "indicator", "vital_sign"}
    files = {node.name.en: node.rows for node in seen.nodes if node.kind == "file"}
    assert files == {"shops.csv": 10, "log.csv": 1}
    assert [node.kind for node in seen.nodes] == sorted((node.kind for node in seen.nodes), key=[*ORDER].index)
    down = await lineage(desk.platform, CLEAN, LineageQuery(column="shops.kind", way="down"))
    assert {"subject:shop_checks", "indicator:inspections_passed", "screen:wall"} <= {node.id for node in down.nodes}
    with pytest.raises(Refused) as several:
        await lineage(desk.platform, CLEAN, LineageQuery(column="shops.kind", dataset="shops"))
    with pytest.raises(Refused) as none:
        await lineage(desk.platform, CLEAN, LineageQuery(figure="screen:nowhere"))
    assert (several.value.code, none.value.code) == ("lineage_start", "not_found")


async def test_quality_is_told_by_data_set_and_department(desk: Desk) -> None:
    await desk.shops()
    bad = [f"t{n},店 {n},,food,,{'12345' if n < 2 else ''},,,,," for n in range(20)]
    await desk.collect("shops", "bad.csv", SHOPS, *bad)
    seen = (await quality(desk.platform, LEADER, QualityQuery())).quality
    shops = next(one for one in seen.datasets if one.code == "shops")
    assert shops.score is not None
    assert shops.score < 100.0
    assert [(fault.rule, fault.rows, fault.rising) for fault in shops.faults] == [("phone(phone)", 2, True)]
    assert (shops.freshness, [point.taken for point in shops.trend]) == ("fresh", [True, True])
    assert [(one.owner, one.collected, one.rows, one.bad) for one in seen.owners] == [
        ("watch", 1, 28, 2),
        ("clean", 0, 0, 0),
    ]
    assert seen.score == shops.score


async def test_cases_that_ask_for_a_correction_are_counted_while_they_are_open(desk: Desk) -> None:
    await desk.shops()
    await desk.collect(
        "shops", "bad.csv", SHOPS, *(f"t{n},店 {n},,,,{'12345' if n < 2 else ''},,,,," for n in range(20))
    )
    city = desk.memory.world.city
    sources = {**city.sources, "data": Source(code="data", name=Name("数据平台", "data platform"))}
    world = replace(desk.memory.world, city=replace(city, sources=sources))
    await report(
        world,
        ADMIN,
        NewReport(source="data", place=Where(*point("TW-H1-G1")), external="shops:2", text="请更正第 2 批"),
    )
    await report(
        world,
        ADMIN,
        NewReport(source="data", place=Where(*point("TW-H1-G1")), external="shops:1", text="第 1 批没有坏行，不计"),
    )
    seen = (await quality(desk.platform, LEADER, QualityQuery())).quality
    assert {one.code: one.tickets for one in seen.datasets if one.tickets} == {"shops": 1}
    assert {one.owner: one.tickets for one in seen.owners if one.tickets} == {"watch": 1}


async def test_who_has_no_business_with_data_sees_none(desk: Desk) -> None:
    for asked in (
        indicators(desk.platform, WORKER), quality(desk.platform, WORKER, QualityQuery()),
        lineage(desk.platform, WORKER, LineageQuery(dataset="shops")),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "forbidden"


def test_the_engine_has_every_operation() -> None:
    assert set(DUCKDB.operations) == set(get_args(Op))
