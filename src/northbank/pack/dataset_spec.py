"""The TOML file of a data set's contract, as one struct. Only the shape lives here; the faults between files are in `datasets`."""

from typing import Annotated, Literal

from msgspec import Meta

from northbank.core.celltypes import Kind
from northbank.core.dataset import Cycle, Drift, Encoding, Format, Sensitivity, Share
from northbank.core.name import Name
from northbank.pack.spec import Shape

ColumnCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Kept = Annotated[int, Meta(ge=0, le=20)]


class MaskToml(Shape, frozen=True, kw_only=True):
    """How a personal column is shown to others: characters kept at its beginning and at its end."""

    first: Kept = 0
    last: Kept = 0


class ColumnToml(Shape, frozen=True, kw_only=True):
    """A column. headers: what it may be called in a file besides its code; upper: small letters are read as capitals."""

    code: ColumnCode
    name: Name
    kind: Kind = "text"
    unit: str = ""
    headers: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()
    codes: dict[str, Name] = {}
    required: bool = False
    personal: bool = False
    upper: bool = False
    least: float | None = None
    most: float | None = None
    mask: MaskToml | None = None


class CheckToml(Shape, frozen=True, kw_only=True):
    """A check by its name over columns; dataset, to: of the check `known`, the data set and the columns that are meant."""

    check: str
    columns: Annotated[tuple[ColumnCode, ...], Meta(min_length=1, max_length=8)]
    weight: Annotated[float, Meta(gt=0, le=100)] = 1.0
    dataset: str = ""
    to: tuple[ColumnCode, ...] = ()


class DatasetToml(Shape, frozen=True, kw_only=True):
    """datasets/<code>.toml: the contract of a data set. each: a batch brings changes or the whole anew; drift: what becomes
    of a file whose columns differ; bad_share: most bad rows in a hundred; missing: marks that mean nothing; retention: days."""

    name: Name
    owner: str
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    cycle: Cycle
    format: Format = "csv"
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
