"""Linking small registers: what is one is found, people's word stands above the model's, ids last, runs are whole or absent."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace
from shell.linked import LinkDesk, silent
from template import ADMIN, CLEAN, DUTY, WORKER

from northbank.core.access import Actor, Role
from northbank.core.clusters import lasting_ids
from northbank.core.linking import LinkRun
from northbank.core.match import Training, explain, level_of
from northbank.core.refusal import Refused
from northbank.flows.judge_pair import NewVerdict, judge_pair
from northbank.flows.link import link
from northbank.flows.review_links import PairQuery, PairQuestion, see_models, see_pair, see_pairs

STEWARD = Actor("steward", Role.STEWARD, "center")
SECOND = Actor("second", Role.STEWARD, "center")
SHOPS = [
    "s1,北岸好味餐饮有限公司,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12",
    "s2,長江麵館,,13900139000,2021-05-06,8,85.33,-5.12",
    "s3,大江百货,91110000802100433B,13700137000,2019-01-01,0,85.33,-5.12",
    "s4,大江百货,,,2022-03-03,,,",
    "s5,小江书店,,13600136000,2018-08-08,,,",
]
PERMITS = [
    "p1,北岸好味餐饮,914403001922038216,13800138000,2020-01-12,港口路1号,12",
    "p2,长江麵館（北岸店）,,139-0013-9000,2021-05-16,港口路2号,8",
    "p3,大江百货商场,91110000802100433B,13700137001,2019-01-05,港口路3号,5",
    "p4,无关水果店,,13500135000,2023-01-01,港口路4号,",
    "p5,小江书店,,13600136099,2016-01-01,港口路5号,",
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[LinkDesk]:
    found = LinkDesk(tmp_path)
    await found.bring("shops", SHOPS)
    await found.bring("permits", PERMITS)
    yield found
    found.memory.check()


async def run(desk: LinkDesk) -> LinkRun:
    done = await link(desk.platform, "keepers", False, silent)
    assert done.run is not None
    return done.run


def groups(desk: LinkDesk, one: LinkRun) -> dict[str, set[str]]:
    """The keys of the records of each entity."""
    path = desk.root / "links" / "keepers" / "runs" / one.folder / "members.parquet"
    with duckdb.connect() as duck:
        rows = duck.execute("select entity, key[1] from read_parquet($1)", [str(path)]).fetchall()
    found: dict[str, set[str]] = {}
    for entity, key in rows:
        found.setdefault(entity, set()).add(key)
    return found


def holding(found: dict[str, set[str]]) -> list[list[str]]:
    """The groups of several records."""
    return sorted(sorted(one) for one in found.values() if len(one) > 1)


async def test_shops_of_two_registers_become_one_and_others_stay_alone(desk: LinkDesk) -> None:
    one = await run(desk)
    assert holding(groups(desk, one)) == [["p1", "s1"], ["p2", "s2"], ["p3", "s3"]]
    assert (one.records, one.entities, one.links, one.largest, one.kept) == (10, 7, 3, 2, 0)
    again = await link(desk.platform, "keepers", False, silent)
    assert again.run is None, "the same rows make no new run"
    assert again.last == one


async def test_an_explained_pair_adds_up_to_what_the_engine_said(desk: LinkDesk) -> None:
    """The waterfall is core's; the probability is Splink's."""
    desk.change(review=1e-9, match=0.9999999)
    await run(desk)
    page = await see_pairs(desk.platform, STEWARD, "keepers", PairQuery())
    assert page.total == len(page.rows) >= 4
    for row in page.rows:
        pair = await see_pair(desk.platform, STEWARD, "keepers", (row.right, row.left), PairQuestion())
        assert pair.waterfall.probability == pytest.approx(row.probability, abs=1e-9)
        assert pair.waterfall.weight == pytest.approx(
            pair.waterfall.prior + sum(bar.weight for bar in pair.waterfall.bars)
        )
        plain = explain(desk.model, row.levels).bars
        assert [bar.weight - bar.frequency for bar in pair.waterfall.bars] == pytest.approx(
            [bar.weight for bar in plain]
        )


async def test_the_engine_finds_the_levels_that_core_finds(desk: LinkDesk) -> None:
    as_they_are = tuple(replace(field, clean=()) for field in desk.model.fields)
    blocks = (("credit_code",), ("phone",), ("short",), ("opened",))
    desk.change(review=1e-12, match=0.9999999, blocks=blocks, fields=as_they_are)
    await desk.bring(
        "permits", [f"q{n},大江百{'货' * (n % 3)},,1370013700{n},2020-01-{n + 1:02d},," for n in range(9)], "more"
    )
    await desk.bring(
        "shops", [f"t{n},大江{'百货' * (n % 2)},,1370013{n}00{n},2020-01-{n + 1:02d},,," for n in range(9)], "most"
    )
    await run(desk)
    page = await see_pairs(desk.platform, STEWARD, "keepers", PairQuery(limit=200))
    assert len(page.rows) > 20
    compared = {"name": "short", "phone": "phone", "opened": "opened", "credit_code": "credit_code"}
    for row in page.rows:
        pair = await see_pair(desk.platform, STEWARD, "keepers", (row.left, row.right), PairQuestion(purpose="quality"))
        cells = {cell.code: (cell.left, cell.right) for cell in pair.cells}
        for comparison, level in zip(desk.model.comparisons, row.levels, strict=True):
            left, right = cells[compared[comparison.code]]
            if comparison.code == "opened":
                left, right = (None if one is None else date.fromisoformat(one) for one in (left, right))  # type: ignore[assignment]
            assert level_of(comparison, [left], [right]) == level, (comparison.code, left, right)


async def test_what_people_say_stands_above_the_model_until_it_is_taken_back(desk: LinkDesk) -> None:
    first = await run(desk)
    ids = {min(keys): entity for entity, keys in groups(desk, first).items()}
    desk.change(review=0.0001)
    await run(desk)
    rows = (await see_pairs(desk.platform, STEWARD, "keepers", PairQuery())).rows
    assert rows, "shops that are only somewhat alike wait for a person"
    ends = (rows[0].left, rows[0].right)
    said = await judge_pair(desk.platform, STEWARD, "keepers", ends, NewVerdict("same", "seen on the spot"))
    assert said.judgment is not None
    assert not said.judgment.holds, "this pack asks for two persons"
    with pytest.raises(Refused, match="second person"):
        await judge_pair(desk.platform, STEWARD, "keepers", ends, NewVerdict("same", "sure"))
    said = await judge_pair(desk.platform, SECOND, "keepers", ends, NewVerdict("same", "so it is"))
    assert said.judgment is not None
    assert said.judgment.holds
    joined = await run(desk)
    assert joined.links == first.links + 1
    assert joined.kept == joined.entities == first.entities - 1
    assert (await see_pairs(desk.platform, STEWARD, "keepers", PairQuery(state="answered"))).total == 1
    await judge_pair(desk.platform, SECOND, "keepers", ends, NewVerdict("open"))
    parted = await run(desk)
    assert parted.links == first.links
    assert sum(entity in ids.values() for entity in groups(desk, parted)) >= first.entities - 1


async def test_two_that_a_person_told_apart_are_never_in_one_group(desk: LinkDesk) -> None:
    """Also where others hold them together: the weaker link gives way."""
    await desk.bring("shops", ["s9,北岸好味,914403001922038216,13800138000,2020-01-05,,,"], "third")
    first = await run(desk)
    assert ["p1", "s1", "s9"] in holding(groups(desk, first))
    rows = await desk.pairs(first)
    ends = rows["s1", "s9"]
    for one in (STEWARD, SECOND):
        await judge_pair(desk.platform, one, "keepers", ends, NewVerdict("different", "two floors"))
    parted = groups(desk, await run(desk))
    assert not [keys for keys in parted.values() if {"s1", "s9"} <= keys]
    assert [keys for keys in parted.values() if "p1" in keys and len(keys) == 2]
    before = {key: entity for entity, keys in groups(desk, first).items() for key in keys}
    assert all(entity in before.values() for entity, keys in parted.items() if not keys & {"s1", "s9"})


async def test_ids_last_when_records_come(desk: LinkDesk) -> None:
    first = groups(desk, await run(desk))
    await desk.bring(
        "permits", ["p8,北岸好味餐饮,914403001922038216,,2020-01-12,,", "p9,新来的店,,,2024-01-01,,"], "later"
    )
    one = await run(desk)
    second = groups(desk, one)
    assert one.kept == len(first)
    assert {entity for entity, keys in second.items() if "p8" in keys} == {
        entity for entity, keys in first.items() if "s1" in keys
    }
    before = {key: entity for entity, keys in first.items() for key in keys}
    made = [sorted(keys) for keys in second.values()]
    assert sorted(second) == sorted(
        lasting_ids(made, before, 0)[n] if made[n] != ["p9"] else entity for n, entity in enumerate(second)
    )


async def test_the_newest_runs_stay_on_the_disk_and_the_journal_tells_of_all(desk: LinkDesk) -> None:
    folders = [(await run(desk)).folder]
    for n in range(4):
        await desk.bring("permits", [f"q{n},新店{n},,,2024-01-01,,"], f"more-{n}")
        folders.append((await run(desk)).folder)
    there = sorted(path.name for path in (desk.root / "links" / "keepers" / "runs").iterdir())
    assert there == sorted(folders)[-3:]
    page = await see_pairs(desk.platform, STEWARD, "keepers", PairQuery())
    assert (page.run, page.total) == (5, len(page.rows))


async def test_a_run_that_landed_before_a_kill_is_told_of_first(
    desk: LinkDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = desk.memory.world.journal.commit

    async def killed(change: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.memory.world.journal, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        await link(desk.platform, "keepers", False, silent)
    monkeypatch.setattr(desk.memory.world.journal, "commit", commit)
    done = await link(desk.platform, "keepers", False, silent)
    assert (done.healed, done.run) == (1, None)
    assert done.last is None or done.last.n == 1


async def test_personal_cells_are_masked_without_a_purpose_and_read_on_record_with_one(desk: LinkDesk) -> None:
    one = await run(desk)
    ends = (await desk.pairs(one))["p1", "s1"]

    async def phone(actor: Actor, purpose: str | None) -> str | None:
        pair = await see_pair(desk.platform, actor, "keepers", ends, PairQuestion(purpose=purpose))
        return next(cell.left for cell in pair.cells if cell.code == "phone")

    readings = desk.memory.store.readings
    assert await phone(STEWARD, None) == "*******8000"
    assert await phone(CLEAN, "quality") == "*******8000", "one of two owners does not answer for both"
    assert not readings
    assert await phone(STEWARD, "quality") == "13800138000"
    assert sorted(subject for subject, _ in readings) == sorted(ends)
    assert {reading.purpose for _, reading in readings} == {"read.quality"}
    with pytest.raises(Refused, match="no purpose"):
        await phone(STEWARD, "curiosity")
    with pytest.raises(Refused, match="may not do this"):
        await phone(WORKER, None)
    with pytest.raises(Refused, match="may not do this"):
        await judge_pair(desk.platform, CLEAN, "keepers", ends, NewVerdict("same", "x"))


async def test_parameters_are_learned_from_the_rows_and_hold_until_the_shape_changes(desk: LinkDesk) -> None:
    shops = [f"a{n},店{n}号,,138{n:08d},2020-01-{n % 28 + 1:02d},,," for n in range(300)]
    await desk.bring("shops", shops, "many")
    await desk.bring(
        "permits", [f"b{n},店{n}号,,138{n:08d},2020-01-{n % 28 + 1:02d},," for n in range(0, 300, 2)], "also"
    )
    desk.change(training=Training(sure=(("phone",),), recall=0.9, blocks=(("short",), ("phone",)), pairs=20_000))
    done = await link(desk.platform, "keepers", True, silent)
    assert done.trained is not None
    assert done.run is not None
    assert done.run.trained == 1
    learned = done.trained.parameters
    assert 0 < learned.prior < 0.05
    assert learned.levels["phone"][0][0] > 0.9 > 0.1 > learned.levels["phone"][0][1]
    assert len([one for one in groups(desk, done.run).values() if len(one) > 1]) >= 150
    view = (await see_models(desk.platform, DUTY)).rows[0]
    assert view.trained == done.trained
    assert (await link(desk.platform, "keepers", False, silent)).run is None


async def test_what_cannot_be_linked_is_refused(tmp_path: Path) -> None:
    desk = LinkDesk(tmp_path)
    with pytest.raises(Refused, match="no link model nothing"):
        await link(desk.platform, "nothing", False, silent)
    with pytest.raises(Refused, match="has a batch yet"):
        await link(desk.platform, "keepers", False, silent)
    assert (await see_pairs(desk.platform, ADMIN, "keepers", PairQuery())).total == 0
    with desk.links.hold("keepers"), pytest.raises(Refused, match="at work"):
        await link(desk.platform, "keepers", False, silent)
