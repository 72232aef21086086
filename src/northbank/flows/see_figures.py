"""Figures over governed tables and subject tables as people look at them: value, band, what it stands on, how old and how good that is."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.city import City
from northbank.core.dataset import HOURS, Column
from northbank.core.indicator import FigurePart, FigureState, Indicator, Prepared, state_of
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.subject import Level, Subject, columns_of, level_of
from northbank.flows.platform import check_reader
from northbank.flows.prepare_figures import Counting, datasets_of, prepared

FIRST = 12  # groups in a list of figures


class FigurePast(msgspec.Struct, frozen=True):
    """A figure as it was over earlier batches."""

    at: datetime
    value: float | None


class IndicatorView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure now, or as of a batch. rows: of the table; counted: of them, those it counts. standing: last batch of each data set.

    age: hours since the newest file it stands on was made; stale: nothing is said of it then. groups: names by the keys of `parts`.
    """

    indicator: Indicator
    value: float | None
    state: FigureState
    rows: int
    counted: int
    parts: list[FigurePart]
    groups: dict[str, Name]
    more: bool
    standing: dict[str, int]
    datasets: list[str]
    as_of: datetime | None
    age: float | None
    stale: bool
    stale_hours: float | None
    score: float | None
    trend: list[FigurePast]


class IndicatorList(msgspec.Struct, frozen=True):
    """Every figure, with its first groups."""

    indicators: list[IndicatorView]


class IndicatorQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """as_of: batch of the data set whose rows it has; None for now."""

    as_of: Annotated[int, Meta(ge=1)] | None = None


class SubjectView(msgspec.Struct, frozen=True):
    """A subject table: what it is made of, and its columns with the marks they have in their data sets."""

    subject: Subject
    level: Level
    columns: list[Column]
    datasets: dict[str, Name]
    indicators: list[str]


class SubjectList(msgspec.Struct, frozen=True):
    """Every subject table."""

    subjects: list[SubjectView]


async def indicators(platform: Counting, actor: Actor) -> IndicatorList:
    """Every figure now. Refused: `forbidden`."""
    check_reader(actor)
    found = [await figure(platform, one, None, FIRST) for one in platform.world.city.indicators.values()]
    return IndicatorList(found)


async def indicator(platform: Counting, actor: Actor, code: str, query: IndicatorQuery) -> IndicatorView:
    """One figure with all its groups. Refused: `forbidden`, `not_found`, `lake_lost`."""
    check_reader(actor)
    one = platform.world.city.indicators.get(code)
    if one is None:
        raise Refused("not_found", what="indicator")
    return await figure(platform, one, query.as_of, None)


async def figure(platform: Counting, one: Indicator, as_of: int | None, first: int | None) -> IndicatorView:
    """A figure with what is said of it."""
    city = platform.world.city
    try:
        found = await prepared(platform, one, as_of)
    except Refused:
        if first is None:
            raise
        found = None  # in a list: unknown, never an error for the others
    history = await platform.figures.history(one.code, one.version) if found else []
    limit = stale_hours(city, one)
    age = (platform.world.clock.now() - found.as_of).total_seconds() / 3600 if found else None
    stale = age is not None and limit is not None and age > limit and as_of is None
    return _view(city, one, found, history, first, age, stale, limit)


def _view(
    city: City, one: Indicator, found: Prepared | None, history: list[Prepared], first: int | None, age: float | None, stale: bool,
    limit: float | None,
) -> IndicatorView:  # fmt: skip
    measured = found.measured if found else None
    value = measured.value if measured else None
    parts = list(measured.parts[:first]) if measured else []
    trend = [
        FigurePast(each.as_of, each.measured.value) for each in history if found is None or each.as_of <= found.as_of
    ]
    return IndicatorView(
        indicator=one, value=value, state=state_of(one, value, stale or found is None),
        rows=measured.rows if measured else 0, counted=measured.counted if measured else 0, parts=parts,
        groups=_names(city, one, parts), more=bool(measured and (measured.cut or len(parts) < len(measured.parts))),
        standing=found.standing if found else {}, datasets=list(datasets_of(city, one)), as_of=found.as_of if found else None, age=age,
        stale=stale, stale_hours=limit, score=found.score if found else None, trend=trend[-48:],
    )  # fmt: skip


def _names(city: City, one: Indicator, parts: list[FigurePart]) -> dict[str, Name]:
    """What the keys of groups stand for: areas, or the codes of a column."""
    if one.group is None or one.group.per:
        return {}
    subject = city.subjects.get(one.of)
    columns = columns_of(subject, city.datasets) if subject else city.datasets[one.of].columns
    codes = next((column.codes for column in columns if column.code == one.group.column), {})
    named = {code: area.name for part in parts if (area := city.areas.get(code := part.key))}
    return {**named, **{part.key: codes[part.key] for part in parts if part.key in codes}}


def stale_hours(city: City, one: Indicator) -> float | None:
    """Hours after which nothing is said of a figure: its own, or twice the slowest cycle of what it stands on. None: never."""
    if one.stale_hours:
        return one.stale_hours
    cycles = [HOURS[cycle] for code in datasets_of(city, one) if (cycle := city.datasets[code].cycle) in HOURS]
    return 2.0 * max(cycles) if cycles else None


def subjects(platform: Counting, actor: Actor) -> SubjectList:
    """Every subject table. Refused: `forbidden`."""
    check_reader(actor)
    city = platform.world.city
    return SubjectList([
        SubjectView(
            one, level_of(one, city.datasets), list(columns_of(one, city.datasets)),
            {code: city.datasets[code].name for code in one.datasets},
            [figure.code for figure in city.indicators.values() if figure.of == one.code],
        )
        for one in city.subjects.values()
    ])  # fmt: skip
