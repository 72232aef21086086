"""Base databases: which data sets and which links they are made of, and how a golden record is put together. Rows are never here.

A base is a data set like any other once it is built: it has a contract, batches and statements.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from northbank.core.dataset import Collected, Column, Dataset
from northbank.core.name import Name
from northbank.core.schedule import Schedule
from northbank.core.survive import Survives

BaseKind = Literal["population", "legal_persons", "places", "geospatial", "economy", "certificates"]
ENTITY = "entity"  # the key of every base: the lasting id of a person, legal person or place


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a base. of: which column of each data set. rule: which cell stays where records differ."""

    column: Column
    of: Mapping[str, str]
    rule: Survives = "trusted"


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """One base database. link: the model whose groups are its entities; "": each row of its one data set is an entity.

    inputs: data sets, the most trusted first. dataset: its contract. point, address, title: columns that say where and what it is, "" or
    empty where none does. gone: the column with the day from which on it is no more. within: meters from a case up to which it is shown there.
    schedule, pause: when it is built by itself, as of a link model.
    """

    code: str
    name: Name
    version: str
    kind: BaseKind
    link: str
    inputs: tuple[str, ...]
    columns: tuple[Golden, ...]
    dataset: Dataset
    point: tuple[str, ...] = ()
    address: str = ""
    title: str = ""
    gone: str = ""
    within: int = 50
    schedule: Schedule | None = None
    pause: int = 0


class Built(Collected, frozen=True, kw_only=True, tag="built"):
    """A version of a base database: a batch that was made of others. inputs: newest batch of each data set; run: of the links, 0 without."""

    inputs: dict[str, int]
    run: int
