"""Subject databases (主题库): several data sets joined on keys into one governed table by a name. Nothing is read here.

A subject table has columns as a data set has, with the personal marks and masks of the columns they come from.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from northbank.core.dataset import Column, Dataset
from northbank.core.name import Name


class Picked(msgspec.Struct, frozen=True):
    """A column of a subject table: its code there, and the data set and column it comes from. name: empty for that column's own."""

    code: str
    dataset: str
    column: str
    name: Name = Name()


class Join(msgspec.Struct, frozen=True):
    """A data set that is joined: `on` pairs columns of those before (`dataset.column`) with its own. keep: rows without a match stay."""

    dataset: str
    on: tuple[tuple[str, str], ...]
    keep: bool = True


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A subject table. version: digest of its file. first: the data set whose rows it has."""

    code: str
    version: str
    name: Name
    owner: str
    first: str
    joins: tuple[Join, ...] = ()
    columns: tuple[Picked, ...]
    note: Name = Name()
    synthetic: bool = False

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets it stands on."""
        return (self.first, *(one.dataset for one in self.joins))


def columns_of(subject: Subject, datasets: Mapping[str, Dataset]) -> tuple[Column, ...]:
    """The columns of a subject table, as those they come from."""
    found = []
    for one in subject.columns:
        column = datasets[one.dataset].column(one.column)
        assert column is not None  # the pack was checked
        name = one.name if one.name.zh or one.name.en else column.name
        found.append(msgspec.structs.replace(column, code=one.code, name=name, required=False))
    return tuple(found)


Level = Literal["L1", "L2", "L3", "L4"]


def level_of(subject: Subject, datasets: Mapping[str, Dataset]) -> Level:
    """The highest level of what it stands on."""
    return max(datasets[code].level for code in subject.datasets)
