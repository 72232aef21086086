"""Candidates for duplicates in memory, found by looking at every case: the oracle for the squares of the index."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from northbank.core.access import Scope
from northbank.core.card import Card, card
from northbank.core.case import Case
from northbank.core.duplicate_weights import Judged, pair_stream
from northbank.core.duplicates import EARTH
from northbank.core.facts import read
from northbank.core.journal import NewEntry
from northbank.ports import Nearby, Neighborhood


class MemoryCandidates:
    """Over the cases and entries of a center in memory; both may grow."""

    def __init__(self, cases: dict[str, tuple[Case, int]], entries: list[NewEntry]) -> None:
        self.cases = cases
        self.entries = entries

    async def near(self, where: Neighborhood, scope: Scope) -> list[Nearby]:
        found = [(card(case), case.parent) for case, _ in self.cases.values()]
        kept = [(one, parent) for one, parent in found if scope.sees(one) and one.id != where.but and _fits(one, where)]
        kept.sort(key=lambda pair: pair[0].id)
        kept.sort(key=lambda pair: pair[0].reported_at, reverse=True)
        if where.lon is None:
            kept.sort(key=lambda pair: (pair[0].reported_at, pair[0].id), reverse=True)
        else:
            kept.sort(key=lambda pair: _meters(pair[0], where) or 0.0)
        return [_nearby(one, parent) for one, parent in kept[: where.limit]]

    async def reported(self, since: datetime, until: datetime, after: Nearby | None, limit: int) -> list[Nearby]:
        found = [_nearby(card(case), case.parent) for case, _ in self.cases.values()]
        last = (after.reported_at, after.id) if after else (since, "")
        kept = [one for one in found if one.lon is not None and since <= one.reported_at < until]
        return sorted((one for one in kept if _when(one) > last), key=_when)[:limit]

    async def before(self, ids: Sequence[str], radius: float, days: int, ended: int) -> dict[str, list[Nearby]]:
        found: dict[str, list[Nearby]] = {}
        for one in (card(self.cases[id][0]) for id in ids):
            where = Neighborhood(
                lon=one.lon, lat=one.lat, radius=radius, since=one.reported_at - timedelta(days=days), until=one.reported_at,
                ended_since=one.reported_at - timedelta(days=ended), limit=50, but=one.id,
            )  # fmt: skip
            others = [
                other
                for other in await self.near(where, Scope(everything=True))
                if _when(other) < (one.reported_at, one.id)
            ]
            if others:
                found[one.id] = sorted(others, key=_when)
        return found

    async def told_apart(self, case_id: str, others: Sequence[str]) -> set[str]:
        last: dict[str, bool] = {}
        for entry in self.entries:
            if entry.stream.startswith("pair:"):
                fact = read(entry.type, entry.schema, entry.data)
                assert isinstance(fact, Judged)
                last[entry.stream] = fact.apart
        return {other for other in others if last.get(pair_stream(case_id, other), False)}


def _nearby(one: Card, parent: str | None) -> Nearby:
    return Nearby(
        one.id,
        one.number,
        one.type,
        one.state,
        one.open,
        one.lon,
        one.lat,
        one.reported_at,
        one.closed_at,
        one.subject,
        parent,
    )


def _when(one: Nearby) -> tuple[datetime, str]:
    return one.reported_at, one.id


def _fits(one: Card, where: Neighborhood) -> bool:
    if not where.since <= one.reported_at <= where.until:
        return False
    if one.closed_at is not None and one.closed_at < where.ended_since:
        return False
    meters = _meters(one, where)
    return one.lon is None if where.lon is None else meters is not None and meters <= where.radius


def _meters(one: Card, where: Neighborhood) -> float | None:
    if one.lon is None or one.lat is None or where.lon is None or where.lat is None:
        return None
    return EARTH * math.hypot((one.lon - where.lon) * math.cos(math.radians(where.lat)), one.lat - where.lat)
