"""The inventory as people look through it: businesses with what they need, items, systems, the ledger, and what is missing.

Nothing is changed; everything comes from the pack that is in force.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from northbank.core.access import Actor
from northbank.core.city import City
from northbank.core.coverage import Coverage, Gap, GapCount, GapKind, coverage
from northbank.core.inventory import (
    Business,
    BusinessLevel,
    DigitalStatus,
    Item,
    Kpi,
    OneThing,
    Resource,
    System,
)
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.flows.platform import check_reader

Limit = Annotated[int, Meta(ge=1, le=500)]
Search = Annotated[str, Meta(max_length=100)]
Kind = Literal["application", "dataset", "component", "sensor", "cloud"]
T = TypeVar("T")


class InventoryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which businesses. text: in code, names, basis, outputs. department: leads or cooperates. item, system: that need it. after: a code."""

    text: Search = ""
    department: str | None = None
    board: str | None = None
    runway: str | None = None
    level: BusinessLevel | None = None
    status: DigitalStatus | None = None
    item: str | None = None
    system: str | None = None
    one_thing: str | None = None
    after: str | None = None
    limit: Limit = 50


class BusinessPage(msgspec.Struct, frozen=True):
    """One page. total: that fit. by_*: how they divide, by code. next: `after` of the next page."""

    total: int
    by_department: dict[str, int]
    by_board: dict[str, int]
    by_status: dict[str, int]
    businesses: list[Business]
    next: str | None


class MappedItem(msgspec.Struct, frozen=True):
    """A data item of a business. dataset_name, column_name: of what carries it, where something does."""

    item: Item
    dataset_name: Name | None
    column_name: Name | None


class BusinessView(msgspec.Struct, frozen=True):
    """One business with everything that its codes stand for."""

    business: Business
    department: Name
    partners: list[Name]
    board: Name
    runway: Name
    items: list[MappedItem]
    systems: list[System]
    kpis: list[Kpi]
    one_things: list[OneThing]


class ItemQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which data items. carried: only those that a data set carries, or only the others."""

    text: Search = ""
    owner: str | None = None
    dataset: str | None = None
    carried: bool | None = None
    after: str | None = None
    limit: Limit = 100


class ItemRow(msgspec.Struct, frozen=True):
    """A data item and how many businesses need it."""

    item: Item
    businesses: int


class ItemPage(msgspec.Struct, frozen=True):
    """One page of them."""

    total: int
    items: list[ItemRow]
    next: str | None


class SystemRow(msgspec.Struct, frozen=True):
    """A system, how many businesses run on it and how many data items it keeps."""

    system: System
    businesses: int
    items: int


class SystemList(msgspec.Struct, frozen=True):
    """Every system."""

    systems: list[SystemRow]


class LedgerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the ledger; all of it without a kind."""

    kind: Kind | None = None
    owner: str | None = None
    text: Search = ""


class LedgerRow(msgspec.Struct, frozen=True):
    """A resource: of the pack's ledger, or a data set."""

    kind: Kind
    code: str
    name: Name
    owner: str
    stage: str
    count: int
    unit: str
    note: Name
    synthetic: bool


class LedgerView(msgspec.Struct, frozen=True):
    """by_kind, by_stage: how many rows of each there are in all (of applications, by where they come from)."""

    by_kind: dict[str, int]
    by_stage: dict[str, int]
    rows: list[LedgerRow]


class CoverageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which gaps to list behind the counts; kind and owner narrow them, `limit` cuts the list."""

    kind: GapKind | None = None
    owner: str | None = None
    limit: Annotated[int, Meta(ge=0, le=5000)] = 200


class CoverageView(msgspec.Struct, frozen=True):
    """The report of what is missing. total: gaps that fit; listed: the first of them. owners: names of the departments in it."""

    counts: list[GapCount]
    total: int
    listed: list[Gap]
    owners: dict[str, Name]


def businesses(city: City, actor: Actor, query: InventoryQuery) -> BusinessPage:
    """One page of businesses, by code. Refused: `forbidden`."""
    check_reader(actor)
    found = [one for one in city.inventory.businesses.values() if _fits(one, query)]
    page, following = _page(found, query.after, query.limit)
    return BusinessPage(
        len(found), _tally(one.lead for one in found), _tally(one.board for one in found),
        _tally(one.status for one in found), page, following,
    )  # fmt: skip


def business(city: City, actor: Actor, code: str) -> BusinessView:
    """One business. Refused: `forbidden`, `not_found`."""
    check_reader(actor)
    all_ = city.inventory
    one = all_.businesses.get(code)
    if one is None:
        raise Refused("not_found", what="business")
    return BusinessView(
        one, unit_name(city, one.lead), [unit_name(city, unit) for unit in one.partners], city.boards[one.board].name,
        all_.runways[one.runway].name if one.runway else Name(), [_mapped(city, all_.items[item]) for item in one.inputs],
        [all_.systems[code] for code in one.systems], [all_.kpis[code] for code in one.kpis],
        [all_.one_things[code] for code in one.one_things],
    )  # fmt: skip


def items(city: City, actor: Actor, query: ItemQuery) -> ItemPage:
    """One page of data items, by code. Refused: `forbidden`."""
    check_reader(actor)
    found = [
        one
        for one in city.inventory.items.values()
        if _says(query.text, one.code, one.name)
        and query.owner in (None, one.owner)
        and query.dataset in (None, one.dataset)
        and query.carried in (None, bool(one.dataset))
    ]
    page, following = _page(found, query.after, query.limit)
    used = _tally(item for one in city.inventory.businesses.values() for item in one.inputs)
    return ItemPage(len(found), [ItemRow(one, used.get(one.code, 0)) for one in page], following)


def systems(city: City, actor: Actor) -> SystemList:
    """Every system. Refused: `forbidden`."""
    check_reader(actor)
    all_ = city.inventory
    runs = _tally(code for one in all_.businesses.values() for code in one.systems)
    keeps = _tally(code for one in all_.items.values() for code in one.systems)
    return SystemList([SystemRow(one, runs.get(one.code, 0), keeps.get(one.code, 0)) for one in all_.systems.values()])


def ledger(city: City, actor: Actor, query: LedgerQuery) -> LedgerView:
    """The ledger of resources, data sets among them. Refused: `forbidden`."""
    check_reader(actor)
    every = [*map(_resource, city.inventory.ledger.values()), *_datasets(city)]
    fit = [
        one
        for one in every
        if query.kind in (None, one.kind) and query.owner in (None, one.owner) and _says(query.text, one.code, one.name, one.note)
    ]  # fmt: skip
    stages = _tally(one.stage for one in every if one.kind == "application")
    return LedgerView(_tally(one.kind for one in every), stages, fit)


def covered(city: City, actor: Actor, query: CoverageQuery) -> CoverageView:
    """What is missing. Refused: `forbidden`."""
    check_reader(actor)
    report = report_of(city)
    fit = [
        gap
        for gap in report.gaps
        if query.kind in (None, gap.kind) and (query.owner is None or gap.owner == query.owner)
    ]
    owners = {gap.owner for gap in report.gaps if gap.owner}
    return CoverageView(
        report.counts, len(fit), fit[: query.limit], {code: unit_name(city, code) for code in sorted(owners)}
    )


def report_of(city: City) -> Coverage:
    """The coverage report of a city, made once."""
    return city.memo("coverage", lambda: coverage(city.inventory, city.datasets, city.indicators))


def unit_name(city: City, code: str) -> Name:
    """The name of a unit, or its code."""
    return city.units[code].name if code in city.units else Name(code, code)


def _fits(one: Business, query: InventoryQuery) -> bool:
    asked = (
        (query.board, (one.board,)), (query.runway, (one.runway,)), (query.level, (one.level,)), (query.status, (one.status,)),
        (query.department, (one.lead, *one.partners)), (query.item, one.inputs), (query.system, one.systems),
        (query.one_thing, one.one_things),
    )  # fmt: skip
    return _says(query.text, one.code, one.name, one.basis, one.outputs) and all(
        want is None or want in there for want, there in asked
    )


def _says(text: str, code: str, *names: Name) -> bool:
    """Whether every word of the text stands in the code or a name, capitals or not."""
    there = " ".join((code, *(f"{name.zh} {name.en}" for name in names))).casefold()
    return all(word in there for word in text.casefold().split())


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _page(found: Sequence[T], after: str | None, limit: int) -> tuple[list[T], str | None]:
    """Those after a code, in order of their codes, and where the next page begins."""
    ordered = sorted(found, key=_code)
    rest = [one for one in ordered if after is None or _code(one) > after]
    return rest[:limit], _code(rest[limit - 1]) if len(rest) > limit else None


def _code(one: object) -> str:
    return str(getattr(one, "code", ""))


def _mapped(city: City, item: Item) -> MappedItem:
    dataset = city.datasets.get(item.dataset)
    column = dataset.column(item.column) if dataset else None
    return MappedItem(item, dataset.name if dataset else None, column.name if column else None)


def _resource(one: Resource) -> LedgerRow:
    return LedgerRow(one.kind, one.code, one.name, one.owner, one.stage, one.count, one.unit, one.note, one.synthetic)


def _datasets(city: City) -> list[LedgerRow]:
    return [
        LedgerRow("dataset", code, one.name, one.owner, one.cycle, len(one.columns), "columns", one.note, one.synthetic)
        for code, one in city.datasets.items()
    ]
