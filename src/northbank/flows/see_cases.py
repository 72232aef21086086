"""Looking at cases: lists inside the actor's scope, and one case with its timeline, acts, person and reasons why."""

from datetime import datetime
from typing import Any

import msgspec

from northbank.core.access import ACTS, READS_PERSONS, Actor, refuse_act, scope
from northbank.core.card import Card, card
from northbank.core.case import Case
from northbank.core.case_facts import Step
from northbank.core.city import City, Name
from northbank.core.deadline import Deadline
from northbank.core.explain import explain
from northbank.core.handling import hindrance, needs_reason
from northbank.core.journal import Entry, Fact, kind_of
from northbank.core.moves import MOVES, Act
from northbank.core.reading import Kind, Reading, purpose_of
from northbank.core.refusal import Refused
from northbank.core.routing import row_by_id
from northbank.core.wording import in_words
from northbank.flows.act import visible
from northbank.flows.report import Words
from northbank.ports import CaseQuery, Page, World


class TimelineStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a case's history. seconds: how long after the step before it. note: words, if they may be read."""

    position: int
    version: int
    what: str
    at: datetime
    recorded_at: datetime
    actor: str
    pack: str
    rule: str | None = None
    reason: str | None = None
    note: str | None = None
    note_erased: bool = False
    owner: str | None = None
    outcome: str | None = None
    stage: str | None = None
    why: str | None = None
    type: str | None = None
    grid: str | None = None
    due_at: datetime | None = None
    seconds: int = 0


class PossibleAct(msgspec.Struct, frozen=True):
    """An act the actor may do now. primary: the likely one."""

    act: str
    primary: bool
    needs_reason: bool


class ImpossibleAct(msgspec.Struct, frozen=True):
    """An act of this state that the actor may not do, and why."""

    act: str
    why: Name


class Why(msgspec.Struct, frozen=True):
    """Why the case went where it is: the routing row, and the values it was decided by."""

    row: str | None
    owner: str | None
    note: Name
    may_return: bool
    type: str | None
    level: str
    town: str | None
    escalate_to: str | None


class PhotoRef(msgspec.Struct, frozen=True):
    """A photo in the vault."""

    id: str
    url: str


class DeadlineView(msgspec.Struct, frozen=True):
    """A deadline with its explanation, step by step."""

    deadline: Deadline
    steps: list[Name]


class Detail(msgspec.Struct, frozen=True):
    """Everything a desk shows of one case. people: the names of those who acted, by login, as far as they have accounts.

    person is None where the actor may not read persons; erased: it is gone.
    """

    case: Card
    position: int
    timeline: list[TimelineStep]
    acts: list[PossibleAct]
    impossible: list[ImpossibleAct]
    people: dict[str, Name]
    person: Words | None
    erased: bool
    photos: list[PhotoRef]
    why: Why
    deadlines: list[DeadlineView]


async def page(world: World, actor: Actor, query: CaseQuery) -> Page:
    """One page of the list, inside the actor's scope."""
    return await world.cases.page(query, scope(actor))


async def detail(world: World, actor: Actor, case_id: str, purpose: str | None = None) -> Detail:
    """One case in full, as far as the actor may read. purpose: why personal data in it are read; goes on record."""
    case = await visible(world, actor, case_id)
    entries = [entry async for entry in world.journal.read(f"case:{case_id}")]
    entries = entries[: case.version]  # the case and its history as of the same moment
    reads = actor.role in READS_PERSONS
    refs = [e.data.note.id for e in entries if isinstance(e.data, Step) and e.data.note]
    wanted = refs + ([case.words.id] if case.words else [])
    reading = _reading(world, actor, case, "words", purpose)
    opened = await world.vault.open(case.subject, wanted, reading) if reads and wanted else {}
    words = opened.get(case.words.id) if case.words else None
    position = entries[-1].position if entries else 0
    rules = await world.rules_of(case)
    possible, impossible = _acts(case, actor, rules)
    return Detail(
        case=card(case, position), position=position, timeline=_timeline(entries, opened, reads),
        acts=possible, impossible=impossible,
        people=await world.people.names({entry.actor for entry in entries}),
        person=msgspec.json.decode(words, type=Words) if words else None,
        erased=reads and case.words is not None and words is None,
        photos=[PhotoRef(p.id, f"/api/v1/cases/{case.id}/photos/{p.id}") for p in case.photos] if reads else [],
        why=_why(case, rules),
        deadlines=[DeadlineView(one, list(explain(one, rules))) for one in case.deadlines],
    )  # fmt: skip


