"""The simulated day is lifelike: most is solved in time, some goes back, waits or comes again; everybody in it has a name."""

import asyncio
import logging
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from flows.memory import Memory
from template import DUTY, city

from northbank.core.access import SYSTEM
from northbank.core.account import Account
from northbank.core.card import Card, card
from northbank.core.case import Case
from northbank.core.metric_catalog import find
from northbank.core.metrics import Span, figures
from northbank.flows.mark_due import mark_due
from northbank.flows.see_cases import detail
from northbank.pack.demo import load_demo
from northbank.pack.staff import accounts, colleagues
from northbank.shell.sources.crew import Crew
from northbank.shell.sources.filling import Filling
from northbank.shell.sources.simulator import BACK, Simulator

DEMO = load_demo(Path(__file__).resolve().parents[2] / "packs" / "_template")


def staff() -> list[Account]:
    return accounts(DEMO) + colleagues(DEMO, city())


async def played(seed: int = 0, reports: int = 900) -> Memory:
    """A day of a city somewhat larger than the template's, and half of the next."""
    memory = Memory()
    day = msgspec.structs.replace(DEMO.day, reports=reports)
    simulator = Simulator(memory.world, day, DEMO.samples, staff(), ZoneInfo(city().timezone), seed)
    simulator.begin(None, [])
    await simulator.play()
    memory.advance(hours=12)
    await simulator.play()
    return memory


@pytest.fixture(scope="module")
def memory() -> Memory:
    return asyncio.run(played())


def cases(memory: Memory) -> list[Case]:
    return [case for case, _ in memory.store.cases.values()]


def cards(memory: Memory) -> list[Card]:
    return [card(case) for case in cases(memory)]


def test_most_is_solved_in_time_and_not_all(memory: Memory) -> None:
    due = [one.on_time for one in cards(memory) if one.on_time is not None]
    assert len(due) > 300
    assert 0.86 < sum(due) / len(due) < 0.97


def test_some_cases_come_back_wait_or_live_again(memory: Memory) -> None:
    found = cases(memory)
    kinds = {entry.type for entry in memory.store.entries}
    assert sum(case.returns > 0 for case in found) > 20
    assert sum(case.reworks > 0 for case in found) > 20
    assert {"case.suspended", "case.resumed", "case.reopened", "case.rejected"} <= kinds
    memory.check()


def test_the_day_has_what_a_center_knows(memory: Memory) -> None:
    """Parts of others, more time asked for, disputes, checks on the spot, ratings; nothing of it refused."""
    kinds = Counter(entry.type.removeprefix("case.") for entry in memory.store.entries)
    for kind in (
        "task_taken", "task_finished", "extension_asked", "extended", "denied", "suspension_asked", "verified", "refuted",
        "escalated", "disputed", "arbitrated", "self_handled", "check_asked", "rated", "described", "divided",
    ):  # fmt: skip
        assert kinds[kind], kind
    assert kinds["rated"] > kinds["closed"] / 5
    low = [case for case in cases(memory) if case.rating is not None and case.rating <= 2]
    assert len(low) < kinds["rated"] / 10


async def test_nothing_the_simulator_does_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "northbank.shell.sources.simulator"):
        await played(3, 500)
    assert "refused" not in caplog.text
    assert "stumbled" not in caplog.text


async def test_the_day_before_the_start_is_recorded_as_it_went() -> None:
    """Whoever looks back sees it grow: positions in the order of times, the timer's part too, up to the start."""
    memory = Memory()
    start = memory.clock.now()
    simulator = Simulator(memory.world, DEMO.day, DEMO.samples, staff(), ZoneInfo(city().timezone), 4)
    simulator.begin(None, [])
    await simulator.play()
    times = [entry.at for entry in memory.store.entries]
    assert times == sorted(times)
    assert times[0] < start - BACK
    assert start - timedelta(minutes=30) < times[-1] <= start
    assert {"case.soon_due", "case.overdue"} <= {entry.type for entry in memory.store.entries}
    since, told = len(memory.store.entries), {entry.stream for entry in memory.store.entries if entry.at < start}
    await mark_due(memory.world)  # left to the timer is only what was split off at the start itself
    assert not told & {entry.stream for entry in memory.store.entries[since:]}
    memory.check()


