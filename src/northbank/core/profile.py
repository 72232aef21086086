"""What is told of the columns of a data set without its rows: filled share, distinct values, ends, frequent values.

Of a personal column only how full it is and about how many values it has; values that few rows have are never told.
"""

import msgspec

from northbank.core.name import Name


class Frequent(msgspec.Struct, frozen=True):
    """A value that many rows have."""

    value: str
    rows: int
    name: Name | None = None


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column. filled: share of rows with a value, 0 to 1. distinct: about how many values. least, most: as text; None where
    they are not told."""

    code: str
    filled: float
    distinct: int
    least: str | None = None
    most: str | None = None
    frequent: tuple[Frequent, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A data set as of its batches. few: values of fewer rows are left out."""

    dataset: str
    batch: int
    rows: int
    few: int
    columns: tuple[ColumnProfile, ...]
