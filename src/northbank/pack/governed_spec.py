"""The TOML files over governed tables: figures, subject tables, vital signs. Only shapes live here; faults are in `governed`."""

from typing import Annotated, Literal

from msgspec import Meta

from northbank.core.city import Level
from northbank.core.indicator import Grain, Measure
from northbank.core.name import Name
from northbank.pack.dataset_spec import ColumnCode
from northbank.pack.rows import Code, Standing
from northbank.pack.spec import Shape

Span = Annotated[str, Meta(pattern=r"^\d{1,5}[hd]$")]
Band = tuple[float, float]
Hours = Annotated[float, Meta(ge=0, le=1_000_000)]
Bare = str | bool | int | float


class WhereToml(Shape, frozen=True, kw_only=True):
    """What a cell must be: exactly one of cell, equal, one_of, at_least, at_most, within, ahead.

    within: not longer ago than `36h` or `30d`, counted from the newest file; ahead: not further off. or_empty: an empty cell will do.
    """

    column: ColumnCode
    cell: Literal["empty", "there"] | None = None
    equal: Bare | None = None
    one_of: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None
    at_least: Bare | None = None
    at_most: Bare | None = None
    within: Span | None = None
    ahead: Span | None = None
    or_empty: bool = False


class ByToml(Shape, frozen=True, kw_only=True):
    """What a figure is divided by. per: of a day or time; level: the area of that level above the code in the column."""

    column: ColumnCode
    per: Grain = ""
    level: Level | None = None


class IndicatorToml(Shape, frozen=True, kw_only=True):
    """indicators/<code>.toml: a figure over a data set or a subject table (`of`). column: what is added up or averaged; among: of
    `share`, what the counted rows must be besides; normal: least and most; stale_hours: 0 for twice the cycle of the data."""

    name: Name
    unit: str = ""
    owner: str = ""
    board: str = ""
    better: Literal["more", "less", "band"] = "more"
    target: float | None = None
    normal: Band | None = None
    stale_hours: Hours = 0
    digits: Annotated[int, Meta(ge=0, le=6)] = 0
    of: Code
    measure: Measure = "count"
    column: str = ""
    where: tuple[WhereToml, ...] = ()
    among: tuple[WhereToml, ...] = ()
    by: ByToml | None = None
    source: Annotated[str, Meta(max_length=200)] = ""
    note: Name = Name()
    standing: Standing = "U"
    synthetic: bool = False


class PickedToml(Shape, frozen=True, kw_only=True):
    """A column of a subject table and where it comes from, `dataset.column`."""

    code: ColumnCode
    of: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
    name: Name = Name()


class JoinToml(Shape, frozen=True, kw_only=True):
    """A data set that is joined. on: pairs of `dataset.column` of those before and its own column; keep: rows without a match stay."""

    dataset: Code
    on: Annotated[dict[str, ColumnCode], Meta(min_length=1)]
    keep: bool = True


class SubjectToml(Shape, frozen=True, kw_only=True):
    """subjects/<code>.toml: a subject table: data sets joined on keys into one governed table by the name of the file."""

    name: Name
    owner: str
    first: Code
    joins: tuple[JoinToml, ...] = ()
    columns: Annotated[tuple[PickedToml, ...], Meta(min_length=1, max_length=500)]
    note: Name = Name()
    synthetic: bool = False


class VitalSignToml(Shape, frozen=True, kw_only=True):
    """vital_signs/<code>.toml: a vital sign read from a figure (`indicator`). levels: where blue, yellow, orange, red begin; above:
    reached by rising; hysteresis: how far it must come back; hold: minutes it must last; stale_hours: then it is unknown."""

    name: Name
    board: Code
    runway: str = ""
    object: Name = Name()
    unit: str = ""
    indicator: Code
    owner: str
    period_minutes: Annotated[int, Meta(ge=1, le=1_000_000)] = 60
    normal: Band
    levels: Annotated[tuple[float, ...], Meta(max_length=4)] = ()
    above: bool = True
    hysteresis: Annotated[float, Meta(ge=0)] = 0
    hold: Annotated[int, Meta(ge=0, le=100_000)] = 0
    stale_hours: Annotated[float, Meta(gt=0, le=1_000_000)]
    plan: str = ""
    digits: Annotated[int, Meta(ge=0, le=6)] = 0
    note: Name = Name()
    standing: Standing = "U"
    synthetic: bool = False