async def test_the_weeks_before_are_told_beside_the_play_and_mostly_in_time() -> None:
    memory = Memory()
    day = msgspec.structs.replace(DEMO.day, reports=150)
    simulator = Simulator(memory.world, day, DEMO.samples, staff(), ZoneInfo(city().timezone), 5)
    simulator.begin(None, [])
    await simulator.play()
    now, before = memory.clock.now(), len(memory.store.entries)
    simulator.rest = 0.0
    first = now - BACK
    await simulator.recall(12, Filling(first), lambda _: None)
    assert {entry.at for entry in memory.store.entries[before:]} == {now}
    reported = [case.reported_at for case in cases(memory)]
    days = Counter((now - at) // timedelta(days=1) for at in reported)
    assert all(days[n] > 90 for n in range(12)), days
    counted = figures(cases(memory), [find(city(), "solved_in_time")], Span(now - timedelta(days=12), now), "all")
    share = counted["all"][0].numerator / counted["all"][0].denominator
    assert 0.86 < share < 0.97
    memory.check()


async def test_weeks_that_were_cut_off_are_told_to_their_end_and_once() -> None:
    memory, notes = Memory(), [Filling(Memory().clock.now() - BACK)]
    day = msgspec.structs.replace(DEMO.day, reports=60)

    class Cut(Exception):
        pass

    def note(filling: Filling) -> None:
        notes.append(filling)
        if len(notes) % 5 == 0:
            raise Cut  # the center stops; the next one reads the note

    now = memory.clock.now()
    started = 0
    while True:
        started += 1
        simulator = Simulator(memory.world, day, DEMO.samples, staff(), ZoneInfo(city().timezone), started)
        simulator.rest = 0.0
        simulator.caught_up.set()
        try:
            await simulator.recall(14, notes[-1], note)
            break
        except Cut:
            continue
    assert started > 2
    days = Counter((now - BACK - case.reported_at) // timedelta(days=1) for case in cases(memory))
    assert set(days) == set(range(13))
    assert all(35 < days[n] < 85 for n in range(13)), days
    memory.check()


async def test_orders_are_answered_by_their_units() -> None:
    memory = Memory()
    day = msgspec.structs.replace(DEMO.day, reports=300)
    simulator = Simulator(memory.world, day, DEMO.samples, staff(), ZoneInfo(city().timezone), 1)
    simulator.begin(None, [])
    await simulator.play()
    await mark_due(memory.world)
    for _ in range(24):
        memory.advance(hours=2)
        await simulator.play()
    answered = [order for case in cases(memory) for order in case.orders if order.answered_at is not None]
    assert answered
    memory.check()


async def test_the_same_seed_plays_the_same_day() -> None:
    told = [
        sorted((str(case.type), case.state, str(case.owner), case.reported_at) for case in cases(await played(7, 60)))
        for _ in range(2)
    ]
    assert told[0] == told[1]


def test_everybody_who_acts_in_a_case_has_a_name(memory: Memory) -> None:
    names = {one.actor.login for one in staff()}
    actors = {entry.actor for entry in memory.store.entries if not entry.actor.startswith("sim.")} - {SYSTEM.login}
    assert actors
    assert actors <= names


async def test_words_are_there_in_each_language_of_the_city(memory: Memory) -> None:
    told = [(await detail(memory.world, DUTY, case.id)).person for case in cases(memory)[:50]]
    for words in told:
        assert words is not None
        english, chinese = (words.text or "").split("\n")
        assert english.isascii()
        assert not chinese.isascii()


def test_what_the_center_did_itself_another_checks() -> None:
    crew = Crew([*staff(), *_second_officer()], city())
    chance = random.Random(1)
    did = {crew.worker(chance, city().center).login for _ in range(50)}
    checked = {crew.desk(chance).login for _ in range(50)}
    assert did
    assert checked
    assert not did & checked


def _second_officer() -> list[Account]:
    first = next(one for one in staff() if one.actor.role == "duty_officer")
    return [msgspec.structs.replace(first, actor=msgspec.structs.replace(first.actor, login="second"))]


def test_colleagues_are_named_after_their_post_and_never_take_a_login() -> None:
    found = colleagues(DEMO, city())
    logins = [one.actor.login for one in accounts(DEMO) + found]
    assert len(logins) == len(set(logins))
    assert all(one.name.zh and one.name.en for one in found)
    assert {one.actor.unit for one in found}.isdisjoint(
        {one.unit for one in DEMO.accounts if one.role == "unit_officer"}
    )
