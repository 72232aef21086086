"""The TOML file of a data set's contract, as one struct. Only the shape lives here; the faults between files are in `datasets`."""

from typing import Annotated, Literal

from msgspec import Meta

from northbank.core.celltypes import Kind
from northbank.core.dataset import Cycle, Drift, Encoding, Format, Sensitivity, Share, Step
from northbank.core.name import Name
from northbank.pack.origin_spec import OriginToml, ScheduleToml, TicketToml
from northbank.pack.spec import Shape

ColumnCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Kept = Annotated[int, Meta(ge=0, le=20)]


class MaskToml(Shape, frozen=True, kw_only=True):
    """How a personal column is shown to others: characters kept at its beginning and at its end."""

    first: Kept = 0
    last: Kept = 0


class ColumnToml(Shape, frozen=True, kw_only=True):
    """A column. headers: what it may be called in a file besides its code; upper: small letters are read as capitals.

    split: what stands between several codes in one cell. written: how days or times stand in files, such as `%m/%d/%Y %I:%M %p`.
    """

    code: ColumnCode
    name: Name
    kind: Kind = "text"
    unit: str = ""
    headers: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()
    codes: dict[str, Name] = {}
    split: Annotated[str, Meta(max_length=3)] = ""
    written: Annotated[tuple[str, ...], Meta(max_length=8)] = ()
    required: bool = False
    personal: bool = False
    upper: bool = False
    least: float | None = None
    most: float | None = None
    mask: MaskToml | None = None


class CheckToml(Shape, frozen=True, kw_only=True):
    """A check by its name over columns; dataset, to: of the check `known`, the data set and the columns that are meant.

    keep: rows that fail are counted and stay good. step: of the check `steps`, how far apart its times stand; least, most: of the check `range`.
    """

    check: str
    columns: Annotated[tuple[ColumnCode, ...], Meta(min_length=1, max_length=8)]
    weight: Annotated[float, Meta(gt=0, le=100)] = 1.0
    dataset: str = ""
    to: tuple[ColumnCode, ...] = ()
    keep: bool = False
    least: float | None = None
    most: float | None = None
    step: Step | None = None


class DatasetToml(Shape, frozen=True, kw_only=True):
    """datasets/<code>.toml: the contract of a data set. each: a batch brings changes or the whole anew; drift: what becomes
    of a file whose columns differ; bad_share: most bad rows in a hundred; missing: marks that mean nothing; retention: days.
    sheet: of a workbook, the first one where it is not named; origin, schedule, ticket: where rows come from, when, and what
    becomes of a batch with bad ones."""

    name: Name
    owner: str
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    cycle: Cycle
    format: Format | None = None
    sheet: Annotated[str, Meta(max_length=31)] = ""
    encoding: Encoding = "auto"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    each: Literal["changes", "whole"] = "changes"
    drift: Drift = "refuse"
    bad_share: Annotated[float, Meta(ge=0, le=100)] = 5.0
    level: Sensitivity
    share: Share
    retention: Annotated[int, Meta(ge=1, le=36_600)]
    missing: tuple[str, ...] = ()
    columns: Annotated[tuple[ColumnToml, ...], Meta(min_length=1, max_length=500)]
    key: tuple[ColumnCode, ...] = ()
    checks: tuple[CheckToml, ...] = ()
    note: Name = Name()
    synthetic: bool = False
    origin: OriginToml | None = None
    schedule: ScheduleToml | None = None
    ticket: TicketToml | None = None
