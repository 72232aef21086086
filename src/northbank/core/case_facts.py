"""Every fact that can befall a case. How each changes the case is evolve.py; what leads to it is intake.py and handling.py."""

from datetime import datetime

from northbank.core.case import Order, Origin, Review, Sealed, Spot, Task
from northbank.core.city import Given, Level, Stage
from northbank.core.dating import Dated
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact


class Reported(Fact, frozen=True, tag="reported"):
    """A report came in. `words` points to contact and text in the vault; `external` is the sender's own number.

    origin: the case it was split off from, whose subject, words and photos these are.
    """

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
    attributes: dict[str, Given] = {}
    origin: Origin | None = None


class Routed(Fact, frozen=True, tag="routed"):
    """A row of the routing library gave the case an owner and its deadlines.

    judged_at: the moment its times were read at, where that is not when the case was reported.
    """

    row: str
    owner: str
    begun: tuple[Deadline, ...] = ()
    judged_at: datetime | None = None


class Unrouted(Fact, frozen=True, tag="unrouted"):
    """Nobody could be found: the case waits at the duty desk. why: no_place, no_type or no_row."""

    why: str
    owner: str
    begun: tuple[Deadline, ...] = ()


class Placed(Fact, frozen=True, tag="placed"):
    """An officer put the case on the map."""

    spot: Spot


class Retyped(Fact, frozen=True, tag="retyped"):
    """An officer gave the case a type, or another one. dropped: attributes it had that reports of this type do not say."""

    type: str
    board: str
    town_board: str | None = None
    urgent: bool = False
    dropped: tuple[str, ...] = ()


class Described(Fact, frozen=True, tag="described"):
    """An officer corrected or completed what the report says by attributes. None: it does not say that any more."""

    attributes: dict[str, Given | None]


class Step(Fact, frozen=True):
    """What most acts have in common: a reason of the pack's list, words and photos in the vault, deadlines begun.

    basis: the routing row cited as the rule, where the act leans on one.
    """

    reason: str | None = None
    note: Sealed | None = None
    photos: tuple[Sealed, ...] = ()
    basis: str | None = None
    begun: tuple[Deadline, ...] = ()


class Accepted(Step, frozen=True, tag="accepted"):
    """The center took the case on."""


class Rejected(Step, frozen=True, tag="rejected"):
    """The center turned the case down, with a reason."""


class Dispatched(Step, frozen=True, tag="dispatched"):
    """The case was given to a unit. row: the routing row followed, None when an officer chose otherwise.

    tasks: parts that supporting units are asked for at the same time.
    """

    owner: str = ""
    row: str | None = None
    tasks: tuple[Task, ...] = ()


class Signed(Step, frozen=True, tag="signed"):
    """The unit took it over."""


class Started(Step, frozen=True, tag="started"):
    """Work began."""


class Suspended(Step, frozen=True, tag="suspended"):
    """Work had to stop for a stated reason that the center verified; the solving clock pauses until the review date."""

    until: datetime | None = None


class Resumed(Step, frozen=True, tag="resumed"):
    """Work goes on; `begun` holds the solving deadline with its remaining time. level: back from where it was sent up to."""

    level: Level | None = None


class FedBack(Step, frozen=True, tag="fed_back"):
    """The unit says it is done, with an outcome kept apart from the state."""

    outcome: str | None = None


class Checked(Step, frozen=True, tag="checked"):
    """The center looked and agrees that it is done."""


class Reworked(Step, frozen=True, tag="reworked"):
    """The check found it not done; it goes back to the unit. waits: the unit has to take it up again (since 2026-11)."""

    waits: bool = False


class Closed(Step, frozen=True, tag="closed"):
    """The case has ended."""

    outcome: str | None = None


class Returned(Step, frozen=True, tag="returned"):
    """The unit says it is not theirs."""


class Reopened(Step, frozen=True, tag="reopened"):
    """An ended case lives again."""


class Noted(Step, frozen=True, tag="noted"):
    """Somebody added words."""


class SelfHandled(Step, frozen=True, tag="self_handled"):
    """Whoever found it settled it on the spot."""

    outcome: str | None = None


class VerifyAsked(Step, frozen=True, tag="verify_asked"):
    """Somebody is to look on the spot whether it is so."""


class Verified(Step, frozen=True, tag="verified"):
    """It is so: somebody saw it. The case is registered."""


class Refuted(Step, frozen=True, tag="refuted"):
    """Nothing was found; an officer decides what becomes of it."""


class Registered(Step, frozen=True, tag="registered"):
    """The case was put on the books as one to be handled."""


class Cancelled(Step, frozen=True, tag="cancelled"):
    """The case was void."""


class Disputed(Step, frozen=True, tag="disputed"):
    """Units cannot agree whose it is; those above them decide."""


class Arbitrated(Step, frozen=True, tag="arbitrated"):
    """The owner was decided for good: this one may not return it."""

    owner: str = ""


class ExtensionAsked(Step, frozen=True, tag="extension_asked"):
    """The owner asks for more time. amount: in the unit of the solving deadline."""

    amount: int = 0


