"""Looking at figures: each with its interval, its definition and the query of exactly its rows; and at patterns that flatter
them. Everything inside the actor's scope."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec

from northbank.core.access import Actor, Scope, scope
from northbank.core.city import City, GamingRules, Metric, Name
from northbank.core.gaming import Finding, look
from northbank.core.metric_catalog import RULES, SAID, find, in_force
from northbank.core.metrics import By, Count, Span, Tally, wilson
from northbank.core.past import Then
from northbank.core.refusal import Refused
from northbank.core.traces import corrections
from northbank.flows.see_past import history_of, then
from northbank.ports import Left, Moment, World

MONTH = timedelta(days=30)

# how a group is asked of the case list
_FILTERS = {"town": "town", "grid": "grid", "unit": "owner", "type": "type", "board": "board", "post": "post"}


class MetricQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """since, until: the period, the last 30 days if left out; it never ends after now. by: how cases are grouped.

    metrics: codes with commas between, `code@version` for one that is not in force; all in force if left out.
    as_of: a journal position or a time with its zone; the figures as they were then.
    """

    since: Moment | None = None
    until: Moment | None = None
    by: By = "town"
    metrics: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
    as_of: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class GamingQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The period and the moment, as for the figures."""

    since: Moment | None = None
    until: Moment | None = None
    as_of: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class MetricView(msgspec.Struct, frozen=True):
    """A definition in words. of: what a case must be to count below the line; counts: above it as well."""

    code: str
    version: int
    name: Name
    period: Name
    of: list[Name]
    counts: list[Name]
    better: Literal["more", "less"]
    source: str
    standing: Literal["V", "U"]


class FigureView(msgspec.Struct, frozen=True):
    """One figure: numerator of denominator. value: their share, None where nothing counts; low, high: its 95 % interval.

    few: the denominator is a small number. rows, all_rows: the case-list queries of exactly the numerator and the denominator.
    """

    code: str
    version: int
    numerator: int
    denominator: int
    value: float | None
    low: float
    high: float
    few: bool
    rows: str
    all_rows: str


class GroupView(msgspec.Struct, frozen=True):
    """The figures of one group, in the order of the definitions. key "": cases without one."""

    key: str
    name: Name
    figures: list[FigureView]


class MetricsView(msgspec.Struct, frozen=True):
    """Figures at a position of the journal, for the period from `since` until before `until`.

    The case list with `as_of` this position beside the query of a figure shows its rows, whatever happened since.
    cases: looked at; opened: those of them read whole, because they changed after the last preparation (the cost of this answer).
    """

    position: int
    at: datetime
    since: datetime
    until: datetime
    by: By
    metrics: list[MetricView]
    total: list[FigureView]
    groups: list[GroupView]
    cases: int
    opened: int
    past: bool = False


class FindingView(msgspec.Struct, frozen=True):
    """A pattern at a unit, without the login: persons are not scored. rows: the case list of the cases that make it."""

    pattern: str
    unit: str
    name: Name
    hits: int
    of: int
    low: float
    high: float
    score: float
    p: float
    flagged: bool
    rows: str


class GamingView(msgspec.Struct, frozen=True):
    """What was looked for, and found or not, at every unit with cases, at a moment. cases: how many were looked at."""

    at: datetime
    since: datetime
    until: datetime
    cases: int
    rules: GamingRules
    findings: list[FindingView]
    past: bool = False


def span_of(now: datetime, since: datetime | None, until: datetime | None) -> Span:
    """The period asked for; what had not come by `now` is no part of it."""
    end = min(until or now, now)
    span = Span(since if since is not None else end - MONTH, end)
    if span.since >= span.until:
        raise Refused("invalid", why="since: the period must begin before it ends, and before now")
    return span


async def metrics(world: World, actor: Actor, query: MetricQuery) -> MetricsView:
    """Every figure of every group, as they are or, with `as_of`, as they were."""
    city = world.city
    asked = [find(city, one) for one in query.metrics.split(",")] if query.metrics else in_force(city)
    point = await then(world, query.as_of) if query.as_of is not None else None
    at = point.at if point is not None else world.clock.now()
    span = span_of(at, query.since, query.until)
    tally = await _counted(world, asked, span, query.by, scope(actor), point)
    group = partial(_figures, city, asked, span, point)
    groups = [
        GroupView(key, _name(city, query.by, key), group(row, query.by, key))
        for key, row in sorted(tally.groups.items(), key=lambda one: (one[0] == "", one[0]))
    ]
    total = group(_sum(asked, list(tally.groups.values())), "all", "all")
    views = [_view(one) for one in asked]
    return MetricsView(
        tally.position, at, span.since, span.until, query.by, views, total, groups, tally.cases, tally.opened, point is not None
    )  # fmt: skip


