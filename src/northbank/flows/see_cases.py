"""Looking at cases: lists inside the actor's scope, and one case with its timeline, acts, person and reasons why."""

from datetime import datetime
from typing import Any

import msgspec

from northbank.core.access import ACTS, HELPER_ACTS, READS_PERSONS, Actor, refuse_act, scope
from northbank.core.act_inputs import Input, at_once, inputs
from northbank.core.card import Card, card
from northbank.core.case import Case, Order, Review, Task, Wish
from northbank.core.case_facts import Step
from northbank.core.city import City, Given, Name
from northbank.core.deadline import Deadline
from northbank.core.explain import explain
from northbank.core.handling import hindrance, needs_reason
from northbank.core.journal import Entry
from northbank.core.moves import MOVES, Act
from northbank.core.past import Then
from northbank.core.reading import Kind, Reading, purpose_of
from northbank.core.refusal import Refused
from northbank.core.routing import row_by_id
from northbank.core.wording import in_words
from northbank.flows.act import visible
from northbank.flows.behind import part_of
from northbank.flows.report import Words
from northbank.flows.see_past import Past, case_then, cases_then, page_then, past_of, sees_today, then
from northbank.flows.timeline import Linked, PhotoRef, TimelineStep, other_of, photo_refs, timeline
from northbank.ports import CaseQuery, Page, World

NOTHING_THERE = frozenset(
    {"no_task", "no_order", "no_look_back", "no_attributes"}
)  # nobody would think of the act: not worth a word
SHOWN = 50  # of the cases merged into one


class PossibleAct(msgspec.Struct, frozen=True):
    """An act the actor may do now. primary: the likely one. takes: what its form asks for. at_once: one press is enough."""

    act: Act
    primary: bool
    needs_reason: bool
    at_once: bool
    takes: tuple[Input, ...]


class ImpossibleAct(msgspec.Struct, frozen=True):
    """An act of this state that the actor may not do, and why."""

    act: Act
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


class DeadlineView(msgspec.Struct, frozen=True):
    """A deadline with its explanation, step by step."""

    deadline: Deadline
    steps: list[Name]


class Detail(msgspec.Struct, frozen=True):
    """Everything a desk shows of one case. people: the names of those who acted, by login, as far as they have accounts.

    person is None where the actor may not read persons; erased: it is gone. tasks: parts of supporting units. orders:
    urging and supervision. wish: what the owner asked the center for. review_at: when a suspension is looked at again.
    merged: how many cases were merged into it; children: those of them the actor may see, the last ones first.
    parent: the case it was merged into, recurs: the closed case it is the same trouble as, origin: the case it was split off
    from, each if it may be seen. divided: how many were split off from it; offspring: those of them the actor may see.
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
    tasks: tuple[Task, ...]
    orders: tuple[Order, ...]
    wish: Wish | None
    review_at: datetime | None
    reviews: tuple[Review, ...]
    merged: int
    parent: Linked | None
    children: list[Linked]
    recurs: Linked | None
    attributes: dict[str, Given]
    origin: Linked | None
    divided: int
    offspring: list[Linked]
    past: Past | None = None


async def page(world: World, actor: Actor, query: CaseQuery) -> Page:
    """One page of the list, inside the actor's scope; with `as_of` as it was then."""
    if query.as_of is not None:
        return await page_then(world, actor, query)
    return await world.cases.page(query, scope(actor), part_of(query, world.city))


async def detail(
    world: World, actor: Actor, case_id: str, purpose: str | None = None, as_of: str | None = None
) -> Detail:  # fmt: skip
    """One case in full, as far as the actor may read. purpose: why personal data in it are read; goes on record.

    as_of: a position or time of the past: the case as it was then, with nothing to do about it.
    """
    point = await then(world, as_of) if as_of is not None else None
    case = await visible(world, actor, case_id) if point is None else await case_then(world, actor, case_id, point)
    entries = [entry async for entry in world.journal.read(f"case:{case_id}")]
    entries = entries[: case.version]  # the case and its history as of the same moment
    reads = actor.role in READS_PERSONS and (point is None or await sees_today(world, actor, case_id))
    refs = [e.data.note.id for e in entries if isinstance(e.data, Step) and e.data.note]
    wanted = refs + ([case.words.id] if case.words else [])
    reading = _reading(world, actor, case, "words", purpose)
    opened = await world.vault.open(case.subject, wanted, reading) if reads and wanted else {}
    words = opened.get(case.words.id) if case.words else None
    position = entries[-1].position if entries else 0
    rules = await world.rules_of(case)
    possible, impossible = _acts(case, actor, rules, world.clock.now()) if point is None else ([], [])
    linked = await _linked(world, actor, case, entries, point)
    return Detail(
        case=card(case, position), position=position,
        timeline=timeline(entries, case, opened if reads else None, linked),
        acts=possible, impossible=impossible,
        people=await world.people.names({entry.actor for entry in entries}),
        person=msgspec.json.decode(words, type=Words) if words else None,
        erased=reads and case.words is not None and words is None,
        photos=photo_refs(case, case.photos) if reads else [],
        why=_why(case, rules),
        deadlines=[DeadlineView(one, list(explain(one, rules))) for one in case.deadlines],
        tasks=case.tasks, orders=case.orders, wish=case.wish, review_at=case.review_at, reviews=case.reviews,
        merged=len(case.children), parent=linked.get(case.parent or ""), recurs=linked.get(case.recurs or ""),
        children=[linked[one] for one in _newest(case) if one in linked],
        attributes=case.attributes, origin=linked.get(case.origin.case) if case.origin is not None else None,
        divided=len(case.offspring), offspring=[linked[one] for one in case.offspring if one in linked],
        past=past_of(world, case, point) if point is not None else None,
    )  # fmt: skip


