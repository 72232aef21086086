"""The past, read-only: a list, the wall and a case as they were at a position or time, inside the reader's rights of today.

Rights: the scope of today is laid over the cases as they were then. Words of people are opened only where the reader may see
the case today too, and what was erased stays erased.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor, Scope, scope
from northbank.core.card import shown
from northbank.core.case import Case
from northbank.core.past import Place, Then, fold_until, places_then, read_as_of
from northbank.core.picture import Happening, happening
from northbank.core.refusal import Refused
from northbank.flows.behind import part_of
from northbank.flows.see_wall import Snapshot
from northbank.ports import CaseQuery, History, Page, World

SHOWN = 60  # happenings on a wall


class Past(msgspec.Struct, frozen=True):
    """That an answer tells of the past: its position and moment, and the areas of the case as they were called then."""

    position: int
    at: datetime
    places: list[Place] = []


async def then(world: World, as_of: str) -> Then:
    """The point that `as_of` names. Refused: `not_yet` beyond the tip or the present, `before_all` before the first entry."""
    asked, history = read_as_of(as_of), history_of(world)
    tip = await world.journal.position()
    if isinstance(asked, int):
        if asked > tip:
            raise Refused("not_yet", asked=asked, tip=tip)
        at = await history.at(asked) if asked > 0 else None
        if at is None:
            raise Refused("before_all", asked=asked)
        return Then(asked, at)
    if asked > world.clock.now():
        raise Refused("not_yet", asked=asked.isoformat(), tip=tip)
    position = await history.before(asked)
    if position == 0:
        raise Refused("before_all", asked=asked.isoformat())
    return Then(position, asked)


def history_of(world: World) -> History:
    """The past of this center."""
    if world.history is None:
        raise RuntimeError("this world was built without a past")
    return world.history


async def page_then(world: World, actor: Actor, query: CaseQuery) -> Page:
    """One page of the list as it was."""
    point = await then(world, query.as_of or "")
    found = await history_of(world).page(query, scope(actor), point.position, part_of(query, world.city))
    return msgspec.structs.replace(found, past=True, at=point.at)


async def case_then(world: World, actor: Actor, case_id: str, point: Then) -> Case:
    """The case as it was; `not_found` where it had not begun, or lies outside of what the actor may see."""
    entries = [entry async for entry in world.journal.read(f"case:{case_id}")]
    case = fold_until(entries, point.position)
    if case is None or not scope(actor).holds(case):
        raise Refused("not_found", what="case")
    return case


async def cases_then(world: World, ids: list[str], point: Then) -> list[Case]:
    """Several cases as they were; those that had not begun are left out."""
    found = []
    for id in ids:
        entries = [entry async for entry in world.journal.read(f"case:{id}")]
        if (case := fold_until(entries, point.position)) is not None:
            found.append(case)
    return found


async def sees_today(world: World, actor: Actor, case_id: str) -> bool:
    """Whether the actor may see the case as it is now."""
    case = await world.cases.get(case_id)
    return case is not None and scope(actor).holds(case)


def past_of(world: World, case: Case, point: Then) -> Past:
    """What an answer says of its point in the past."""
    day = point.at.astimezone(ZoneInfo(world.city.timezone)).date()
    return Past(point.position, point.at, places_then(world.city, case, day))


async def wall_then(world: World, of: Scope, as_of: str, after: int | None = None) -> Snapshot:
    """The wall of a scope as it was: figures, cards and the last happenings of that moment.

    after: the position a screen of the whole district plays on from; it gets the cards that changed since alone.
    """
    point, history = await then(world, as_of), history_of(world)
    made = await history.picture(of, point)
    lines: list[Happening] = []
    for head in await history.heads(point.position, SHOWN):
        card = made.cards.get(head.stream.partition(":")[2])
        if card is not None:
            lines.append(happening(card, head.position, head.type.partition(".")[2], head.at))
    partial = of.everything and after is not None and after <= point.position
    least = after if partial and after is not None else 0
    cards = [shown(card) for card in made.cards.values() if card.position > least]
    return Snapshot(point.position, point.at, of.key, made.tiles(point.at), cards, lines, past=True, partial=partial)