async def photo(world: World, actor: Actor, case_id: str, photo_id: str, purpose: str | None = None) -> bytes:
    """One photo of a case the actor may see; `not_found` or `erased` otherwise. purpose: as for `detail`."""
    case = await visible(world, actor, case_id)
    if actor.role not in READS_PERSONS or photo_id not in {p.id for p in case.photos}:
        raise Refused("not_found", what="photo")
    found = await world.vault.open(case.subject, [photo_id], _reading(world, actor, case, "photo", purpose))
    if photo_id not in found:
        raise Refused("erased")
    return found[photo_id]


def _reading(world: World, actor: Actor, case: Case, kind: Kind, purpose: str | None) -> Reading:
    return Reading(world.clock.now(), actor.login, purpose_of(world.city, purpose), kind, case.id)


def _acts(case: Case, actor: Actor, city: City) -> tuple[list[PossibleAct], list[ImpossibleAct]]:
    """What the actor can do now, the likely act marked; and of the acts of this state that the post has, why not."""
    refusals = {act: refuse_act(actor, act, case) or hindrance(act, case, city, actor) for act in MOVES[case.state]}
    possible = [act for act in MOVES[case.state] if refusals[act] is None]
    likely = _likely(case, possible)
    own = ACTS[actor.role]
    worded = {act: in_words(why, city) for act, why in refusals.items() if why is not None and act in own}
    return (
        [PossibleAct(act.value, act is likely, needs_reason(act, case)) for act in possible],
        [ImpossibleAct(act.value, Name(why.say("zh"), why.say("en"))) for act, why in worded.items()],
    )


def _likely(case: Case, possible: list[Act]) -> Act | None:
    """The first act of the state's row; where the case lacks a place or a type for it, giving it one."""
    wanted = next(iter(MOVES[case.state]), None)
    if wanted is Act.DISPATCH and wanted not in possible:
        wanted = Act.PLACE if case.spot is None else Act.RETYPE
    return next((act for act in (wanted, *possible) if act in possible and act is not Act.NOTE), None)


def _timeline(entries: list[Entry[Any]], opened: dict[str, bytes], reads: bool) -> list[TimelineStep]:
    steps: list[TimelineStep] = []
    before: datetime | None = None
    for entry in entries:
        fact: Fact = entry.data
        at = fact.happened_at or entry.at
        note = fact.note if isinstance(fact, Step) else None
        text = opened.get(note.id) if note else None
        spot = getattr(fact, "spot", None)
        steps.append(
            TimelineStep(
                position=entry.position,
                version=entry.version,
                what=kind_of(fact),
                at=at,
                recorded_at=entry.at,
                actor=entry.actor,
                pack=entry.pack,
                rule=entry.rule,
                reason=getattr(fact, "reason", None),
                note=text.decode() if text else None,
                note_erased=reads and note is not None and text is None,
                owner=getattr(fact, "owner", None),
                outcome=getattr(fact, "outcome", None),
                stage=getattr(fact, "stage", None),
                why=getattr(fact, "why", None),
                type=getattr(fact, "type", None),
                grid=spot.grid if spot else None,
                due_at=getattr(fact, "due_at", None),
                seconds=int((at - before).total_seconds()) if before else 0,
            )
        )
        before = at
    return steps


def _why(case: Case, city: City) -> Why:
    row = row_by_id(city, case.row) if case.row else None
    return Why(
        row=case.row, owner=case.owner, note=row.note if row else Name(), may_return=row.may_refuse if row else True,
        type=case.type, level=case.level, town=case.spot.town if case.spot else None,
        escalate_to=row.escalate_to if row else None,
    )  # fmt: skip