def _newest(case: Case) -> tuple[str, ...]:
    return case.children[: -SHOWN - 1 : -1]


async def _linked(
    world: World, actor: Actor, case: Case, entries: list[Entry[Any]], point: Then | None
) -> dict[str, Linked]:  # fmt: skip
    """The cases that this one and its history speak of, by id, as far as the actor may see them. One query for the present."""
    told = [other_of(entry.data) for entry in entries]
    source = case.origin.case if case.origin is not None else None
    wanted = dict.fromkeys((case.parent, case.recurs, source, *case.offspring, *_newest(case), *told[-SHOWN:]))
    ids = [one for one in wanted if one]
    found = [] if not ids else await (world.cases.many(ids) if point is None else cases_then(world, ids, point))
    within = scope(actor)
    return {one.id: Linked(one.id, one.number, one.state.value, one.type) for one in found if within.holds(one)}


async def photo(world: World, actor: Actor, case_id: str, photo_id: str, purpose: str | None = None) -> bytes:
    """One photo of a case the actor may see; `not_found` or `erased` otherwise. purpose: as for `detail`."""
    case = await visible(world, actor, case_id)
    if actor.role not in READS_PERSONS or photo_id not in await _photos(world, case, photo_id):
        raise Refused("not_found", what="photo")
    found = await world.vault.open(case.subject, [photo_id], _reading(world, actor, case, "photo", purpose))
    if photo_id not in found:
        raise Refused("erased")
    return found[photo_id]


async def _photos(world: World, case: Case, wanted: str) -> set[str]:
    """Ids of the photos of the report; where `wanted` is none of them, of those that came with acts."""
    own = {one.id for one in case.photos}
    if wanted in own:
        return own
    return {
        one.id
        async for entry in world.journal.read(f"case:{case.id}")
        if isinstance(entry.data, Step)
        for one in entry.data.photos
    }


def _reading(world: World, actor: Actor, case: Case, kind: Kind, purpose: str | None) -> Reading:
    return Reading(world.clock.now(), actor.login, purpose_of(world.city, purpose), kind, case.id)


def _acts(case: Case, actor: Actor, city: City, now: datetime) -> tuple[list[PossibleAct], list[ImpossibleAct]]:
    """What the actor can do now, the likely act marked; and of the acts of this state that the post has, why not."""
    refusals = {
        act: refuse_act(actor, act, case) or hindrance(act, case, city, actor, now) for act in MOVES[case.state]
    }
    possible = [act for act in MOVES[case.state] if refusals[act] is None]
    likely = _likely(case, possible)
    own = ACTS[actor.role]
    worded = {
        act: in_words(why, city)
        for act, why in refusals.items()
        if why is not None and act in own and why.code not in NOTHING_THERE and (case.tasks or act not in HELPER_ACTS)
    }
    return (
        [_possible(act, act is likely, case, city, actor) for act in possible],
        [ImpossibleAct(act, Name(why.say("zh"), why.say("en"))) for act, why in worded.items()],
    )


def _possible(act: Act, likely: bool, case: Case, city: City, actor: Actor) -> PossibleAct:
    takes = inputs(act, case, city, actor)
    return PossibleAct(act, likely, needs_reason(act, case), at_once(act, case, takes), takes)


def _likely(case: Case, possible: list[Act]) -> Act | None:
    """The first act of the state's row; where the case lacks a place or a type for it, giving it one."""
    wanted = next(iter(MOVES[case.state]), None)
    if wanted is Act.DISPATCH and wanted not in possible:
        wanted = Act.PLACE if case.spot is None else Act.RETYPE
    return next((act for act in (wanted, *possible) if act in possible and act is not Act.NOTE), None)


def _why(case: Case, city: City) -> Why:
    row = row_by_id(city, case.row) if case.row else None
    return Why(
        row=case.row, owner=case.owner, note=row.note if row else Name(), may_return=row.may_refuse if row else True,
        type=case.type, level=case.level, town=case.spot.town if case.spot else None,
        escalate_to=row.escalate_to if row else None,
    )  # fmt: skip