class SuspensionAsked(Step, frozen=True, tag="suspension_asked"):
    """The owner says in writing that it cannot be solved now. until: when to look at it again."""

    until: datetime | None = None


class Extended(Step, frozen=True, tag="extended"):
    """More time was granted; `begun` holds the prolonged deadline, which keeps its first due time."""


class Denied(Step, frozen=True, tag="denied"):
    """The center said no to an extension or a suspension."""


class Escalated(Step, frozen=True, tag="escalated"):
    """The matter belongs to another level and was sent up. to: the unit there; level: whose desk it is at now."""

    to: str = ""
    level: Level = "district"


class CheckAsked(Step, frozen=True, tag="check_asked"):
    """Somebody is to look on the spot whether it is solved."""


class Rated(Step, frozen=True, tag="rated"):
    """The reporter (or the center on a call back) said how satisfied they are: 1 to 5."""

    score: int = 0


class Archived(Step, frozen=True, tag="archived"):
    """Put away for good."""


class Merged(Step, frozen=True, tag="merged"):
    """The same matter as another case, which it follows from now on."""

    parent: str = ""


class Joined(Fact, frozen=True, tag="joined"):
    """Another case was merged into this one."""

    child: str


class Split(Step, frozen=True, tag="split"):
    """It was not the same matter after all: the case is again what it was before the merging."""


class Parted(Fact, frozen=True, tag="parted"):
    """A case that was merged into this one stands alone again."""

    child: str


class Followed(Fact, frozen=True, tag="followed"):
    """The case this one was merged into ended, or lives again (ended False)."""

    ended: bool
    outcome: str | None = None


class HelpAsked(Step, frozen=True, tag="help_asked"):
    """A unit is asked for its part."""

    task: Task | None = None


class TaskTaken(Step, frozen=True, tag="task_taken"):
    """A supporting unit took on its part."""

    n: int = 0


class TaskFinished(Step, frozen=True, tag="task_finished"):
    """A supporting unit did its part."""

    n: int = 0


class HandedBack(Step, frozen=True, tag="handed_back"):
    """A supporting unit says that its part is not its own to do."""

    n: int = 0


class TaskWithdrawn(Step, frozen=True, tag="task_withdrawn"):
    """The part of a supporting unit is no longer needed."""

    n: int = 0


class HelpRated(Step, frozen=True, tag="help_rated"):
    """A town said how a unit of the district helped with this case: 1 to 5."""

    unit: str = ""
    score: int = 0


class Ordered(Step, frozen=True, tag="ordered"):
    """Urged or supervised: by a rung of the pack's ladder or by a person."""

    order: Order | None = None


class Answered(Step, frozen=True, tag="answered"):
    """The unit answered a supervision order."""

    n: int = 0


class Lapsed(Fact, frozen=True, tag="lapsed"):
    """A supervision order was not answered in time."""

    n: int


class ReviewDue(Fact, frozen=True, tag="review_due"):
    """The review date of a suspension has come."""


class LookBackPlanned(Fact, frozen=True, tag="look_back_planned"):
    """The case fell into the sample of the look-back plan. row: of the pack's plan."""

    row: str
    reviews: tuple[Review, ...]


class LookBackDue(Fact, frozen=True, tag="look_back_due"):
    """The day of a look-back has come."""

    n: int


class LookedBack(Step, frozen=True, tag="looked_back"):
    """Somebody else than the solver looked again. result: held, rebound or unsolved."""

    n: int = 0
    result: str = ""


class Divided(Step, frozen=True, tag="divided"):
    """The report tells of other matters too: each became a case of its own. into: their ids."""

    into: tuple[str, ...] = ()


class Recurred(Fact, frozen=True, tag="recurred"):
    """The same trouble came back at a place. of: the closed case; days since its end; meters between them."""

    of: str
    days: int
    meters: int
    component: str | None = None


class SoonDue(Fact, frozen=True, tag="soon_due"):
    """80 % of a stage's time is gone. task: of which supporting unit's part, where it is one."""

    stage: Stage
    due_at: datetime
    task: int | None = None


class Overdue(Fact, frozen=True, tag="overdue"):
    """A stage's time is over and it is not done. task: of which supporting unit's part, where it is one."""

    stage: Stage
    due_at: datetime
    task: int | None = None


CaseFact = (
    Dated | Reported | Routed | Unrouted | Placed | Retyped | Described | Accepted | Rejected | Dispatched | Signed | Started
    | Suspended | Resumed
    | FedBack | Checked | Reworked | Closed | Returned | Reopened | Noted | SoonDue | Overdue
    | SelfHandled | VerifyAsked | Verified | Refuted | Registered | Cancelled | Disputed | Arbitrated
    | ExtensionAsked | SuspensionAsked | Extended | Denied | Escalated | CheckAsked | Rated | Archived
    | Merged | Joined | Split | Parted | Divided | Followed | HelpAsked | TaskTaken | TaskFinished | HandedBack | TaskWithdrawn
    | HelpRated | Ordered | Answered | Lapsed | ReviewDue
    | LookBackPlanned | LookBackDue | LookedBack | Recurred
)  # fmt: skip
