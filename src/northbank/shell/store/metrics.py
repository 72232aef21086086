"""Figures of cases in SQL, set by set: counts of groups, the condition that lists the rows of one figure, and traces.

Each word stands in metric_words.sql once; core/metrics.py says the same on folded cases and tests hold the two together.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any

import asyncpg

from northbank.core.access import Scope
from northbank.core.city import Metric
from northbank.core.metrics import DEEDS, By, Count, Part, Span, Tally
from northbank.core.traces import Trace
from northbank.ports import Left
from northbank.shell.store.journal import SQL as JOURNAL
from northbank.shell.store.journal import entry_of
from northbank.shell.store.marks import marked_to, put_before
from northbank.shell.store.pool import snapshot
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements

SQL = statements("metrics")
WORDS: Mapping[str, str] = vars(statements("metric_words"))
PERIODS: Mapping[str, str] = vars(statements("metric_periods"))
Run = Callable[[str, list[Any]], Awaitable[list[asyncpg.Record]]]
PATIENCE = 60.0  # seconds that counting everything of a year may take

_KEYS: Mapping[str, str] = {
    "all": "'all'",
    "town": "coalesce(m.town, '')",
    "grid": "coalesce(m.grid, '')",
    "unit": "coalesce(m.owner, '')",
    "type": "coalesce(m.type, '')",
    "board": "coalesce(m.board, '')",
    "post": "coalesce(h.role, '')",
}


def behind(part: Part, number: Callable[[object], str], position: int | None = None) -> str:
    """The `and ...` of a case list for the rows behind one side of a figure. number: makes a value a parameter, "$9".

    position: the list is of that position; None: of now.
    """
    since, until, period = number(part.span.since), number(part.span.until), part.metric.period
    wanted = _holds(part.metric, part.which == "numerator", since, until)
    held = ""
    if part.post is not None:
        held = _held(period, number, position)
        wanted += f" and {_KEYS['post']} = {number(part.post)}"
    return f" and {SQL.one_of.format(touched=_touched(since, until), held=held, condition=wanted)}"


def _touched(since: str, until: str, inside: str = "") -> str:
    """The marks that a period may be about; the statement needs `as_it_is` or `as_it_was` before it."""
    opened = SQL.marks.format(source=SQL.opened.format(until=until, inside=inside))
    return str(SQL.touched.format(since=since, until=until, inside=inside, marks=opened))


def _holds(metric: Metric, above: bool, since: str, until: str) -> str:
    words = (*metric.of, *metric.counts) if above else metric.of
    parts = [PERIODS[metric.period], *(WORDS[word] for word in words)]
    return " and ".join(f"({part.format(since=since, until=until)})" for part in parts)


def _held(period: str, number: Callable[[object], str], position: int | None) -> str:
    upto = "" if position is None else f" and e.position <= {number(position)}"
    return str(SQL.held.format(deeds=number(_deeds(period)), upto=upto))


def _deeds(period: str) -> list[str]:
    return [f"case.{fact}" for fact in DEEDS[period]]


class PgMetrics:
    """Such reads on the pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def figures(self, metrics: Sequence[Metric], span: Span, by: By, scope: Scope) -> Tally:
        """For each group the count of each metric, in their order; one snapshot."""
        async with self._as_is() as (run, position):
            return await counted(run, metrics, span, by, scope, position)

    async def left(self, span: Span, scope: Scope) -> Left:
        """What the cases of a period left behind; one snapshot."""
        async with self._as_is() as (run, position):
            return await left_behind(run, span, scope, position)

    @asynccontextmanager
    async def _as_is(self) -> AsyncIterator[tuple[Run, int]]:
        """What asks marks and cases as they are, all of it one snapshot, and the position of that."""
        async with snapshot(self._pool) as connection:
            position = int(await connection.fetchval(JOURNAL.tip))
            marked = await marked_to(connection)

            async def run(sql: str, values: list[Any]) -> list[asyncpg.Record]:
                asked = put_before(SQL.as_it_is, sql, values, marked_to=marked)
                rows: list[asyncpg.Record] = await connection.fetch(*asked, timeout=PATIENCE)
                return rows

            yield run, position


async def left_behind(run: Run, span: Span, scope: Scope, position: int) -> Left:
    """What the cases of a period left behind up to a position. run: asks one snapshot, which is of that position."""
    values = [*parameters(scope), span.since]
    rows = await run(SQL.traces.format(touched=_touched("$6", "$7", f" and {INSIDE}")), [*values, span.until])
    told = await run(SQL.corrected.format(scope=INSIDE), [*values, position])
    entries = (entry_of(row) for row in told)
    corrected = [list(some) for _, some in groupby(entries, key=lambda one: one.stream)]
    return Left([Trace(*row.values()) for row in rows], corrected)


async def counted(
    run: Run, metrics: Sequence[Metric], span: Span, by: By, scope: Scope, position: int, past: bool = False
) -> Tally:
    """For each group the count of each metric, in their order. run: asks one snapshot, which is of `position`, now or `past`."""
    found: dict[str, list[Count]] = {}
    places = range(len(metrics))
    sets = [list(places)]
    if by == "post":  # whose post it was depends on what the period is about
        ordered = sorted(places, key=lambda n: DEEDS[metrics[n].period])
        sets = [list(some) for _, some in groupby(ordered, key=lambda n: DEEDS[metrics[n].period])]
    looked = opened = 0
    for some in sets:
        rows = await run(*_counting([metrics[n] for n in some], span, by, scope, position if past else None))
        looked, opened = sum(row["cases"] for row in rows), sum(row["opened"] for row in rows)
        for row in rows:
            counts = found.setdefault(row["key"], [Count()] * len(metrics))
            for n, place in enumerate(some):
                counts[place] = Count(row[2 * n + 3], row[2 * n + 4])
    groups = {key: row for key, row in found.items() if any(one.denominator for one in row)}
    return Tally(position, groups, looked, opened)


def _counting(
    metrics: Sequence[Metric], span: Span, by: By, scope: Scope, position: int | None
) -> tuple[str, list[Any]]:
    """The statement and its values. Only words of the two files of words and numbers of parameters are put into it."""
    values: list[Any] = [*parameters(scope), span.since, span.until]

    def number(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    sides = [_holds(metric, above, "$6", "$7") for metric in metrics for above in (True, False)]
    sql = SQL.counted.format(
        touched=_touched("$6", "$7", f" and {INSIDE}"),
        key=_KEYS[by],
        columns=", ".join(f"count(*) filter (where {side})" for side in sides),
        held=_held(metrics[0].period, number, position) if by == "post" else "",
    )
    return sql, values
