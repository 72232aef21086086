"""The tail: what screens are told is one position of the journal, complete, inside their scope, and survives bad times."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from cards import newest
from flows.walk import Walk
from shell.servers import Server, database_of
from shell.stored import Stored, store
from template import ADMIN, DUTY, EVERYBODY, HARBOR, NOW, ROADS, city

from northbank.core.access import Actor, Scope, scope
from northbank.core.card import Card, card, shown
from northbank.core.case import Case
from northbank.core.evolve import evolve
from northbank.core.facts import Erased
from northbank.core.moves import Act
from northbank.core.picture import Picture
from northbank.flows.act import ActBody, act
from northbank.shell.store import tail as tails
from northbank.shell.store.journal import SQL, entry_of
from northbank.shell.store.tail import TickData, usual

ALL = Scope(everything=True)


@asynccontextmanager
async def following(one: Stored) -> AsyncIterator[Stored]:
    """The tail at work, told of what its own process stores."""
    await one.tail.start()
    one.journal.tell(one.tail.hear)
    task = asyncio.create_task(one.tail.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(fits: Callable[[], bool]) -> None:
    """Give others their turn until something holds."""
    async with asyncio.timeout(30):
        while not fits():  # noqa: ASYNC110 - what is waited for is in another task and says nothing
            await asyncio.sleep(0.002)


async def caught_up(one: Stored) -> None:
    tip = await one.journal.position()
    await until(lambda: one.tail.position >= tip)


class Screen:
    """A wall somewhere: a snapshot, then ticks; asks for a new snapshot when it is told to."""

    def __init__(self, one: Stored, actor: Actor) -> None:
        self.one = one
        self.scope = scope(actor)
        self.cards: dict[str, Card] = {}
        self.position = -1
        self.tiles: Any = None
        self.lines: set[int] = set()
        self.gone: set[str] = set()
        self.resets = 0

    async def begin(self) -> None:
        snapshot = await self.one.tail.snapshot(self.scope)
        self.cards = {found.id: found for found in snapshot.cards}
        self.position, self.tiles = snapshot.position, snapshot.tiles
        self._read([line.position for line in snapshot.stream])
        self.resets += 1

    def _read(self, positions: list[int]) -> None:
        assert positions == sorted(set(positions), reverse=True), "newest first, each once"
        self.lines |= set(positions)

    async def look(self) -> None:
        """The next tick, however long after the last."""
        tick = self.one.tail.tick(self.scope, self.position)
        if tick is None:
            return await self.begin()
        position, raw = tick  # type: ignore[misc]
        data = msgspec.convert(raw, TickData)
        assert data.position == position >= self.position
        for id in data.gone:
            self.cards.pop(id, None)  # it may have come and gone since the last look
        self.gone |= set(data.gone)
        self.cards |= {found.id: found for found in data.cards}
        self.position = position
        self._read([line.position for line in data.stream])
        assert not {line.id for line in data.stream} - {found.id for found in data.cards}
        if data.tiles is not None:
            self.tiles = data.tiles
        return None


async def history(one: Stored, position: int) -> list[Card]:
    """The time machine: every card after every entry up to a position, from the journal alone."""
    cases: dict[str, Case] = {}
    cards: list[Card] = []
    for row in await one.pool.fetch(SQL.after, 0, position):
        entry = entry_of(row)
        if not isinstance(entry.data, Erased):
            cases[entry.stream] = evolve(cases.get(entry.stream), entry, entry.data)  # type: ignore[arg-type]
            cards.append(card(cases[entry.stream], entry.position))
    return cards


async def test_a_screen_shows_exactly_one_position_and_only_its_own_rows(fresh_database: str) -> None:
    """During a busy day, at every look of every kind of screen: cards and figures are the journal up to that position."""
    async with store(fresh_database) as one, following(one):
        walks = [Walk(one.world, seed, one.clock.advance) for seed in range(4)]
        for walk in walks[1:]:
            walk.ids = walks[0].ids
        screens = [Screen(one, actor) for actor in EVERYBODY]
        for number in range(12):
            day = asyncio.gather(*(walk.go(6) for walk in walks))
            for screen in screens[number % 3 :: 2]:
                if screen.position < 0:
                    await screen.begin()
                else:
                    await screen.look()
            await day
            for screen in screens[::3]:
                await (screen.look() if screen.position >= 0 else screen.begin())
                past = await history(one, screen.position)
                cards = [found for found in newest(past) if screen.scope.sees(found)]
                assert screen.gone <= {found.id for found in past if screen.scope.sees(found)}, (
                    "an id that was never its own"
                )
                assert {found.id: shown(found) for found in cards} == screen.cards
                again = Picture(ZoneInfo(city().timezone))
                again.load(screen.position, cards)
                assert msgspec.to_builtins(again.tiles(one.clock.now())) == msgspec.to_builtins(screen.tiles)
        await caught_up(one)
        for screen in screens:
            await (screen.look() if screen.position >= 0 else screen.begin())
            assert set(screen.cards) == {found.id for found in (await one.cases.live(screen.scope, NOW))[1]}


async def test_an_entry_wakes_the_tail(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the look that it takes now and then anyway: that one is a day away here."""
    monkeypatch.setattr(tails, "POLL", 86_400.0)
    async with store(fresh_database) as one, store(fresh_database) as other, following(one):
        for _ in range(5):
            await other.report()
            await caught_up(one)
        screen = Screen(one, DUTY)
        await screen.begin()
        assert len(screen.cards) == 5


