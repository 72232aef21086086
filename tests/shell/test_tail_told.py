"""What a process stored itself its tail takes from memory: it must say what a tail says that reads the journal."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from cards import newest
from flows.walk import Walk
from shell.stored import Stored, store
from shell.test_tail import ALL, Screen, caught_up, following, history
from template import ADMIN, DUTY

from northbank.core.card import Card, shown
from northbank.core.journal import NewEntry
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.shell.store import tail as tails

Told = tuple[int, Sequence[NewEntry], Sequence[Card]]


async def test_told_and_read_say_the_same(fresh_database: str) -> None:
    """Two processes write one journal; each is told of its own and reads what the other wrote."""
    async with store(fresh_database) as one, store(fresh_database) as two, following(one), following(two):
        ids = [(await one.report()).id]
        for number in range(6):
            found = await asyncio.gather(*(which.report() for which in (one, two, one, two, two)))
            ids += [reply.id for reply in found]
            await act((one, two)[number % 2].world, ADMIN, ids[number], Act.NOTE, ActBody(note="seen"))
        await caught_up(one)
        await caught_up(two)
        assert one.tail.tick(ALL, 0) == two.tail.tick(ALL, 0)
        _, raw = one.tail.tick(ALL, 0)  # type: ignore[misc]
        assert len(raw["cards"]) == 31


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_told_late_or_never_or_out_of_order_is_read(fresh_database: str, seed: int) -> None:
    async with store(fresh_database) as one, following(one):
        _tell_badly(one, random.Random(seed))
        screen = Screen(one, DUTY)
        await screen.begin()
        walk = Walk(one.world, seed, one.clock.advance)
        for _ in range(8):
            await walk.go(5)
            await screen.look()
            cards = newest(await history(one, screen.position))
            assert {found.id: shown(found) for found in cards} == screen.cards
        await caught_up(one)
        await screen.look()
        rows = await one.pool.fetch("select position from journal where stream like 'case:%'")
        assert screen.lines == {row["position"] for row in rows}


def _tell_badly(one: Stored, chance: random.Random) -> None:
    held: list[Told] = []

    def hear(*told: Any) -> None:
        held.append(told)
        if chance.random() < 0.4:
            chance.shuffle(held)
            for late in held[: chance.randrange(len(held) + 1)]:
                one.tail.hear(*late)
            held.clear()

    one.journal.tell(hear)


async def test_own_entries_need_no_reading(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the view out of the way, what this process stores still reaches its screens."""
    monkeypatch.setattr(tails, "POLL", 86_400.0)  # the look it takes now and then would read
    async with store(fresh_database) as one, following(one):
        screen = Screen(one, DUTY)
        await screen.begin()
        for _ in range(5):
            await asyncio.gather(*(one.report() for _ in range(4)))
            await one.pool.execute("alter table cases rename to cases_away")
            await caught_up(one)
            await one.pool.execute("alter table cases_away rename to cases")
        await screen.look()
        assert len(screen.cards) == 20


async def test_more_than_is_held_is_read(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "HELD", 2)
    async with store(fresh_database) as one, following(one):
        screen = Screen(one, DUTY)
        await screen.begin()
        await asyncio.gather(*(one.report() for _ in range(9)))
        await caught_up(one)
        await screen.look()
        assert screen.lines == set(range(1, 37))
        assert not one.tail._heard
