"""Who may see and do what: roles, the scope of a query, and whether an act is allowed on a case.

Scope values become part of the SQL; nothing here filters rows after they were read.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.moves import Act
from northbank.core.refusal import Refused


class Role(StrEnum):
    """What a post allows. Packs name posts; posts give one of these roles."""

    ADMIN = "admin"
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    WALL = "wall"
    TOWN_OFFICER = "town_officer"
    UNIT_OFFICER = "unit_officer"
    GRID_WORKER = "grid_worker"
    INTAKE = "intake"


class Actor(msgspec.Struct, frozen=True):
    """Somebody signed in (or the system itself): login, role and where they stand."""

    login: str
    role: Role
    unit: str | None = None
    town: str | None = None
    grid: str | None = None


SYSTEM = Actor("system", Role.ADMIN)

CENTER_ACTS = frozenset(
    {Act.ACCEPT, Act.REJECT, Act.DISPATCH, Act.CHECK, Act.REWORK, Act.CLOSE, Act.REOPEN, Act.PLACE, Act.RETYPE}
)
OWNER_ACTS = frozenset({Act.SIGN, Act.START, Act.SUSPEND, Act.RESUME, Act.FEED_BACK, Act.RETURN})

_ALL = CENTER_ACTS | OWNER_ACTS | {Act.NOTE}

ACTS: Mapping[Role, frozenset[Act]] = {
    Role.ADMIN: _ALL,
    Role.DUTY_OFFICER: _ALL,
    Role.LEADER: frozenset(),
    Role.WALL: frozenset(),
    Role.TOWN_OFFICER: _ALL,
    Role.UNIT_OFFICER: OWNER_ACTS | {Act.NOTE},
    Role.GRID_WORKER: frozenset({Act.NOTE}),
    Role.INTAKE: frozenset(),
}

REPORTERS = frozenset(
    {Role.ADMIN, Role.DUTY_OFFICER, Role.TOWN_OFFICER, Role.UNIT_OFFICER, Role.GRID_WORKER, Role.INTAKE}
)
WHOLE_DISTRICT = frozenset({Role.ADMIN, Role.DUTY_OFFICER, Role.LEADER, Role.WALL})
READS_PERSONS = frozenset(
    {Role.ADMIN, Role.DUTY_OFFICER, Role.TOWN_OFFICER, Role.UNIT_OFFICER, Role.GRID_WORKER}
)  # those who must call back or go there


class Scope(msgspec.Struct, frozen=True):
    """The rows an actor may see: everything, or those that match any field that is not None."""

    everything: bool = False
    town: str | None = None
    unit: str | None = None
    grid: str | None = None
    reporter: str | None = None

    def holds(self, case: Case) -> bool:
        """Whether `case` is inside; the same rule as the SQL of the case list."""
        spot = case.spot
        return (
            self.everything
            or (self.town is not None and spot is not None and spot.town == self.town)
            or (self.unit is not None and case.owner == self.unit)
            or (self.grid is not None and spot is not None and spot.grid == self.grid)
            or (self.reporter is not None and case.reporter == self.reporter)
        )

    def sees(self, card: Card) -> bool:
        """Whether `card` is inside; the same rule once more for live screens."""
        return (
            self.everything
            or (self.town is not None and card.town == self.town)
            or (self.unit is not None and card.owner == self.unit)
            or (self.grid is not None and card.grid == self.grid)
            or (self.reporter is not None and card.reporter == self.reporter)
        )

    @property
    def key(self) -> str:
        """A name for this scope; equal scopes have equal keys (live audiences)."""
        if self.everything:
            return "district"
        parts = (("town", self.town), ("unit", self.unit), ("grid", self.grid), ("reporter", self.reporter))
        return ",".join(f"{name}:{value}" for name, value in parts if value is not None) or "nothing"


def scope(actor: Actor) -> Scope:
    """What `actor` may see."""
    if actor.role in WHOLE_DISTRICT:
        return Scope(everything=True)
    match actor.role:
        case Role.TOWN_OFFICER:
            return Scope(town=actor.town, unit=actor.unit, reporter=actor.login)
        case Role.UNIT_OFFICER:
            return Scope(unit=actor.unit, reporter=actor.login)
        case Role.GRID_WORKER:
            return Scope(grid=actor.grid, reporter=actor.login)
        case _:
            return Scope(reporter=actor.login)


def refuse_act(actor: Actor, act: Act, case: Case) -> Refused | None:
    """Why `actor` may not do `act` to `case`, or None. The case is one the actor may see."""
    if act not in ACTS[actor.role]:
        return Refused("forbidden", role=actor.role.value)
    if actor.role in (Role.ADMIN, Role.DUTY_OFFICER) or act is Act.NOTE:
        return None
    if act in OWNER_ACTS:
        return None if actor.unit is not None and actor.unit == case.owner else Refused("not_yours", owner=case.owner)
    town = case.spot.town if case.spot is not None else None
    at_town = town is not None and town == actor.town and case.level in ("town", "community", "grid")
    return None if at_town else Refused("forbidden", role=actor.role.value)
