"""Looking back: the sample is what the plan says, survives being stopped, is called up on its day, and a rebound reopens."""

from datetime import timedelta

import pytest
from flows.memory import Memory
from template import ADMIN, DUTY, ROADS, point

from northbank.core.access import Actor, Role
from northbank.core.card import card
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.look_back import draw, draw_if_due, last_month, mark_recurrence
from northbank.flows.mark_due import mark_due
from northbank.flows.report import NewReport, Where, report
from northbank.ports import Change, Committed

WAY = ("sign", "start", "feed_back", "check", "close")


async def closed(memory: Memory, grid: str = "TW-H1-G1", type: str = "street.pothole") -> str:
    """A hole in the road, filled by the roads office."""
    id = (await report(memory.world, DUTY, NewReport(type=type, place=Where(*point(grid))))).id
    for word in WAY:
        actor = ROADS if word in ("sign", "start", "feed_back") else DUTY
        await act(memory.world, actor, id, Act(word), ActBody())
    return id


async def planned(memory: Memory) -> set[str]:
    return {case.id for case, _ in memory.store.cases.values() if case.reviews}


async def test_the_sample_of_a_month_is_drawn_once_and_is_as_large_as_stated(memory: Memory) -> None:
    ids = {await closed(memory) for _ in range(40)}
    since, until = last_month(memory.clock.now() + timedelta(days=31), memory.world)
    assert since <= memory.clock.now() < until
    count = await draw(memory.world, since, until)
    first = await planned(memory)
    assert count == len(first) == 26, "40 cases, 90 %, within 10 percent points: Cochran's 68 corrected for 40"
    assert first < ids
    assert await draw(memory.world, since, until) == 26
    assert await planned(memory) == first
    memory.check()


async def test_a_drawing_that_was_stopped_is_finished_with_the_same_sample(memory: Memory) -> None:
    for _ in range(30):
        await closed(memory)
    since, until = last_month(memory.clock.now() + timedelta(days=31), memory.world)
    commit, left = memory.journal.commit, 11

    async def stopping(change: Change) -> Committed:
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionResetError
        return await commit(change)

    memory.journal.commit = stopping  # type: ignore[method-assign]
    with pytest.raises(ConnectionResetError):
        await draw(memory.world, since, until)
    memory.journal.commit = commit  # type: ignore[method-assign]
    half = await planned(memory)
    count = await draw(memory.world, since, until)
    assert len(half) == 10
    assert half < await planned(memory)
    assert len(await planned(memory)) == count
    assert [entry.type for entry in memory.store.entries].count("look_back.drawn") == 1
    memory.check()


async def test_on_its_day_it_is_called_up_and_another_than_the_solver_looks(memory: Memory) -> None:
    id = await closed(memory)
    since, until = last_month(memory.clock.now() + timedelta(days=31), memory.world)
    await draw(memory.world, since, until)
    with pytest.raises(Refused, match="No look-back"):
        await act(memory.world, DUTY, id, Act.LOOK_BACK, ActBody(outcome="held", note="dry"))
    memory.advance(days=30, minutes=1)
    assert await mark_due(memory.world) == 1
    case = await memory.cases.get(id)
    assert case is not None
    assert (case.desk, card(case).open, card(case).needs) == ("look_back", False, False)
    for actor, body, code in (
        (Actor(ROADS.login, Role.ADMIN), ActBody(outcome="held", note="dry"), "own_work"),
        (DUTY, ActBody(outcome="fine", note="dry"), "invalid"),
        (DUTY, ActBody(outcome="held"), "words_needed"),
    ):
        with pytest.raises(Refused) as found:
            await act(memory.world, actor, id, Act.LOOK_BACK, body)
        assert found.value.code == code
    held = await act(memory.world, DUTY, id, Act.LOOK_BACK, ActBody(outcome="held", note="dry"))
    assert (held.state, held.desk) == ("closed", None)
    memory.advance(days=60)
    assert await mark_due(memory.world) == 1
    again = await act(memory.world, DUTY, id, Act.LOOK_BACK, ActBody(outcome="rebound", note="a hole again"))
    assert (again.state, again.open, again.desk) == ("reopened", True, "reopened")
    memory.check()


async def test_the_same_trouble_at_the_same_place_is_found_by_itself(memory: Memory) -> None:
    first = await closed(memory)
    elsewhere = await closed(memory, "TW-O1-G1")
    memory.advance(days=20)
    lon, lat = point("TW-H1-G1")
    again = (await report(memory.world, DUTY, NewReport(type="street.pothole", place=Where(lon + 0.0001, lat)))).id
    other = (await report(memory.world, DUTY, NewReport(type="street.light", place=Where(lon, lat)))).id
    assert await mark_recurrence(memory.world) == 1
    assert await mark_recurrence(memory.world) == 0
    found = {id: (await memory.cases.get(id)).recurs for id in (first, elsewhere, again, other)}  # type: ignore[union-attr]
    assert found == {first: None, elsewhere: None, again: first, other: None}
    memory.check()


async def test_nothing_is_drawn_where_the_pack_has_no_plan_or_nothing_ended(memory: Memory) -> None:
    assert await draw_if_due(memory.world) == 0
    await act(memory.world, ADMIN, await closed(memory), Act.ARCHIVE, ActBody())
    assert await draw_if_due(memory.world) == 0, "it ended this month"
