"""The timer: what is soon due or overdue is journaled exactly once, however often and by however many it is looked for."""

import asyncio
from collections import Counter

from flows.memory import Memory
from template import ADMIN, DUTY, INTAKE, NOW, point

from northbank.core.deadline import TICK
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.mark_due import BATCH, mark_due
from northbank.flows.report import NewReport, Where, report


async def burst(memory: Memory) -> str:
    """A burst pipe: sign within 10 minutes, solve within 2 hours, by the clock on the wall."""
    new = NewReport(type="water.burst", place=Where(*point("TW-H1-G1")))
    return (await report(memory.world, INTAKE, new)).id


def marks(memory: Memory) -> list[tuple[str, str]]:
    return [
        (entry.type.removeprefix("case."), entry.data.partition('"stage":"')[2].partition('"')[0])
        for entry in memory.store.entries
        if entry.type in ("case.soon_due", "case.overdue")
    ]


async def test_nothing_is_due_before_its_time(memory: Memory) -> None:
    await burst(memory)
    memory.advance(minutes=7, seconds=59)
    assert await mark_due(memory.world) == 0


async def test_soon_and_overdue_are_written_once_each(memory: Memory) -> None:
    id = await burst(memory)
    said: list[int] = []
    for _ in range(200):
        memory.advance(minutes=1)
        said.append(await mark_due(memory.world))
    assert marks(memory) == [
        (kind, stage) for stage in ("sign", "support", "solve") for kind in ("soon_due", "overdue")
    ]
    assert [n for n, times in enumerate(said, 1) if times] == [8, 11, 48, 60, 61, 96, 121]
    case = await memory.cases.get(id)
    assert case is not None
    assert all(entry.actor == "system" for entry in memory.store.entries[4:])
    [card] = memory.cases.cards()
    assert (card.late, card.soon, card.needs, card.wake_at) == (
        True,
        False,
        True,
        memory.store.cases[id][0].orders[-1].due_at + TICK,
    )


async def test_at_the_very_moment_it_is_still_on_time(memory: Memory) -> None:
    id = await burst(memory)
    await act(memory.world, ADMIN, id, Act.SIGN, ActBody())
    await act(memory.world, ADMIN, id, Act.FINISH_TASK, ActBody())
    memory.advance(hours=2)
    assert await mark_due(memory.world) == 2
    assert marks(memory) == [("soon_due", "solve")]
    memory.advance(microseconds=1)
    assert await mark_due(memory.world) == 2
    assert marks(memory)[-1] == ("overdue", "solve")


async def test_two_timers_side_by_side_write_once(memory: Memory) -> None:
    for _ in range(20):
        await burst(memory)
    for _ in range(40):
        memory.advance(minutes=5)
        await asyncio.gather(*(mark_due(memory.world) for _ in range(4)))
    found = marks(memory)
    assert len(found) == 20 * 6
    assert set(Counter(found).values()) == {20}


async def test_a_long_sleep_says_overdue_and_no_longer_soon(memory: Memory) -> None:
    await burst(memory)
    memory.advance(days=1)
    assert await mark_due(memory.world) == 4
    assert sorted(marks(memory)) == [("overdue", "sign"), ("overdue", "solve"), ("overdue", "support")]


async def test_more_than_one_batch(memory: Memory) -> None:
    for _ in range(BATCH + 3):
        await burst(memory)
    memory.advance(days=1)
    assert await mark_due(memory.world) == 4 * (BATCH + 3)
    assert await mark_due(memory.world) == 0


async def test_what_waits_or_has_ended_is_left_alone(memory: Memory) -> None:
    paused, ended = await burst(memory), await burst(memory)
    for id, words in (
        (paused, "finish_task sign start suspend"),
        (ended, "finish_task sign start feed_back check close"),
    ):
        for word in words.split():
            await act(memory.world, DUTY, id, Act(word), ActBody(note="because"))
    memory.advance(days=30)
    assert await mark_due(memory.world) == 0
    await act(memory.world, DUTY, paused, Act.RESUME, ActBody())
    memory.advance(hours=3)
    assert await mark_due(memory.world) == 2
    assert memory.clock.now() > NOW


async def test_reopened_it_can_be_late_again(memory: Memory) -> None:
    id = await burst(memory)
    memory.advance(hours=3)
    await mark_due(memory.world)
    for word in ["finish_task", "sign", "start", "feed_back", "check", "close", "reopen"]:
        await act(memory.world, ADMIN, id, Act(word), ActBody(note="again"))
    memory.advance(hours=3)
    await mark_due(memory.world)
    assert marks(memory).count(("overdue", "solve")) == 2
