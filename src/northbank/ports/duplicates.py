"""What looking for duplicates needs from the world: the cases near a report, and how alike their words are. No implementation lives here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from northbank.core.access import Scope


class Neighborhood(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when candidates for duplicates lie: meters around a point (None: those without a point), times of reports.

    ended_since: cases that ended before are left out. but: the case that is asked about.
    """

    lon: float | None
    lat: float | None
    radius: float
    since: datetime
    until: datetime
    ended_since: datetime
    limit: int
    but: str | None = None


class Nearby(msgspec.Struct, frozen=True):
    """A candidate for a duplicate. subject: whose sketch is compared. parent: the case it was merged into."""

    id: str
    number: str
    type: str | None
    state: str
    open: bool
    lon: float | None
    lat: float | None
    reported_at: datetime
    closed_at: datetime | None
    subject: str
    parent: str | None


class Candidates(Protocol):
    """What cases are compared with, and what was answered before."""

    async def near(self, where: Neighborhood, scope: Scope) -> list[Nearby]:
        """Cases of `scope` in a neighborhood, the nearest first."""

    async def told_apart(self, case_id: str, others: Sequence[str]) -> set[str]:
        """Which of `others` were last said not to be the same matter as `case_id`."""

    async def reported(self, since: datetime, until: datetime, after: Nearby | None, limit: int) -> list[Nearby]:
        """Cases with a point in the order in which they came, after the last one read."""

    async def before(self, ids: Sequence[str], radius: float, days: int, ended: int) -> dict[str, list[Nearby]]:
        """For each case, those near it that came in the days before it and had not ended more than `ended` days before."""
