"""No account ever sees a row, a count, a facet, a search hit or a live delta outside its scope.

Random staff ask every question of the API. What they get is held against the rule in words (test_access.by_hand), and what
happens outside an account's scope must change nothing that it gets: no answer, no count, no refusal, no frame.
"""

import asyncio
import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from core.test_access import by_hand
from flows.walk import Walk
from rows import matches, parse
from shell.asking import (
    ASKED,
    COMMANDS,
    OPERATIONS,
    UNKNOWN,
    Answer,
    Office,
    Question,
    Screen,
    about,
    general,
    office,
    staff,
)
from template import ADMIN, INTAKE, city, point

from northbank.core.access import READS_PERSONS, Actor, scope
from northbank.core.card import card
from northbank.core.case import Case
from northbank.core.evolve import evolve
from northbank.core.hotspots import Issue, Scanned
from northbank.core.journal import write
from northbank.core.moves import Act
from northbank.core.reading import Reading
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.hot_issues import STREAM
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.seal import seal
from northbank.ports import Change

PUBLIC = frozenset(
    {"see_city", "see_map", "see_keys", "see_checkpoint", "list_checkpoints", "prove_entry", "prove_growth"}
)


def test_every_operation_is_asked_or_named_as_a_command() -> None:
    commands = {name for name in OPERATIONS if name in COMMANDS or name.startswith("case_")}
    assert not commands & ASKED
    assert set(OPERATIONS) == ASKED | (commands | (COMMANDS & set(OPERATIONS)))
    assert not [name for name in commands if OPERATIONS[name].method == "GET"]


async def live_through(one: Office, chance: random.Random, steps: int) -> Walk:
    """A random past: reports with words of their own, what people did about them, hot issues, a checkpoint."""
    walk = Walk(one.world, chance.randrange(10**6), one.clock.advance)
    grids = sorted(code for code, area in city().areas.items() if area.level == "grid")
    for n in range(8):
        place = Where(*point(chance.choice(grids)))
        words, contact = f"word-{n}-{chance.randrange(10**9)}", Contact(phone=f"139{chance.randrange(10**8):08}")
        new = NewReport(type=chance.choice(list(city().types)), place=place, text=words, contact=contact)
        walk.ids.append((await report(one.world, INTAKE, new, None, (b"\x89PNG photo",))).id)
    await walk.go(steps)
    issues = tuple(
        Issue(id=f"h{n}", what="all", grids=(chance.choice(grids),), radius_km=1.0, days=3, expected=0.5, ratio=3.0, p=0.01,
              cases=tuple(chance.sample(walk.ids, chance.randint(1, 3))))
        for n in range(5)
    )  # fmt: skip
    fact = Scanned(cases=len(walk.ids), groups=3, digest="d", seed=1, rules=city().hot, issues=issues, strongest=0.01)
    entry = write(fact, id=one.world.ids.new(), stream=STREAM, version=1, at=one.clock.now(), actor="system", pack="p")
    await one.world.journal.commit(Change(actor="system", entries=(entry,), expected={STREAM: 0}))
    await seal(one.world, one.center.ledger, one.signer)
    await one.simulated()
    return walk


async def marks(one: Office, case: Case) -> set[bytes]:
    """What would betray a case: its id, its number, its person, the words of its report."""
    found = {case.id, case.number, case.subject, *(photo.id for photo in case.photos)}
    if case.words is not None:
        reading = Reading(one.clock.now(), "test", "read.handling", "words", case.id)
        words = (await one.world.vault.open(case.subject, [case.words.id], reading)).get(case.words.id, b"")
        found |= {part for part in words.decode().split('"') if part.startswith("word-") or part.startswith("139")}
    return {mark.encode() for mark in found if len(mark) > 6 and mark != "13900001234"}


def betrayed(answer: Answer, hidden: Iterable[bytes]) -> list[bytes]:
    """Marks that an answer holds."""
    return [mark for mark in hidden if mark in answer.body]


