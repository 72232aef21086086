"""Who may see and do what: roles, the scope of a query, and whether an act is allowed on a case.

Scope values become part of the SQL; nothing here filters rows after they were read.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.moves import Act, State
from northbank.core.refusal import Refused
from northbank.core.role import Role as Role


class Actor(msgspec.Struct, frozen=True):
    """Somebody signed in (or the system itself): login, role and where they stand."""

    login: str
    role: Role
    unit: str | None = None
    town: str | None = None
    grid: str | None = None


SYSTEM = Actor("system", Role.ADMIN)

A = Act
# What a center does: the duty desk of the district for every case, that of a town for its own.
CENTER_ACTS = frozenset({
    A.ACCEPT, A.REJECT, A.ASK_VERIFY, A.VERIFY, A.REFUTE, A.REGISTER, A.CANCEL, A.DISPATCH, A.GRANT, A.DENY, A.SUSPEND,
    A.ASK_CHECK, A.CHECK, A.REWORK, A.CLOSE, A.RATE, A.DISPUTE, A.REOPEN, A.MERGE, A.SPLIT, A.ARCHIVE, A.PLACE, A.RETYPE,
    A.DESCRIBE, A.DIVIDE, A.SELF_HANDLE, A.LOOK_BACK,
})  # fmt: skip
OWNER_ACTS = frozenset({
    A.SIGN, A.START, A.ASK_EXTENSION, A.ASK_SUSPENSION, A.RESUME, A.ESCALATE, A.FEED_BACK, A.RETURN,
})  # fmt: skip
LEAD_ACTS = frozenset({A.ASK_HELP, A.WITHDRAW_TASK})  # of the owner, or of the center
HELPER_ACTS = frozenset({A.TAKE_TASK, A.FINISH_TASK, A.HAND_BACK})  # of a unit that has a part in the case
SPOT_ACTS = frozenset({A.SELF_HANDLE, A.VERIFY, A.REFUTE})  # of whoever stands there: the worker of the grid
SPOT_CHECKS = frozenset({A.CHECK, A.REWORK})  # likewise, when somebody was asked to look
LEADER_ACTS = frozenset({A.ARBITRATE, A.SUPERVISE, A.URGE})

_ALL = frozenset(Act)

ACTS: Mapping[Role, frozenset[Act]] = {
    Role.ADMIN: _ALL,
    Role.DUTY_OFFICER: _ALL,
    Role.LEADER: LEADER_ACTS,
    Role.WALL: frozenset(),
    Role.TOWN_OFFICER: CENTER_ACTS | OWNER_ACTS | LEAD_ACTS | HELPER_ACTS | {A.URGE, A.ANSWER, A.RATE_HELP, A.NOTE},
    Role.UNIT_OFFICER: OWNER_ACTS | LEAD_ACTS | HELPER_ACTS | {A.ANSWER, A.NOTE},
    Role.GRID_WORKER: SPOT_ACTS | SPOT_CHECKS | {A.NOTE},
    Role.INTAKE: frozenset({A.RATE}),
    Role.STEWARD: frozenset(),  # of data, not of cases
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
            or (self.unit is not None and (case.owner == self.unit or self.unit in case.support))
            or (self.grid is not None and spot is not None and spot.grid == self.grid)
            or (self.reporter is not None and case.reporter == self.reporter)
        )

    def sees(self, card: Card) -> bool:
        """Whether `card` is inside; the same rule once more for live screens."""
        return (
            self.everything
            or (self.town is not None and card.town == self.town)
            or (self.unit is not None and (card.owner == self.unit or self.unit in card.support))
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

    @property
    def mark(self) -> str:
        """The key in eight hexadecimal digits, fit for a header; empty for the whole district."""
        return "" if self.everything else sha256(self.key.encode()).hexdigest()[:8]

    def cursor(self, position: int) -> str:
        """Where a screen of this scope stands: `123`, or `123-4f2a9c1b`. No other scope goes on from there."""
        return f"{position}-{self.mark}" if self.mark else str(position)


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
    if actor.role in (Role.ADMIN, Role.DUTY_OFFICER, Role.LEADER) or act is Act.NOTE:
        return None
    if actor.role is Role.GRID_WORKER:
        return _refuse_on_the_spot(actor, act, case)
    owns = actor.unit is not None and actor.unit == case.owner
    if act in OWNER_ACTS:
        return None if owns else Refused("not_yours", owner=case.owner)
    if act in HELPER_ACTS:
        return None if actor.unit in case.support else Refused("not_yours", owner=case.owner)
    if act is Act.ANSWER:
        asked = owns or any(one.unit == actor.unit for one in case.orders)
        return None if asked else Refused("not_yours", owner=case.owner)
    if act is Act.RATE and actor.role is Role.INTAKE:
        return None if case.reporter == actor.login else Refused("forbidden", role=actor.role.value)
    if (act in LEAD_ACTS and owns) or _at_town(actor, act, case):
        return None
    return Refused("not_yours", owner=case.owner) if act in LEAD_ACTS else Refused("forbidden", role=actor.role.value)


def _at_town(actor: Actor, act: Act, case: Case) -> bool:
    """Whether the case lies in the actor's town and at its level; urging and rating help need the place alone."""
    town = case.spot.town if case.spot is not None else None
    here = actor.role is Role.TOWN_OFFICER and town is not None and town == actor.town
    return here and (act in (Act.URGE, Act.RATE_HELP) or case.level in ("town", "community", "grid"))


def _refuse_on_the_spot(actor: Actor, act: Act, case: Case) -> Refused | None:
    """A worker acts in the own grid; a check only where somebody was asked to look."""
    there = case.spot is not None and actor.grid is not None and case.spot.grid == actor.grid
    asked = act not in SPOT_CHECKS or case.state is State.CHECK_PENDING
    return None if there and asked else Refused("forbidden", role=actor.role.value)
