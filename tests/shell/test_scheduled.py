"""Schedules over a journal: each moment is run once, a failure is told and tried again, what was missed is told; bad rows become a case."""

from pathlib import Path

import msgspec
import pytest
from shell.desk import SourceDesk
from shell.pages_server import Answer, ok, serving
from template import city

from northbank.core.case_facts import Noted
from northbank.core.city import City
from northbank.core.dataset import Ticket
from northbank.core.name import Name
from northbank.core.origin import Folder, Pages
from northbank.core.refusal import Refused
from northbank.core.schedule import Failed, Ran, Schedule
from northbank.flows.correct import correct
from northbank.flows.scheduled import Run, collect_due, collect_now, see_schedule

HEAD = "编号,名称,座位数"


def quietly(code: str):  # type: ignore[no-untyped-def]
    return lambda step, share: None


async def look(desk: SourceDesk) -> list[Run]:
    return await collect_due(desk.memory.world, desk.lake, desk.sources, quietly)


async def told(desk: SourceDesk) -> list[Ran | Failed]:
    return [
        entry.data
        async for entry in desk.memory.world.journal.read("schedule:shops")
        if isinstance(entry.data, Ran | Failed)
    ]


async def test_each_moment_is_run_once_and_failures_are_tried_again(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    shops = [{"编号": "1", "名称": "店"}]
    down = False

    def script(path: str, query: dict[str, str], n: int) -> Answer:
        return (503, {}, b"") if down else ok(shops)

    with serving(script) as server:
        desk.comes_from(Pages(url=server.url), schedule=Schedule(every="day", at="02:00"))
        assert [run.outcome is not None for run in await look(desk)] == [True]
        assert await look(desk) == []
        desk.memory.advance(days=1)
        down = True
        (run,) = await look(desk)
        assert run.why is not None
        assert run.why.code == "source_down"
        assert await look(desk) == [], "not before its time"
        seen = await see_schedule(desk.memory.world, "shops")
        assert seen is not None
        assert seen.failed is not None
        assert seen.failed.attempt == 1
        assert seen.next is not None
        assert seen.next - desk.memory.world.clock.now() <= seen.next - seen.failed.slot
        desk.memory.advance(minutes=1)
        await look(desk)
        down = False
        desk.memory.advance(minutes=2)
        (run,) = await look(desk)
        assert run.outcome is not None
        assert run.outcome.statement is None, "the same rows are known"
        desk.memory.advance(days=4)
        shops.append({"编号": "2", "名称": "新店"})
        (run,) = await look(desk)
    runs = await told(desk)
    assert [type(one).__name__ for one in runs] == ["Ran", "Failed", "Failed", "Ran", "Ran"]
    assert [one.attempt for one in runs if isinstance(one, Failed)] == [1, 2]
    assert (runs[-1].batch, runs[-1].left_out) == (2, 3)  # type: ignore[union-attr]
    assert len(await desk.rows()) == 2
    desk.memory.check()


async def test_a_run_asked_for_at_once_counts_as_the_one_that_is_due(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    world, down = desk.memory.world, True
    script = lambda path, query, n: (503, {}, b"") if down else ok([{"编号": "1", "名称": "店"}])  # noqa: E731

    async def now() -> int | None:
        done = await collect_now(desk.memory.world, desk.lake, desk.sources, "shops", lambda step, share: None)
        return done.statement.n if done.statement else None

    with serving(script) as server:
        desk.comes_from(Pages(url=server.url), schedule=Schedule(every="day", at="02:00"))
        with pytest.raises(Refused, match="does not answer"):
            await now()
        assert await look(desk) == [], "it is tried again like any other, not before its time"
        down = False
        assert await now() == 1
        assert await look(desk) == [], "the moment is done"
        assert await now() is None, "nothing is new"
    seen = await see_schedule(desk.memory.world, "shops")
    assert seen is not None
    assert [(one.batch, one.why is None) for one in seen.runs] == [(None, True), (1, True), (None, False)]
    assert seen.failed is None
    assert seen.next is not None
    assert seen.next > world.clock.now()
    desk.memory.check()


def with_corrections() -> City:
    """The city with a source and a type for cases of the data platform."""
    here = city()
    kind = msgspec.structs.replace(here.types["other"], code="data.correction")
    source = msgspec.structs.replace(here.sources["web"], code="data")
    return msgspec.structs.replace(
        here, types={**here.types, "data.correction": kind}, sources={**here.sources, "data": source}
    )


@pytest.fixture
def desk(tmp_path: Path) -> SourceDesk:
    made = SourceDesk(tmp_path)
    made.memory.world = msgspec.structs.replace(made.memory.world, city=with_corrections())
    (tmp_path / "inbox" / "shops").mkdir(parents=True)
    made.comes_from(Folder(path="shops"), ticket=Ticket(type="data.correction", share=10.0), bad_share=60.0)
    return made


def put(desk: SourceDesk, name: str, *rows: str) -> None:
    (desk.root / "inbox" / "shops" / name).write_text("\n".join((HEAD, *rows, "")))


async def test_bad_rows_become_one_case_for_the_owner_and_a_clean_batch_is_noted_on_it(desk: SourceDesk) -> None:
    world = desk.memory.world
    put(desk, "a.csv", "1,王小明的店,5", "2,店,许多", "3,,7", "4,店,8")
    await desk.fetch()
    (number,) = await correct(world, "shops")
    assert await correct(world, "shops") == []
    (case,) = [one for one, _ in desk.memory.store.cases.values()]
    assert (case.number, case.owner, case.type, case.external) == (number, "watch", "data.correction", "shops:1")
    assert case.state.value == "dispatched"
    assert case.deadline("solve") is not None
    put(desk, "b.csv", *(f"{n},店,1" for n in range(10, 31)), "31,店,很多")
    await desk.fetch()
    assert await correct(world, "shops") == [], "one bad row in twenty-two is within what the contract allows"
    assert not await notes(desk)
    put(desk, "c.csv", "2,店,6", "3,新店,7")
    await desk.fetch()
    await correct(world, "shops")
    await correct(world, "shops")
    assert len(await notes(desk)) == 1
    desk.memory.check()


async def test_a_case_is_answered_once_its_own_rules_hold_whatever_else_is_wrong(desk: SourceDesk) -> None:
    world = desk.memory.world
    put(desk, "a.csv", "1,店,5", "2,店,许多", "3,店,7", "4,店,8")
    await desk.fetch()
    await correct(world, "shops")
    desk.contract(note=Name("改过", "changed"), version="another")
    world = desk.memory.world
    put(desk, "b.csv", "2,,6", *(f"{n},店,1" for n in range(10, 31)))
    await desk.fetch()
    await correct(world, "shops")
    (noted,) = await notes(desk)
    assert noted.note is not None
    assert len(desk.memory.store.cases) == 1, (
        "a name that is missing in one row of twenty-two is within what the contract allows"
    )
    put(desk, "c.csv", "2,店,6")
    await desk.fetch()
    await correct(world, "shops")
    assert len(await notes(desk)) == 1, "told once"
    desk.memory.check()


async def test_what_came_right_before_anybody_asked_is_nobodys_work(desk: SourceDesk) -> None:
    put(desk, "a.csv", "1,店,5", "2,店,许多", "3,店,7", "4,店,8")
    await desk.fetch()
    put(desk, "b.csv", "2,店,6")
    await desk.fetch()
    assert await correct(desk.memory.world, "shops") == []
    assert not desk.memory.store.cases


async def test_a_drop_folder_with_nothing_in_it_has_nothing_new(desk: SourceDesk) -> None:
    desk.contract(schedule=Schedule(every="day", at="02:00"))
    (run,) = await look(desk)
    assert (run.why, run.outcome and run.outcome.statement) == (None, None)
    assert isinstance((await told(desk))[-1], Ran)


async def notes(desk: SourceDesk) -> list[Noted]:
    (id,) = desk.memory.store.cases
    return [entry.data async for entry in desk.memory.world.journal.read(f"case:{id}") if isinstance(entry.data, Noted)]


async def test_the_words_of_the_case_tell_no_cell(desk: SourceDesk) -> None:
    from northbank.core.correction import words

    put(desk, "a.csv", "1,王小明的店,许多")
    statement = (await desk.fetch()).statement
    assert statement is not None
    said = words(desk.memory.world.city.datasets["shops"], statement)
    assert "shops" in said
    assert "type(seats): 1" in said
    assert "a.csv" in said
    assert "王小明" not in said
    assert "许多" not in said


async def test_a_fault_of_the_program_is_told_as_one_without_its_words(tmp_path: Path) -> None:
    desk = SourceDesk(tmp_path)
    desk.comes_from(Folder(path="shops"), schedule=Schedule(every="day", at="02:00"))
    for folder in ("lake", "inbox/shops"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "lake" / "shops").write_text("no folder can be made here")
    (run,) = await look(desk)
    assert run.why is not None
    assert run.why.code == "run_failed"
    assert isinstance(run.error, FileExistsError)
    (failed,) = await told(desk)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.en) == ("run_failed", "The program failed at this work (FileExistsError).")
    (tmp_path / "lake" / "shops").unlink()
    put(desk, "a.csv", "1,店,5")
    desk.memory.advance(minutes=2)
    assert (await look(desk))[0].outcome is not None