async def test_every_happening_reaches_the_screen_once_in_order(fresh_database: str) -> None:
    async with store(fresh_database) as one, following(one):
        screen = Screen(one, DUTY)
        await screen.begin()
        for _ in range(6):
            await asyncio.gather(*(one.report() for _ in range(5)))
            await caught_up(one)
            await screen.look()
        assert screen.lines == set(range(1, 121))
        assert screen.resets == 1


async def test_a_case_that_leaves_a_scope_leaves_the_screen(fresh_database: str) -> None:
    async with store(fresh_database) as one, following(one):
        id, other = (await one.report()).id, (await one.report(type="street.waste")).id
        await caught_up(one)
        roads, clean, harbor = Screen(one, ROADS), Screen(one, Actor("c", ROADS.role, "clean")), Screen(one, HARBOR)
        for screen in (roads, clean, harbor):
            await screen.begin()
        assert (set(roads.cards), set(clean.cards), set(harbor.cards)) == ({id}, {other}, {id, other})
        before = roads.position
        await act(one.world, ROADS, id, Act.RETURN, ActBody(note="not ours"))
        await act(one.world, ADMIN, id, Act.DISPATCH, ActBody(unit="clean"))
        await caught_up(one)
        for screen in (roads, clean, harbor):
            await screen.look()
        assert (set(roads.cards), set(clean.cards), set(harbor.cards)) == (set(), {id, other}, {id, other})
        await act(one.world, ADMIN, id, Act.NOTE, ActBody(note="elsewhere now"))
        await caught_up(one)
        position, raw = one.tail.tick(roads.scope, roads.position)  # type: ignore[misc]
        assert position == await one.journal.position()
        assert (raw.get("gone"), raw.get("cards"), raw.get("stream")) == (None, None, None), "no longer its business"
        _, raw = one.tail.tick(roads.scope, before)  # type: ignore[misc]
        assert (raw["gone"], raw.get("cards"), raw.get("stream")) == ([id], None, None), "nor for one who was away"


async def test_an_old_ended_case_that_goes_to_another_unit_leaves_the_screen(fresh_database: str) -> None:
    """The picture had forgotten it after two days; the screen had not."""
    async with store(fresh_database) as one, following(one):
        id = (await one.report()).id
        for word in ("sign", "start", "feed_back", "check", "close"):
            await act(one.world, ADMIN, id, Act(word), ActBody())
        screen = Screen(one, ROADS)
        await caught_up(one)
        await screen.begin()
        assert id in screen.cards
        one.clock.advance(timedelta(hours=60))
        await one.report()  # wakes the tail, which puts its pictures in order once an hour
        await caught_up(one)
        await act(one.world, ADMIN, id, Act.REOPEN, ActBody(note="again"))
        await act(one.world, ADMIN, id, Act.DISPATCH, ActBody(unit="clean"))
        await caught_up(one)
        await screen.look()
        assert id not in screen.cards
        assert id in screen.gone


async def test_first_screens_that_come_together_all_see_everything(fresh_database: str) -> None:
    async with store(fresh_database) as one, following(one):
        await asyncio.gather(*(one.report() for _ in range(60)))
        found = await asyncio.gather(
            *(one.tail.snapshot(scope(actor)) for actor in (DUTY, HARBOR, DUTY, ROADS, DUTY, HARBOR))
        )
        assert [len(snapshot.cards) for snapshot in found] == [60] * 6
        assert [snapshot.tiles.open.count for snapshot in found] == [60] * 6
        assert len({snapshot.position for snapshot in found}) == 1
        for snapshot in found:
            assert [line.position for line in snapshot.stream] == list(range(240, 180, -1))


