"""What reading cases needs from the world: one, a page of a list, those whose time has come. No implementation lives here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.case import Case
from northbank.core.metrics import Part
from northbank.ports.clock import Moment


class CaseQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of a case list; every field that is None is not asked. `after` is the cursor of the page before.

    desk: true or false, whether it waits for an officer; or why it does (no_type, wish, look_back, ...), several by commas.
    part: a unit with a part in the open case that is not done. answer: a unit that owes an answer to an order.
    metric (`code` or `code@version`): the rows behind the figure of the period `since` to `until`: those above the line, or
    below it (`side`); post: only where an account of that role did what the figure is about ("": none).
    """

    state: str | None = None
    board: str | None = None
    town_board: str | None = None
    town: str | None = None
    grid: str | None = None
    owner: str | None = None
    support: str | None = None
    type: str | None = None
    source: str | None = None
    q: str | None = None
    open: bool | None = None
    late: bool | None = None
    soon: bool | None = None
    needs: bool | None = None
    urgent: bool | None = None
    desk: Annotated[str, msgspec.Meta(pattern="^[a-z_]+(,[a-z_]+)*$", max_length=200)] | None = None
    part: str | None = None
    answer: str | None = None
    ids: Annotated[str, msgspec.Meta(max_length=37_000)] | None = None
    on_time: bool | None = None
    reported_from: Moment | None = None
    reported_to: Moment | None = None
    closed_from: Moment | None = None
    closed_to: Moment | None = None
    metric: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    side: Literal["numerator", "denominator"] = "numerator"
    since: Moment | None = None
    until: Moment | None = None
    post: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    sort: Literal["reported", "changed", "due"] = "reported"
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    after: str | None = None
    lang: str | None = None
    as_of: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of cards. total: count of all rows of the query at `position`. next: cursor or None.

    capped: there are more rows than `total` says; it is exact otherwise.
    """

    position: int
    total: int
    rows: list[Card]
    next: str | None
    capped: bool = False
    past: bool = False
    at: datetime | None = None


class Again(msgspec.Struct, frozen=True):
    """A case that is the trouble of an earlier one again. of: the case that ended; days since then, meters between."""

    id: str
    of: str
    days: int
    meters: int


class Cases(Protocol):
    """The case view."""

    async def get(self, id: str) -> Case | None:
        """The folded case."""

    def hot(self, id: str) -> Case | None:
        """The case as this process stored it last, where it remembers: perhaps out of date, so only for deciding what is
        committed against its version. A refusal decided on it has to be decided again on the case itself."""

    async def many(self, ids: Sequence[str]) -> list[Case]:
        """The folded cases of these ids that exist."""

    async def ended(self, since: datetime, until: datetime) -> list[str]:
        """Ids of the cases that ended with work done at or after `since` and before `until`."""

    async def again(self, since: datetime, meters: float, days: int) -> list[Again]:
        """Cases reported since then that came back: one of the same type ended nearby not longer than `days` before."""

    async def page(self, query: CaseQuery, scope: Scope, part: Part | None = None) -> Page:
        """One page inside `scope`; part: only the rows behind one side of a figure."""

    async def live(self, scope: Scope, since: datetime) -> tuple[int, list[Card]]:
        """Position and all cards that are open, or reported or closed at or after `since`."""

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Open cases whose wake_at has come, oldest first."""

    async def undated(self, after: str | None, limit: int) -> list[Case]:
        """Cases with a due time that no calendar told, by id, those after `after`."""

    async def exists(self, source: str, external: str) -> str | None:
        """Id of the case that a sender's own number already made, or None."""

    async def known(self, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (source, sender's own number) have a case."""
