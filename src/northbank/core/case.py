"""A case as a value, and the facts that can befall it.

The states and moves are moves.py, the fold of the facts is evolve.py; who may do what is access.py; what a report becomes
is intake.py; what an act becomes is handling.py.
"""

from datetime import datetime

import msgspec

from northbank.core.city import Level, Stage
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact
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


class Reported(Fact, frozen=True, tag="reported"):
    """A report came in. `words` points to contact and text in the vault; `external` is the sender's own number."""

    number: str
    source: str
    level: Level
    subject: str
    reporter: str
    type: str | None = None
    board: str | None = None
    town_board: str | None = None
    urgent: bool = False
    spot: Spot | None = None
    external: str | None = None
    words: Sealed | None = None
    photos: tuple[Sealed, ...] = ()


class Routed(Fact, frozen=True, tag="routed"):
    """A row of the routing library gave the case an owner and its deadlines."""

    row: str
    owner: str
    begun: tuple[Deadline, ...] = ()


class Unrouted(Fact, frozen=True, tag="unrouted"):
    """Nobody could be found: the case waits at the duty desk. why: no_place, no_type or no_row."""

    why: str
    owner: str
    begun: tuple[Deadline, ...] = ()


class Placed(Fact, frozen=True, tag="placed"):
    """An officer put the case on the map."""

    spot: Spot


class Retyped(Fact, frozen=True, tag="retyped"):
    """An officer gave the case a type, or another one."""

    type: str
    board: str
    town_board: str | None = None
    urgent: bool = False


class Step(Fact, frozen=True):
    """What most acts have in common: a reason of the pack's list, words in the vault, deadlines begun."""

    reason: str | None = None
    note: Sealed | None = None
    begun: tuple[Deadline, ...] = ()


class Accepted(Step, frozen=True, tag="accepted"):
    """The center took the case on."""


class Rejected(Step, frozen=True, tag="rejected"):
    """The center turned the case down, with a reason."""


class Dispatched(Step, frozen=True, tag="dispatched"):
    """The case was given to a unit. row: the routing row followed, None when an officer chose otherwise."""

    owner: str = ""
    row: str | None = None


class Signed(Step, frozen=True, tag="signed"):
    """The unit took it over."""


class Started(Step, frozen=True, tag="started"):
    """Work began."""


class Suspended(Step, frozen=True, tag="suspended"):
    """Work had to stop for a stated reason; the solving clock pauses."""


class Resumed(Step, frozen=True, tag="resumed"):
    """Work goes on; `begun` holds the solving deadline with its remaining time."""


class FedBack(Step, frozen=True, tag="fed_back"):
    """The unit says it is done, with an outcome kept apart from the state."""

    outcome: str | None = None


class Checked(Step, frozen=True, tag="checked"):
    """The center looked and agrees that it is done."""


class Reworked(Step, frozen=True, tag="reworked"):
    """The check found it not done; it goes back to the unit."""


class Closed(Step, frozen=True, tag="closed"):
    """The case has ended."""

    outcome: str | None = None


class Returned(Step, frozen=True, tag="returned"):
    """The unit says it is not theirs."""


class Reopened(Step, frozen=True, tag="reopened"):
    """An ended case lives again."""


class Noted(Step, frozen=True, tag="noted"):
    """Somebody added words."""


class SoonDue(Fact, frozen=True, tag="soon_due"):
    """80 % of a stage's time is gone."""

    stage: Stage
    due_at: datetime


class Overdue(Fact, frozen=True, tag="overdue"):
    """A stage's time is over and it is not done."""

    stage: Stage
    due_at: datetime


CaseFact = (
    Reported | Routed | Unrouted | Placed | Retyped | Accepted | Rejected | Dispatched | Signed | Started | Suspended | Resumed
    | FedBack | Checked | Reworked | Closed | Returned | Reopened | Noted | SoonDue | Overdue
)  # fmt: skip


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A case as the fold of its facts. `desk` says why it waits for an officer; `words` are in the vault."""

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
    owner: str | None = None
    row: str | None = None
    desk: str | None = None
    deadlines: tuple[Deadline, ...] = ()
    returns: int = 0
    reworks: int = 0
    reopenings: int = 0
    closed_at: datetime | None = None
    outcome: str | None = None

    def deadline(self, stage: Stage) -> Deadline | None:
        """The newest deadline of a stage."""
        for one in reversed(self.deadlines):
            if one.stage == stage:
                return one
        return None