async def test_a_restart_resumes_screens_and_begins_anew_where_it_cannot_know(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.report() for _ in range(10)))
    async with store(fresh_database) as two, following(two):
        _, raw = two.tail.tick(ALL, 20)  # type: ignore[misc]
        assert [line["position"] for line in raw["stream"]] == list(range(40, 20, -1))
        assert len(raw["cards"]) == 5
        await two.tail.snapshot(scope(ROADS))
        assert two.tail.tick(scope(ROADS), 20) is not None, "all that happened is its own: nothing can have left"
        assert two.tail.tick(scope(Actor("c", ROADS.role, "clean")), 20) is None, (
            "what left before the restart is not known"
        )


async def test_what_is_no_longer_remembered_is_said_so(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "CHUNK", 8)
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.report() for _ in range(10)))
        async with following(one):
            assert one.tail.tick(ALL, 31) is None
            assert one.tail.tick(ALL, 32) is not None
            assert one.tail.position == 40


async def test_a_tail_that_was_away_too_long_begins_anew(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "REMEMBERED", 12)
    async with store(fresh_database) as one:
        await one.tail.start()
        screen = Screen(one, DUTY)
        await screen.begin()
        for _ in range(10):
            await one.report()
        task = asyncio.create_task(one.tail.run())
        await caught_up(one)
        await screen.look()
        assert (screen.resets, len(screen.cards), screen.position) == (2, 10, 40)
        assert one.tail.tick(ALL, 28) is not None
        assert one.tail.tick(ALL, 27) is None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_losing_the_database_loses_no_happening(server: Server, fresh_database: str) -> None:
    async with store(fresh_database) as one, store(fresh_database) as other, following(one):
        screen = Screen(one, DUTY)
        await screen.begin()
        name = database_of(fresh_database)
        for _ in range(3):
            cutter = await asyncpg.connect(server.url(database="postgres", role="postgres"))
            await cutter.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
            await cutter.close()
            while isinstance((await asyncio.gather(other.report(), return_exceptions=True))[0], Exception):
                pass
            await until(lambda: one.tail.position % 4 == 0 and one.tail.position > screen.position)
            await screen.look()
        await caught_up(one)
        await screen.look()
        assert screen.lines == set(range(1, screen.position + 1))
        assert screen.resets == 1


async def test_pictures_nobody_looks_at_are_forgotten(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "IDLE", 0.0)
    async with store(fresh_database) as one, following(one):
        await one.report()
        await one.tail.snapshot(scope(ROADS))
        await one.report()
        await until(lambda: not one.tail._watched)
        await caught_up(one)
        _, raw = one.tail.tick(ALL, 4)  # type: ignore[misc]
        assert (raw.get("tiles"), len(raw["cards"])) == (None, 1)


def test_the_usual_band_is_that_of_the_same_hours_of_the_weeks_before() -> None:
    hour = datetime(2026, 5, 4, 4, tzinfo=UTC)
    week = timedelta(weeks=1)
    counts = {hour - week: 5, hour - 2 * week: 9, hour - 3 * week: 7, hour - timedelta(hours=1) - week: 4}
    assert usual(counts, hour, None) is None
    assert usual(counts, hour, hour - 3 * week + timedelta(hours=1)) is None, "three whole weeks or none"
    bands = usual(counts, hour, hour - 3 * week)
    assert bands is not None
    assert len(bands) == 24
    assert [(band.low, band.high) for band in bands[-2:]] == [(0, 4), (5, 9)]


async def test_a_stop_in_the_moment_of_waking_is_not_lost(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        for _ in range(20):
            task = asyncio.create_task(one.tail.run())
            await one.report()
            await caught_up(one)
            one.tail._wake.clear()
            await asyncio.sleep(0)
            one.tail._wake.set()
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=10)
            assert done, "it goes on as if nobody had asked it to end"


async def test_stopped_at_any_moment_it_gives_its_connection_back(fresh_database: str) -> None:
    """A stop between two listeners left one behind; such a connection never came back and held up the end of the center."""
    chance = random.Random(7)
    async with store(fresh_database) as one:
        for _ in range(150):
            task = asyncio.create_task(one.tail.run())
            await asyncio.sleep(chance.random() * 0.002)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await until(lambda: one.pool.get_idle_size() == one.pool.get_size())
