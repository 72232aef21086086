"""Requests and grants as people see them: the list, one with its history and how its limit was counted, and the record of uses."""

from datetime import datetime

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.city import City
from northbank.core.deadline import Deadline
from northbank.core.explain import explain
from northbank.core.journal import kind_of
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.share_steps import acts_for, usable
from northbank.core.share_words import limit_words
from northbank.core.sharing import WAITING, Grant, ShareAct, grant_stream
from northbank.flows.platform import Platform, check_reader
from northbank.ports.sharing import GrantQuery, GrantScope, UseQuery, UseRow

SEES_ALL = frozenset({Role.ADMIN, Role.STEWARD, Role.LEADER})


class GrantView(msgspec.Struct, frozen=True):
    """A grant as somebody sees it. acts: what they may do now. due_at: of the limit that runs; late: it has passed.

    usable: they may read data under it now.
    """

    grant: Grant
    dataset: Name
    acts: list[ShareAct]
    due_at: datetime | None
    late: bool
    usable: bool


class GrantPage(msgspec.Struct, frozen=True):
    """One page of them, newest first. next: cursor or None."""

    rows: list[GrantView]
    next: str | None


class GrantStep(msgspec.Struct, frozen=True):
    """One entry about a grant: what, who, when, and the reason or note given. position: in the journal."""

    what: str
    at: datetime
    actor: str
    name: Name | None
    words: str
    position: int


class DueStory(msgspec.Struct, frozen=True):
    """How the due time of one step came about, in words; and whether it was kept."""

    state: str
    due_at: datetime | None
    met_at: datetime | None
    late: bool
    steps: list[Name]


class GrantDetail(msgspec.Struct, frozen=True):
    """One grant with everything that was told of it."""

    view: GrantView
    history: list[GrantStep]
    limits: list[DueStory]


class UsePage(msgspec.Struct, frozen=True):
    """Records of uses, newest first. next: the id to ask after for the next page, or None."""

    rows: list[UseRow]
    next: int | None


def scope_of(actor: Actor) -> GrantScope:
    """Which grants an actor may see."""
    return GrantScope(everything=actor.role in SEES_ALL, unit=actor.unit, login=actor.login)


def sees(actor: Actor, grant: Grant) -> bool:
    """Whether the actor may see it; the same rule as the SQL of the list."""
    own = actor.unit is not None and actor.unit in (grant.applicant, grant.owner)
    return actor.role in SEES_ALL or own or grant.asked_by == actor.login


def view_of(city: City, grant: Grant, actor: Actor, now: datetime | None = None) -> GrantView:
    """A grant for one actor."""
    at = now or grant.changed_at
    running = grant.deadlines[-1] if grant.state in WAITING and grant.deadlines else None
    found = city.datasets.get(grant.dataset)
    name = found.name if found is not None else Name(grant.dataset, grant.dataset)
    due = running.due_at if running is not None else None
    late = running is not None and running.late(at)
    return GrantView(grant, name, acts_for(grant, actor), due, late, usable(grant, actor, at))


async def list_grants(platform: Platform, actor: Actor, query: GrantQuery) -> GrantPage:
    """One page of what the actor may see."""
    check_reader(actor)
    rows, after = await platform.sharing.grants.page(query, scope_of(actor))
    now = platform.world.clock.now()
    return GrantPage([view_of(platform.world.city, one, actor, now) for one in rows], after)


async def see_grant(platform: Platform, actor: Actor, id: str) -> GrantDetail:
    """One of them. Refused: `not_found`, also where the actor may not see it."""
    check_reader(actor)
    world = platform.world
    grant = await platform.sharing.grants.get(id)
    if grant is None or not sees(actor, grant):
        raise Refused("not_found", what="grant")
    entries = [entry async for entry in world.journal.read(grant_stream(id))]
    names = await world.people.names({entry.actor for entry in entries})
    history = [
        GrantStep(
            kind_of(one.data).removeprefix("share_"), one.at, one.actor, names.get(one.actor),
            getattr(one.data, "reason", "") or getattr(one.data, "note", ""), one.position,
        )
        for one in entries
    ]  # fmt: skip
    now = world.clock.now()
    return GrantDetail(view_of(world.city, grant, actor, now), history, due_stories(world.city, grant, now))


def due_stories(city: City, grant: Grant, now: datetime) -> list[DueStory]:
    """Of each limit that ran how its due time was counted."""
    return [
        DueStory(one.limit.removeprefix("sharing."), one.due_at, one.met_at, one.late(now), _steps(one, city))
        for one in grant.deadlines
    ]


def _steps(deadline: Deadline, city: City) -> list[Name]:
    return [limit_words(deadline), *explain(deadline, city)[1:]]  # its first step looks in the limits of cases


async def list_uses(platform: Platform, actor: Actor, query: UseQuery) -> UsePage:
    """The record of uses: stewards see all, others those of their unit's grants and of its data."""
    check_reader(actor)
    rows = await platform.sharing.uses.page(msgspec.structs.replace(query, limit=query.limit + 1), scope_of(actor))
    more = len(rows) > query.limit
    return UsePage(rows[: query.limit], rows[query.limit - 1].id if more else None)
