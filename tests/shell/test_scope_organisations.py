"""The rule of scopes over random organizations: random towns, units and routing, staff who are moved, now and as of the past."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from core.test_access import by_hand
from organisations import organisation
from shell.asking import Office, about, general, office, staff
from shell.test_scope import as_it_was, betrayed, check_answer, marks
from template import ADMIN

from northbank.core.access import Actor
from northbank.core.case import Case
from northbank.core.city import City
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, Where, report

ASKED = frozenset({"list_cases", "see_wall", "find_duplicates", "see_metrics"})


async def live(one: Office, made: City, reporters: list[Actor], chance: random.Random, steps: int) -> None:
    """Reports from everywhere, and acts that hand cases about."""
    units, grids, ids = sorted(made.units), sorted(made.places.shapes), [case.id for case, _ in await one.cases()]
    for _ in range(steps):
        one.clock.advance(timedelta(minutes=chance.choice((1, 30))))
        try:
            if chance.random() < 0.25:
                place = Where(*made.places.center(chance.choice(grids)))
                new = NewReport(type=chance.choice([*made.types, None]), place=place, text=f"word-{chance.random()}")
                ids.append((await report(one.world, chance.choice([ADMIN, *reporters]), new)).id)
            if not ids or (case := await one.world.cases.get(chance.choice(ids))) is None:
                continue
            what = chance.choice([Act.DISPATCH, Act.ASK_HELP, Act.PLACE, chance.choice([*MOVES[case.state], Act.NOTE])])
            body = ActBody(
                note="n", unit=chance.choice(units), outcome="done",
                place=Where(*made.places.center(chance.choice(grids))) if what is Act.PLACE else None,
                into=chance.choice(ids) if what is Act.MERGE else None,
            )  # fmt: skip
            await act(one.world, ADMIN, case.id, what, body)
        except Refused:
            continue


async def hold(one: Office, actor: Actor, chance: random.Random, then: list[Case], position: int) -> int:
    """Ask everything as `actor`, now and as of a position; gives how many questions were answered."""
    known, answered = await one.cases(), 0
    everything = {case.id: await marks(one, case) for case, _ in known}
    some = chance.sample(known, min(2, len(known)))
    questions = [*general(known, chance, ASKED), *(one for case, photos in some for one in about(case, photos))]
    for cases, ask in (
        ([case for case, _ in known], questions),
        (then, [question.at(position) for question in questions if question.takes_as_of]),
    ):
        inside = {case.id for case in cases if by_hand(actor, case)}
        hidden = set[bytes]().union(*(found for id, found in everything.items() if id not in inside))
        for question in ask:
            answer = await one.ask(actor.login, question)
            asked = {part.encode() for part in (question.of, *(value for _, value in question.params)) if part}
            found = betrayed(answer, hidden - (asked if answer.status >= 400 else set()))
            assert not found, (actor, question, answer.body[:2000])
            check_answer(actor, question, answer, cases)
            answered += answer.status == 200
    return answered


@pytest.mark.parametrize("seed", range(2))
async def test_no_organisation_shows_an_account_what_is_not_its_own(
    fresh_database: str, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(500 + seed)
    made = organisation(chance)
    async with office(fresh_database, tmp_path, made) as one:
        people = staff(chance, 3, made)
        for actor in people:
            await one.admit(actor)
        await live(one, made, people, chance, 60)
        position = await one.world.journal.position()
        await live(one, made, people, chance, 40)
        then, answered = await as_it_was(one, position), 0
        for actor in people:
            answered += await hold(one, actor, chance, then, position)
            later = chance.choice(staff(chance, 3, made))
            moved = Actor(actor.login, later.role, later.unit, later.town, later.grid)
            await one.admit(moved)
            answered += await hold(one, moved, chance, then, position)
        cases = [case for case, _ in await one.cases()]
        assert len(cases) > 20
        assert len({case.owner for case in cases}) > 2
        assert answered > 100