async def as_it_was(one: Office, position: int) -> list[Case]:
    """Every case as the journal up to a position tells it."""
    folded: dict[str, Case] = {}
    for id in [str(row["id"]) for row in await one.center.pool.fetch("select id from cases")]:
        async for entry in one.world.journal.read(f"case:{id}"):
            if entry.position <= position:
                folded[id] = evolve(folded.get(id), entry, entry.data)  # type: ignore[arg-type]
    return list(folded.values())


@pytest.mark.parametrize("seed", range(2))
async def test_accounts_get_what_the_rule_in_words_allows(fresh_database: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with office(fresh_database, tmp_path) as one:
        await live_through(one, chance, 90)
        cases = await one.cases()
        everything = {case.id: await marks(one, case) for case, _ in cases}
        middle = await one.world.journal.position() * 2 // 3
        then = await as_it_was(one, middle)
        for actor in staff(chance):
            await one.admit(actor)
            inside = {case.id for case, _ in cases if by_hand(actor, case)}
            hidden = set().union(*(everything[case.id] for case, _ in cases if case.id not in inside), set())
            wide = general(cases, chance)
            near = [case for case in cases if case[0].id in inside]
            far = [case for case in cases if case[0].id not in inside]
            some = [*chance.sample(near, min(3, len(near))), *chance.sample(far, min(3, len(far)))]
            deep = [question for case, photos in some for question in about(case, photos)]
            for question in [*wide, *deep]:
                answer = await one.ask(actor.login, question)
                asked = {part.encode() for part in (question.of, *(value for _, value in question.params)) if part}
                found = betrayed(answer, hidden - (asked if answer.status >= 400 else set()))
                assert not found, (actor, question, answer.body[:2000])
                check_answer(actor, question, answer, [case for case, _ in cases])
                if question.of is not None and question.of not in inside:
                    unknown = Question(question.name, question.path.replace(question.of, UNKNOWN))
                    assert (await one.ask(actor.login, unknown)).without(UNKNOWN) == answer.without(question.of), (
                        question
                    )
            past = {case.id for case in then if by_hand(actor, case)}
            dark = set().union(*(everything[id] for id in everything if id not in past), set())
            for question in [q for q in [*wide, *deep] if q.takes_as_of]:
                answer = await one.ask(actor.login, question.at(middle))
                if answer.status < 400:
                    assert not betrayed(answer, dark), (actor, question, answer.body[:2000])
                    check_answer(actor, question, answer, then)


def check_answer(actor: Actor, question: Question, answer: Answer, cases: list[Case]) -> None:
    """Lists hold all that is allowed and asked for, count it, and one case is there if it is allowed."""
    mine = [case for case in cases if by_hand(actor, case)]
    if question.of is not None and question.name in ("see_case", "see_why", "see_duplicates"):
        assert (answer.status == 200) == (question.of in {case.id for case in mine}), (actor, question, answer)
    if question.name != "list_cases" or answer.status != 200:
        return
    wish = parse("&".join(f"{name}={value}" for name, value in question.params))
    if wish.part or wish.answer:
        return
    fitting = {one.id for one in map(card, mine) if matches(one, wish)}
    page = dict(answer.still()[1])  # type: ignore[index]
    rows = {row["id"] for row in page["rows"]}
    assert rows <= fitting, (actor, question)
    assert page["total"] == len(fitting), (actor, question)
    assert len(rows) == min(len(fitting), wish.limit)


async def happen_elsewhere(one: Office, walk: Walk, actor: Actor, chance: random.Random) -> int:
    """Things that touch only cases outside the scope of `actor`, before and after; returns how many."""
    before = {case.id: case for case, _ in await one.cases()}
    outside = [id for id, case in before.items() if not by_hand(actor, case)]
    grids = [
        code for code, area in city().areas.items() if area.level == "grid" and city().above(code, "town") != actor.town
    ]
    for grid in [one for one in chance.sample(grids, min(2, len(grids))) if one != actor.grid]:
        new = NewReport(type="street.noise", place=Where(*point(grid)), text="elsewhere")
        await report(one.world, Actor("elsewhere", ADMIN.role), new)
    for id in outside:
        case = before[id]
        units = [unit for unit in ("roads", "clean", "watch") if unit != actor.unit]
        body = ActBody(note="elsewhere", unit=chance.choice(units), outcome="done")
        for what in chance.sample(list(Act), 4):
            if what in (Act.PLACE, Act.RETYPE, Act.MERGE, Act.SPLIT, Act.ARBITRATE, Act.RETURN):
                continue  # may bring it into the scope
            try:
                await act(one.world, ADMIN, case.id, what, body)
            except Refused:
                continue
    after = [case for case, _ in await one.cases()]
    touched = [case for case in after if case.id not in before or case.version != before[case.id].version]
    for case in touched:
        assert not by_hand(actor, case), "the test itself must stay outside"
        assert case.id not in before or not by_hand(actor, before[case.id])
    return len(touched)


@pytest.mark.parametrize("seed", range(2))
async def test_what_happens_elsewhere_changes_nothing(fresh_database: str, tmp_path: Path, seed: int) -> None:
    chance, touched = random.Random(100 + seed), 0
    async with office(fresh_database, tmp_path) as one:
        walk = await live_through(one, chance, 80)
        for actor in staff(chance):
            await one.admit(actor)
            cases = await one.cases()
            if all(by_hand(actor, case) for case, _ in cases):
                continue
            await one.told()
            middle = await one.world.journal.position() // 2
            some = chance.sample(cases, min(4, len(cases)))
            questions = general(cases, chance) + [question for case, photos in some for question in about(case, photos)]
            questions += [question.at(middle) for question in questions if question.takes_as_of]
            before = await one.all(actor.login, questions)
            screen = Screen(one, actor.login)
            try:
                await settle(one, screen)
                screen.read()
                touched += await happen_elsewhere(one, walk, actor, chance)
                await settle(one, screen)
                frames = [(kind, data) for kind, data in screen.read() if set(data) - {"position", "at"}]
                assert not frames, (actor, frames)
            finally:
                await screen.close()
            after = await one.all(actor.login, questions)
            for question, old, new in zip(questions, before, after, strict=True):
                assert old.still() == new.still(), (actor, question)
    assert touched >= 10


async def settle(one: Office, screen: Screen) -> None:
    """Let the stream begin or go on, and the broadcaster send what there is."""
    for _ in range(20):
        await asyncio.sleep(0)
    await one.told()
    one.face.broadcaster.beat()
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(2))
async def test_who_moves_sees_the_new_scope_at_once(fresh_database: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(200 + seed)
    async with office(fresh_database, tmp_path) as one:
        await live_through(one, chance, 60)
        cases = await one.cases()
        for actor in staff(chance):
            await one.admit(actor)
            screen = Screen(one, actor.login) if actor.role not in (INTAKE.role,) else None
            for moved in staff(chance):
                actor = Actor(actor.login, moved.role, moved.unit, moved.town, moved.grid)
                await one.admit(actor)
                for question in general(cases, chance, frozenset({"list_cases"})):
                    check_answer(actor, question, await one.ask(actor.login, question), [case for case, _ in cases])
            if screen is not None:
                await screen.close()


async def began(one: Office, login: str, left: str) -> list[tuple[str, dict[str, Any]]]:
    """What a screen that comes back is sent first."""
    screen = Screen(one, login, left)
    try:
        return await begun(one, screen)
    finally:
        await screen.close()


async def begun(one: Office, screen: Screen) -> list[tuple[str, dict[str, Any]]]:
    """The first frames of a stream; its account is asked of the database meanwhile."""
    while b"data: " not in screen.raw:
        await one.center.pool.fetch("select 1")
    screen.left = screen.last_id()
    return screen.read()


async def test_a_screen_that_was_away_while_its_account_moved_begins_anew(fresh_database: str, tmp_path: Path) -> None:
    """It cannot know which of its cards it may no longer hold: only a fresh snapshot is right."""
    chance, anew, on = random.Random(400), 0, 0
    async with office(fresh_database, tmp_path) as one:
        walk = await live_through(one, chance, 40)
        for before in [one for one in staff(chance, 10) if one.role is not INTAKE.role]:
            await one.admit(before)
            screen = Screen(one, before.login)
            await begun(one, screen)
            left = screen.left
            await screen.close()
            later = chance.choice([before, before, *staff(chance)])
            moved = Actor(before.login, later.role, later.unit, later.town, later.grid)
            if moved.role is INTAKE.role:
                continue
            await one.admit(moved)
            await walk.go(3)
            kinds = [kind for kind, _ in await began(one, moved.login, left or "")]
            assert ("reset" in kinds) == (scope(moved) != scope(before)), (before, moved, kinds)
            anew, on = anew + ("reset" in kinds), on + ("reset" not in kinds)
            wall = msgspec.json.decode((await one.ask(moved.login, Question("see_wall", "/api/v1/wall"))).body)
            assert "reset" not in [kind for kind, _ in await began(one, moved.login, wall["cursor"])]
    assert anew
    assert on


@pytest.mark.parametrize("seed", range(2))
async def test_acts_say_the_same_of_what_is_not_there_and_what_is_not_seen(
    fresh_database: str, tmp_path: Path, seed: int
) -> None:
    """Nor does the refusal of an act, a merge into another or a verdict tell the two apart."""
    chance = random.Random(300 + seed)
    async with office(fresh_database, tmp_path) as one:
        await live_through(one, chance, 60)
        cases = [case for case, _ in await one.cases()]
        for actor in staff(chance):
            await one.admit(actor)
            far = [case.id for case in cases if not by_hand(actor, case)]
            near = [case.id for case in cases if by_hand(actor, case)]
            for id in chance.sample(far, min(2, len(far))):
                acts = [(f"/api/v1/cases/{{}}/{what.value}", {"note": "n", "version": 1}) for what in Act]
                pairs = [(f"/api/v1/cases/{other}/merge", {"into": "{}"}) for other in near[:2]]
                pairs += [(f"/api/v1/cases/{other}/duplicates/{{}}", {"apart": True}) for other in near[:2]]
                for path, body in [*acts, *pairs]:
                    said = [await _post(one, actor.login, path, body, asked) for asked in (id, UNKNOWN)]
                    assert said[0] == said[1], (actor, path)
        assert [case for case, _ in await one.cases()] == cases, "nothing was done"


async def _post(one: Office, login: str, path: str, body: dict[str, object], id: str) -> object:
    sent = {name: id if value == "{}" else value for name, value in body.items()}
    reply = await one.client.post(path.format(id), json=sent, headers={"authorization": f"Bearer {login}"})
    return Answer(reply.status_code, reply.content).without(id)


async def test_words_and_photos_are_for_those_who_may_read_them(fresh_database: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    async with office(fresh_database, tmp_path) as one:
        await live_through(one, chance, 40)
        cases = [(case, photos) for case, photos in await one.cases() if case.words is not None and photos]
        for actor in staff(chance, 10):
            await one.admit(actor)
            for case, photos in chance.sample(cases, min(3, len(cases))):
                may = by_hand(actor, case) and actor.role in READS_PERSONS
                words = {mark for mark in await marks(one, case) if mark.startswith((b"word-", b"139"))}
                for question in about(case, photos):
                    answer = await one.ask(actor.login, question)
                    assert may or not betrayed(answer, words), (actor, question)
                    if question.name == "see_photo" and not may:
                        assert answer.status == 404
        one.clock.advance(timedelta(minutes=1))