async def _counted(world: World, asked: Sequence[Metric], span: Span, by: By, rows: Scope, point: Then | None) -> Tally:
    if point is not None:
        return await history_of(world).figures(asked, span, by, rows, point.position)
    if world.metrics is None:
        raise RuntimeError("this world was built without figures")
    return await world.metrics.figures(asked, span, by, rows)


def _sum(metrics: Sequence[Metric], rows: Sequence[Sequence[Count]]) -> list[Count]:
    """All groups together: a case counts in one group of a figure only."""
    columns = [[row[n] for row in rows] for n in range(len(metrics))]
    return [Count(sum(one.numerator for one in some), sum(one.denominator for one in some)) for some in columns]


def _figures(
    city: City, metrics: Sequence[Metric], span: Span, point: Then | None, row: Sequence[Count], by: By, key: str
) -> list[FigureView]:
    more = {_FILTERS[by]: key} if by in _FILTERS else {}
    if point is not None:
        more["as_of"] = str(point.position)
    return [_figure(city, one, count, span, more) for one, count in zip(metrics, row, strict=True)]


def _figure(city: City, metric: Metric, count: Count, span: Span, more: dict[str, str]) -> FigureView:
    above, below = count.numerator, count.denominator
    low, high = wilson(above, below)
    asked = {"metric": f"{metric.code}@{metric.version}", "since": _iso(span.since), "until": _iso(span.until), **more}
    return FigureView(
        metric.code, metric.version, above, below, above / below if below else None, low, high,
        below < city.gaming.few, urlencode(asked), urlencode(asked | {"side": "denominator"}),
    )  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _view(one: Metric) -> MetricView:
    return MetricView(
        one.code, one.version, one.name, Name(*RULES[one.period]), [Name(*SAID[word]) for word in one.of],
        [Name(*SAID[word]) for word in one.counts], one.better, one.source, one.standing,
    )  # fmt: skip


def _name(city: City, by: By, key: str) -> Name:
    if not key:
        return Name("（无）", "(none)")
    if by == "post":
        return city.word("role", key)
    if by in ("town", "grid"):
        return city.areas[key].name if key in city.areas else Name(key, key)
    if by == "unit":
        return city.units[key].name if key in city.units else Name(key, key)
    if by == "type":
        return city.types[key].name if key in city.types else Name(key, key)
    return city.boards[key].name if key in city.boards else Name(key, key)


async def gaming(world: World, actor: Actor, query: GamingQuery) -> GamingView:
    """The patterns at every unit, as they are or, with `as_of`, as they were. The counting runs in a thread: there may be
    many cases."""
    city, point = world.city, await then(world, query.as_of) if query.as_of is not None else None
    at = point.at if point is not None else world.clock.now()
    span = span_of(at, query.since, query.until)
    left = await _left_behind(world, span, scope(actor), point)
    traces = [one for one in left.traces if one.touches(span)]
    changes = [one for history in left.corrected for one in corrections(history) if span.holds(one.at)]
    found = await asyncio.to_thread(look, traces, changes, city)
    views = [_finding(city, one, point) for one in found]
    return GamingView(at, span.since, span.until, len(traces), city.gaming, views, point is not None)


async def _left_behind(world: World, span: Span, rows: Scope, point: Then | None) -> Left:
    if point is not None:
        return await history_of(world).left(span, rows, point.position)
    if world.metrics is None:
        raise RuntimeError("this world was built without figures")
    return await world.metrics.left(span, rows)


def _finding(city: City, one: Finding, point: Then | None) -> FindingView:
    moment = {"as_of": str(point.position)} if point is not None else {}
    rows = urlencode({"ids": ",".join(one.cases), **moment}, safe=",") if one.cases else ""
    return FindingView(
        one.pattern, one.unit, _name(city, "unit", one.unit), one.hits, one.of, one.low, one.high, one.score, one.p,
        one.flagged, rows,
    )  # fmt: skip
