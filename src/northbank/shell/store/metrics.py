"""Figures of cases in SQL, set by set: counts of groups, the condition that lists the rows of one figure, and traces.

Each word stands in metric_words.sql once; core/metrics.py says the same on folded cases and tests hold the two together.
"""

from collections.abc import Callable, Mapping, Sequence
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


def behind(part: Part, number: Callable[[object], str]) -> str:
    """The `and ...` of a case list for the rows behind one side of a figure. number: makes a value a parameter, "$9"."""
    since, until, period = number(part.span.since), number(part.span.until), part.metric.period
    wanted = _holds(part.metric, part.which == "numerator", since, until)
    held = ""
    if part.post is not None:
        held = SQL.held.format(deeds=number(_deeds(period)))
        wanted += f" and {_KEYS['post']} = {number(part.post)}"
    marks = SQL.marks.format(source=SQL.this)
    window = f" and reported_at < {until}" + _WINDOWS.get(period, "").format(since=since)
    return f"{window} and {SQL.one_of.format(marks=marks, held=held, condition=wanted)}"


def _holds(metric: Metric, above: bool, since: str, until: str) -> str:
    words = (*metric.of, *metric.counts) if above else metric.of
    parts = [PERIODS[metric.period], *(WORDS[word] for word in words)]
    return " and ".join(f"({part.format(since=since, until=until)})" for part in parts)


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
        found: dict[str, list[Count]] = {}
        places = range(len(metrics))
        sets = [list(places)]
        if by == "post":  # whose post it was depends on what the period is about
            ordered = sorted(places, key=lambda n: DEEDS[metrics[n].period])
            sets = [list(some) for _, some in groupby(ordered, key=lambda n: DEEDS[metrics[n].period])]
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            position = int(await connection.fetchval(JOURNAL.tip))
            for some in sets:
                for key, counts in await _count(connection, [metrics[n] for n in some], span, by, scope):
                    row = found.setdefault(key, [Count()] * len(metrics))
                    for n, count in zip(some, counts, strict=True):
                        row[n] = count
        return position, {key: row for key, row in found.items() if any(one.denominator for one in row)}

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


async def _count(
    connection: asyncpg.Connection, metrics: Sequence[Metric], span: Span, by: By, scope: Scope
) -> list[tuple[str, list[Count]]]:
    columns = []
    for metric in metrics:
        for above in (True, False):
            columns.append(f"count(*) filter (where {_holds(metric, above, '$6', '$7')})")
    values: list[Any] = [*parameters(scope), span.since, span.until]
    held = ""
    if by == "post":
        values.append(_deeds(metrics[0].period))
        held = SQL.held.format(deeds="$8")
    # named by nothing that comes from outside: the words of definitions are looked up in the two files of words
    windows = {_WINDOWS.get(metric.period, "") for metric in metrics}
    window = windows.pop().format(since="$6") if len(windows) == 1 else ""
    marks = SQL.marks.format(source=SQL.those.format(scope=INSIDE, window=window))
    sql = SQL.counted.format(marks=marks, key=_KEYS[by], columns=", ".join(columns), held=held)
    rows = await connection.fetch(sql, *values, timeout=PATIENCE)
    return [(row[0], [Count(row[n], row[n + 1]) for n in range(1, len(row), 2)]) for row in rows]
