"""A case as a value, with its parts: place, tasks of supporting units, orders laid over it.

What can befall it is case_facts.py, the states and moves are moves.py, the fold is evolve.py.
"""

from datetime import datetime
from typing import Literal, Protocol

import msgspec

from northbank.core.city import Given, Level, Stage
from northbank.core.deadline import Deadline
from northbank.core.moves import State


class Spot(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A point and the areas it fell into: WGS84 degrees and area codes."""

    lon: float
    lat: float
    grid: str
    community: str | None = None
    town: str | None = None


class Sealed(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the journal may know of words in the vault: where they lie and a salted SHA-256 (hex) of them."""

    id: str
    digest: str


TaskState = Literal["asked", "taken", "finished", "handed_back", "withdrawn"]
OrderKind = Literal["reminder", "urge", "order", "leader", "interview"]


class Task(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """The part of a supporting unit in a case, beside the lead's own work. n: its number in the case, from 1."""

    n: int
    unit: str
    state: TaskState
    asked_at: datetime
    deadline: Deadline | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the lead still waits for it."""
        return self.state in ("asked", "taken")


class Order(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One record of urging or supervision laid over a case. n: its number in the case, from 1.

    rung: the row of the pack's ladder that asked for it; None: a person did. percent: the share of the solving time gone.
    due_at: when an answer is owed, None: none is. lapsed: it was not answered by then, and that is written down.
    """

    n: int
    kind: OrderKind
    unit: str
    issued_at: datetime
    by: str
    rung: str | None = None
    percent: int = 0
    due_at: datetime | None = None
    lapsed: bool = False
    answered_at: datetime | None = None

    def waits(self) -> bool:
        """Whether an answer is owed."""
        return self.due_at is not None and self.answered_at is None


class Wish(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What an owner asked the center for. amount: of the solving deadline's own unit; until: when a suspension is reviewed."""

    by: str
    at: datetime
    amount: int | None = None
    until: datetime | None = None


class Review(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One look-back at a closed case. day: days after its end. called: it is on the list of the desk.

    result: held, rebound or unsolved; passed: the case lived again before it came to that.
    """

    n: int
    day: int
    due_at: datetime
    called: bool = False
    result: str | None = None
    by: str | None = None

    @property
    def waits(self) -> bool:
        """Whether it is still to be done."""
        return self.result is None


class Origin(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Where a case came from that was split off: the id of the other case, who did it, when.

    since: from when its solving time counts, the time of the report; of a case that lived again, that of its reopening.
    """

    case: str
    by: str
    at: datetime
    since: datetime


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A case as the fold of its facts. `desk` says why it waits for an officer; `words` are in the vault.

    pack: version of the rules it began with. before: the state it had when it was merged or put away.
    parent, children: ids of the cases it was merged into, and of those merged into it. bound: the owner was decided for good.
    evidence: the last report of it as solved came with words or photos. solver, checker: logins. rating: 1 to 5.
    reviews: look-backs. recurs: id of the closed case of which this is the same trouble again.
    origin: the case it was split off from; offspring: ids of those split off from it. Both share subject, words and photos.
    """

    id: str
    number: str
    version: int
    state: State
    source: str
    level: Level
    subject: str
    reporter: str
    reported_at: datetime
    changed_at: datetime
    type: str | None = None
    board: str | None = None
    town_board: str | None = None
    urgent: bool = False
    spot: Spot | None = None
    external: str | None = None
    words: Sealed | None = None
    photos: tuple[Sealed, ...] = ()
    attributes: dict[str, Given] = {}
    owner: str | None = None
    row: str | None = None
    desk: str | None = None
    deadlines: tuple[Deadline, ...] = ()
    returns: int = 0
    reworks: int = 0
    reopenings: int = 0
    closed_at: datetime | None = None
    outcome: str | None = None
    pack: str = ""
    before: State | None = None
    parent: str | None = None
    children: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    orders: tuple[Order, ...] = ()
    wish: Wish | None = None
    review_at: datetime | None = None
    bound: bool = False
    extensions: int = 0
    evidence: bool = False
    solver: str | None = None
    checker: str | None = None
    rating: int | None = None
    reviews: tuple[Review, ...] = ()
    recurs: str | None = None
    origin: Origin | None = None
    offspring: tuple[str, ...] = ()

    @property
    def support(self) -> tuple[str, ...]:
        """The units that have or had a part in it beside the owner, each once."""
        if not self.tasks:
            return ()
        return tuple(dict.fromkeys(one.unit for one in self.tasks))

    @property
    def every_deadline(self) -> tuple[Deadline, ...]:
        """Its own deadlines and those of the parts of others."""
        if not self.tasks:
            return self.deadlines
        return (*self.deadlines, *(one.deadline for one in self.tasks if one.deadline is not None))

    def task(self, n: int) -> Task | None:
        """A part by its number."""
        return next((one for one in self.tasks if one.n == n), None)

    def deadline(self, stage: Stage) -> Deadline | None:
        """The newest deadline of a stage."""
        for one in reversed(self.deadlines):
            if one.stage == stage:
                return one
        return None


class Told(Protocol):
    """What the fold needs of an entry beside the fact: the entry's own stream, time, actor and rules."""

    @property
    def stream(self) -> str:
        """The entry's stream."""

    @property
    def at(self) -> datetime:
        """When it was recorded."""

    @property
    def actor(self) -> str:
        """Who wrote it: a login."""

    @property
    def pack(self) -> str:
        """The version of the rules it was decided under."""
