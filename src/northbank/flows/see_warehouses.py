"""The warehouses of the data platform and what lies in them: a department's holds its data sets, the district's its base databases and subject tables.

Made of contracts and lines of batches; no row is read. What the reader may do with each is said, not done, here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.access import Actor
from northbank.core.dataset import Dataset, Sensitivity
from northbank.core.name import Name
from northbank.core.quality import weighed
from northbank.core.shelf import Line, Shelved, shelved
from northbank.core.subject import Subject, level_of
from northbank.flows.list_datasets import shelf_of
from northbank.flows.platform import Platform, check_reader, owns
from northbank.flows.see_catalog import own_grants
from northbank.flows.see_inventory import unit_name

Holds = Literal["dataset", "base", "subject"]
Reach = Literal["owns", "granted", "open", "ask", "closed"]
NARROW: Sequence[Reach] = ("closed", "ask", "open", "granted", "owns")


class StoredTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a warehouse. rows: good ones it stands on; of a subject table those of its first data set. batches: told of, or versions of a base.

    newest, score, late: of a subject table those of the data set that is worst off. reach: the reader answers for it, has a grant, finds it shared
    with all, may ask for it, or may not; of a subject table the narrowest of its data sets.
    """

    code: str
    name: Name
    holds: Holds
    owner: str
    owner_name: Name
    level: Sensitivity
    rows: int
    batches: int
    newest: datetime | None
    late: bool
    score: float | None
    reach: Reach
    synthetic: bool


class Warehouse(msgspec.Struct, frozen=True, kw_only=True):
    """One warehouse. unit: whose it is, "" for the district's. rows, batches: without subject tables, which have none of their own.

    newest: of all its tables. late: how many are. score: percent, weighed by rows. mine: how many the reader may read without asking.
    """

    unit: str
    name: Name
    rows: int
    batches: int
    newest: datetime | None
    late: int
    score: float | None
    mine: int
    tables: list[StoredTable]


class WarehouseList(msgspec.Struct, frozen=True):
    """The district's first, then one for each department that answers for a data set."""

    at: datetime
    warehouses: list[Warehouse]


async def see_warehouses(platform: Platform, actor: Actor) -> WarehouseList:
    """All of them. Refused: `forbidden`."""
    check_reader(actor)
    city, now = platform.world.city, platform.world.clock.now()
    lines = await shelf_of(platform).lines()
    running, _ = await own_grants(platform, actor, now)
    tables = {
        one.code: _stored(platform, actor, one, lines.get(one.code, ()), now, running) for one in city.datasets.values()
    }
    departments: dict[str, list[StoredTable]] = {}
    for one in tables.values():
        if one.holds == "dataset":
            departments.setdefault(one.owner, []).append(one)
    district = [one for one in tables.values() if one.holds == "base"]
    district += [_subject(platform, one, [tables[code] for code in one.datasets]) for one in city.subjects.values()]
    found = [_warehouse(unit, unit_name(city, unit), several) for unit, several in sorted(departments.items())]
    return WarehouseList(now, [_warehouse("", city.name, district), *found])


def _stored(
    platform: Platform, actor: Actor, dataset: Dataset, lines: Sequence[Line], now: datetime, running: Mapping[str, list[str]]
) -> StoredTable:  # fmt: skip
    stands: Shelved = shelved(dataset, lines, now)
    return StoredTable(
        code=dataset.code, name=dataset.name, holds="base" if dataset.made == "base" else "dataset", owner=dataset.owner,
        owner_name=unit_name(platform.world.city, dataset.owner), level=dataset.level, rows=stands.rows, batches=stands.batches,
        newest=stands.newest, late=stands.late, score=stands.score, reach=_reach(actor, dataset, running),
        synthetic=dataset.synthetic,
    )  # fmt: skip


def _reach(actor: Actor, dataset: Dataset, running: Mapping[str, list[str]]) -> Reach:
    if owns(actor, dataset.owner):
        return "owns"
    if running.get(dataset.code):
        return "granted"
    shares: Mapping[str, Reach] = {"open": "open", "conditional": "ask", "not_shared": "closed"}
    return shares[dataset.share]


def _subject(platform: Platform, subject: Subject, of: Sequence[StoredTable]) -> StoredTable:
    city = platform.world.city
    newest = [one.newest for one in of if one.newest is not None]
    scores = [one.score for one in of if one.score is not None]
    return StoredTable(
        code=subject.code, name=subject.name, holds="subject", owner=subject.owner, owner_name=unit_name(city, subject.owner),
        level=level_of(subject, city.datasets), rows=of[0].rows, batches=0, newest=min(newest, default=None),
        late=any(one.late for one in of), score=min(scores, default=None),
        reach=min((one.reach for one in of), key=NARROW.index), synthetic=subject.synthetic,
    )  # fmt: skip


def _warehouse(unit: str, name: Name, tables: list[StoredTable]) -> Warehouse:
    own = [one for one in tables if one.holds != "subject"]
    return Warehouse(
        unit=unit, name=name, rows=sum(one.rows for one in own), batches=sum(one.batches for one in own),
        newest=max((one.newest for one in tables if one.newest is not None), default=None),
        late=sum(one.late for one in tables), score=weighed([(one.score, one.rows) for one in own]),
        mine=sum(one.reach in ("owns", "granted", "open") for one in tables), tables=tables,
    )  # fmt: skip
