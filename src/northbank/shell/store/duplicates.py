"""Candidates for duplicates from the case view, by squares of an index; and which pairs were told apart."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from northbank.core.access import Scope
from northbank.core.duplicate_weights import pair_stream
from northbank.core.duplicates import EARTH
from northbank.ports import Nearby, Neighborhood
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements

SQL = statements("duplicates")
SIDE = 500  # squares a degree
ROW = 1_000_000
NOBODY = "00000000-0000-0000-0000-000000000000"
_NEAR = SQL.near.format(scope=INSIDE, cell=SQL.cell)
_PLACELESS = SQL.placeless.format(scope=INSIDE, cell=SQL.cell)


def cells(lon: float, lat: float, radius: float) -> list[int]:
    """The squares that a circle of `radius` meters touches; the same numbers as the index cases_cell."""
    north = radius / EARTH
    east = north / max(0.01, math.cos(math.radians(lat)))
    columns = range(math.floor((lon - east) * SIDE), math.floor((lon + east) * SIDE) + 1)
    rows = range(math.floor((lat - north) * SIDE), math.floor((lat + north) * SIDE) + 1)
    return [column * ROW + row for column in columns for row in rows]


class PgDuplicates:
    """Reads of the view `cases` and of the streams of pairs."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def near(self, where: Neighborhood, scope: Scope) -> list[Nearby]:
        """Cases of `scope` in a neighborhood, the nearest first; without a point, those that have none either."""
        rows = parameters(scope)
        span = (where.since, where.until, where.ended_since, where.but, where.limit)
        if where.lon is None or where.lat is None:
            found = await self._pool.fetch(_PLACELESS, *rows, *span)
        else:
            squares = cells(where.lon, where.lat, where.radius)
            reach = (where.radius / EARTH) ** 2
            found = await self._pool.fetch(_NEAR, *rows, squares, *span, where.lon, where.lat, reach)
        return [Nearby(*row.values()) for row in found]

    async def told_apart(self, case_id: str, others: Sequence[str]) -> set[str]:
        """Which of `others` were last said not to be the same matter as `case_id`."""
        streams = {pair_stream(case_id, other): other for other in others}
        return {streams[row["stream"]] for row in await self._pool.fetch(SQL.told_apart, list(streams))}

    async def reported(self, since: datetime, until: datetime, after: Nearby | None, limit: int) -> list[Nearby]:
        """Cases with a point in the order in which they came, after the last one read."""
        last = (after.reported_at, after.id) if after else (since - timedelta(days=1), NOBODY)
        return [Nearby(*row.values()) for row in await self._pool.fetch(SQL.reported, since, until, *last, limit)]

    async def before(self, ids: Sequence[str], radius: float, days: int, ended: int) -> dict[str, list[Nearby]]:
        """For each case, those near it that came in the days before it and had not ended more than `ended` days before."""
        found: dict[str, list[Nearby]] = {}
        for later, *row in await self._pool.fetch(SQL.before, list(ids), radius / EARTH, days, ended):
            found.setdefault(later, []).append(Nearby(*row))
        return found
