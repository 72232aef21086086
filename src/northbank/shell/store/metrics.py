"""Figures of cases in SQL, set by set: counts of groups, the condition that lists the rows of one figure, and traces.

Each word stands in metric_words.sql once; core/metrics.py says the same on folded cases and tests hold the two together.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import asyncpg

from northbank.core.access import Scope
from northbank.core.city import Metric
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry
from northbank.core.metrics import DEEDS, By, Count, Part, Span
from northbank.core.traces import Trace
from northbank.shell.store.journal import SQL as JOURNAL
from northbank.shell.store.journal import entry_of
from northbank.shell.store.scoped import INSIDE, parameters
from northbank.shell.store.sql import statements

SQL = statements("metrics")
WORDS: Mapping[str, str] = vars(statements("metric_words"))
PERIODS: Mapping[str, str] = vars(statements("metric_periods"))
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

# What the columns of the case view alone can tell, so that fewer cases are opened. Never leaves out one that counts.
_WINDOWS: Mapping[str, str] = {
    "report": " and reported_at >= {since}",
    "end": " and closed_at >= {since}",
    "solve": " and (changed_at >= {since} or due_at >= {since})",
    "close": " and (changed_at >= {since} or due_at >= {since})",
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
    marks = SQL.marks.format(source=SQL.this)
    window = f" and reported_at < {until}" + _WINDOWS.get(period, "").format(since=since)
    return f"{window} and {SQL.one_of.format(marks=marks, held=held, condition=wanted)}"


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

    async def figures(
        self, metrics: Sequence[Metric], span: Span, by: By, scope: Scope
    ) -> tuple[int, dict[str, list[Count]]]:
        """The position, and for each group the count of each metric, in their order; one snapshot."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            position = int(await connection.fetchval(JOURNAL.tip))

            async def run(sql: str, values: list[Any]) -> list[asyncpg.Record]:
                rows: list[asyncpg.Record] = await connection.fetch(sql, *values, timeout=PATIENCE)
                return rows

            return position, await counted(run, metrics, span, by, scope)

    async def traces(self, span: Span, scope: Scope) -> list[Trace]:
        """Traces of the cases that were touched since the period began and reported before it ended."""
        sql = SQL.traces.format(scope=INSIDE)
        rows = await self._pool.fetch(sql, *parameters(scope), span.since, span.until, timeout=PATIENCE)
        return [Trace(*row.values()) for row in rows]

    async def retyped(self, span: Span, scope: Scope) -> list[list[Entry[AnyFact]]]:
        """The whole history of each case whose type was changed since the period began."""
        rows = await self._pool.fetch(SQL.retyped.format(scope=INSIDE), *parameters(scope), span.since)
        entries = (entry_of(row) for row in rows)
        return [list(some) for _, some in groupby(entries, key=lambda one: one.stream)]


Run = Callable[[str, list[Any]], Awaitable[list[asyncpg.Record]]]


async def counted(
    run: Run, metrics: Sequence[Metric], span: Span, by: By, scope: Scope, position: int | None = None
) -> dict[str, list[Count]]:
    """For each group the count of each metric, in their order. run: asks one snapshot, which is of a past `position` or of now."""
    found: dict[str, list[Count]] = {}
    places = range(len(metrics))
    sets = [list(places)]
    if by == "post":  # whose post it was depends on what the period is about
        ordered = sorted(places, key=lambda n: DEEDS[metrics[n].period])
        sets = [list(some) for _, some in groupby(ordered, key=lambda n: DEEDS[metrics[n].period])]
    for some in sets:
        sql, values = _counting([metrics[n] for n in some], span, by, scope, position)
        for row in await run(sql, values):
            counts = found.setdefault(row[0], [Count()] * len(metrics))
            for n, place in enumerate(some):
                counts[place] = Count(row[2 * n + 1], row[2 * n + 2])
    return {key: row for key, row in found.items() if any(one.denominator for one in row)}


def _counting(
    metrics: Sequence[Metric], span: Span, by: By, scope: Scope, position: int | None
) -> tuple[str, list[Any]]:
    """The statement and its values. Only words of the two files of words and numbers of parameters are put into it."""
    values: list[Any] = [*parameters(scope), span.since, span.until]

    def number(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    sides = [_holds(metric, above, "$6", "$7") for metric in metrics for above in (True, False)]
    windows = {_WINDOWS.get(metric.period, "") for metric in metrics}
    window = windows.pop().format(since="$6") if len(windows) == 1 else ""
    sql = SQL.counted.format(
        marks=SQL.marks.format(source=SQL.those.format(scope=INSIDE, window=window)),
        key=_KEYS[by],
        columns=", ".join(f"count(*) filter (where {side})" for side in sides),
        held=_held(metrics[0].period, number, position) if by == "post" else "",
    )
    return sql, values
