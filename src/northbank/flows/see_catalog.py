"""The catalog of data sets: found by words, each with what its contract and its batches say, a sample, a profile. No row outside a sample."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.catalog import search
from northbank.core.dataset import Column, Cycle, Dataset, Sensitivity, Share
from northbank.core.name import Name
from northbank.core.profile import Profile
from northbank.core.refusal import Refused
from northbank.core.share_steps import usable
from northbank.core.shelf import Line, shelved
from northbank.flows.collect import dataset_of
from northbank.flows.list_datasets import shelf_of
from northbank.flows.platform import Platform, check_reader, owns
from northbank.flows.standing_batches import batches_of
from northbank.ports.sharing import Cell, GrantQuery, GrantScope

SAMPLE = 10  # rows
OPEN = frozenset({"L1", "L2"})


class CatalogQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the catalog. q: words in Chinese or English. mine: data sets that the own unit may read now."""

    q: Annotated[str, Meta(max_length=200)] = ""
    owner: Annotated[str, Meta(max_length=64)] | None = None
    share: Share | None = None
    level: Sensitivity | None = None
    mine: bool | None = None


class CatalogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One data set. rank: how well it answers the words. grants: of the own unit that run now. asked: of it, that wait.

    lineage: where its way from the source files is told. reads: the reader may ask for it.
    """

    code: str
    name: Name
    note: Name
    owner: str
    owner_name: Name
    source: str
    level: Sensitivity
    share: Share
    cycle: Cycle
    columns: int
    personal: bool
    rows: int | None
    score: float | None
    newest: datetime | None
    age: float | None
    late: bool
    synthetic: bool
    rank: float
    grants: list[str]
    asked: list[str]
    mine: bool
    lineage: str


class CatalogPage(msgspec.Struct, frozen=True):
    """The data sets that were found, the best first. at: of the moment ages are counted to."""

    at: datetime
    rows: list[CatalogEntry]


class SampleView(msgspec.Struct, frozen=True):
    """A few rows as texts. made_up: they were made from the contract alone, and are nobody's. synthetic: the data set is invented."""

    rows: list[Mapping[str, Cell]]
    made_up: bool
    synthetic: bool
    batch: int


async def see_catalog(platform: Platform, actor: Actor, query: CatalogQuery) -> CatalogPage:
    """What was found."""
    check_reader(actor)
    city, now = platform.world.city, platform.world.clock.now()
    lines = await shelf_of(platform).lines()
    running, waiting = await own_grants(platform, actor, now)
    rows = [
        _entry(platform, actor, one, rank, lines.get(one.code, ()), now, running, waiting)
        for one, rank in search(city, query.q)
        if query.owner in (None, one.owner) and query.share in (None, one.share) and query.level in (None, one.level)
    ]
    return CatalogPage(now, [one for one in rows if query.mine is None or query.mine == bool(one.grants)])


async def see_entry(platform: Platform, actor: Actor, code: str) -> CatalogEntry:
    """One of them. Refused: `no_dataset`."""
    check_reader(actor)
    dataset, now = dataset_of(platform.world, code), platform.world.clock.now()
    lines = await shelf_of(platform).lines()
    running, waiting = await own_grants(platform, actor, now)
    return _entry(platform, actor, dataset, 0.0, lines.get(code, ()), now, running, waiting)


Own = Mapping[str, list[str]]


async def own_grants(platform: Platform, actor: Actor, now: datetime) -> tuple[Own, Own]:
    """Of the own unit, by data set: grants that run, and requests that wait."""
    running: dict[str, list[str]] = {}
    waiting: dict[str, list[str]] = {}
    if actor.unit is None:
        return running, waiting
    query = GrantQuery(state="granted,checking,reviewing,confirming,disputed", applicant=actor.unit, limit=200)
    found, _ = await platform.sharing.grants.page(query, GrantScope(unit=actor.unit))
    for one in found:
        if one.state != "granted":
            waiting.setdefault(one.dataset, []).append(one.id)
        elif usable(one, actor, now):
            running.setdefault(one.dataset, []).append(one.id)
    return running, waiting


def _entry(
    platform: Platform, actor: Actor, dataset: Dataset, rank: float, lines: Sequence[Line], now: datetime, running: Own, waiting: Own
) -> CatalogEntry:  # fmt: skip
    owner = platform.world.city.units.get(dataset.owner)
    stands = shelved(dataset, lines, now)
    return CatalogEntry(
        code=dataset.code, name=dataset.name, note=dataset.note, owner=dataset.owner,
        owner_name=owner.name if owner is not None else Name(dataset.owner, dataset.owner), source=dataset.source,
        level=dataset.level, share=dataset.share, cycle=dataset.cycle, columns=len(dataset.columns),
        personal=any(one.personal for one in dataset.columns), rows=stands.rows, score=stands.score, newest=stands.newest,
        age=stands.age, late=stands.late, synthetic=dataset.synthetic, rank=rank, grants=running.get(dataset.code, []),
        asked=waiting.get(dataset.code, []), mine=owns(actor, dataset.owner),
        lineage=f"/api/v1/data/lineage?dataset={dataset.code}",
    )  # fmt: skip


async def see_sample(platform: Platform, actor: Actor, code: str) -> SampleView:
    """Rows of open data with personal columns masked; of other data rows made up from the contract. Refused: `no_dataset`."""
    check_reader(actor)
    dataset = dataset_of(platform.world, code)
    batches = await batches_of(platform, dataset)
    if dataset.share != "open" or dataset.level not in OPEN or not batches:
        return SampleView(made_up(dataset), True, dataset.synthetic, batches[-1].n if batches else 0)
    rows = await platform.sharing.answerer.sample(dataset, batches, SAMPLE)
    return SampleView(rows, False, dataset.synthetic, batches[-1].n)


async def see_profile(platform: Platform, actor: Actor, code: str) -> Profile:
    """What is told of its columns. Refused: `no_dataset`, `no_profile` before its first batch, or where nobody else may know."""
    check_reader(actor)
    dataset = dataset_of(platform.world, code)
    if dataset.share == "not_shared" and not owns(actor, dataset.owner):
        raise Refused("no_profile", dataset=code)
    batches = await batches_of(platform, dataset)
    if not batches:
        raise Refused("no_profile", dataset=code)
    return await platform.sharing.answerer.profile(dataset, batches, platform.world.city.sharing.few)


def made_up(dataset: Dataset) -> list[Mapping[str, Cell]]:
    """Rows that look like those of the contract and are nobody's."""
    return [{column.code: _invented(column, n) for column in dataset.columns} for n in range(1, 4)]


def _invented(column: Column, n: int) -> str:
    if column.codes:
        codes = list(column.codes)
        return codes[n % len(codes)]
    match column.kind:
        case "integer" | "number":
            least = column.least if column.least is not None else 0
            return f"{min(least + n, column.most if column.most is not None else least + n):g}"
        case "date":
            return f"2000-01-{n:02d}"
        case "time":
            return f"2000-01-{n:02d} 08:00:00"
        case "yes_no":
            return "true" if n % 2 else "false"
        case _:
            return "*" * 6 if column.personal else f"{column.code}-{n}"
