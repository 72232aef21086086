"""Whom and what a case concerns: the businesses and places near its point, and how many people live there. Nothing is changed.

Personal cells are masked for everybody. Single persons are shown to posts that deal with people, for a purpose that goes on record.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from northbank.core.access import READS_PERSONS, Actor
from northbank.core.bases import Base, BaseKind, Golden
from northbank.core.case import Case
from northbank.core.dataset import Dataset
from northbank.core.name import Name
from northbank.core.reading import Reading, purpose_of
from northbank.core.showing import shown
from northbank.flows.act import visible
from northbank.flows.platform import Platform
from northbank.flows.standing_batches import batches_of
from northbank.ports.concerns import Found, Seen, Surroundings

ROWS = 20  # of each base
ADDRESSES = 200  # near a case, at which people are looked for
CELLS = 6  # of a row, besides its title
HIGHEST = "L4"  # the level of data whose single rows are never shown here


class ConcernsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """purpose: why single persons are looked at, one of the pack's codes; without one they are only counted."""

    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class ConcernCell(msgspec.Struct, frozen=True):
    """A cell of a row in words. masked: it says something of a person, so part of it is hidden."""

    code: str
    name: Name
    text: Name
    masked: bool


class ConcernRow(msgspec.Struct, frozen=True):
    """A business, place or person. meters: from the case, None where it was found by its address."""

    title: str
    meters: int | None
    cells: list[ConcernCell]


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """What one base has there. total: rows; addresses: at how many addresses people are, None where rows are found by their point.

    built: rows are those of the base; otherwise, while it was not built, of its most trusted data set. counted: rows are not shown, only counted.
    """

    base: str
    name: Name
    kind: BaseKind
    within: int
    total: int
    addresses: int | None
    built: bool
    counted: bool
    synthetic: bool
    rows: list[ConcernRow]


class Concerns(msgspec.Struct, frozen=True):
    """All of it. placed: the case has a point. may_read: whoever asked may look at single persons, if a purpose is named."""

    placed: bool
    may_read: bool
    found: list[Concern]


class Source(msgspec.Struct, frozen=True):
    """Where the rows of a base are now. columns: of each column of the base, the one there."""

    base: Base
    seen: Seen
    columns: dict[str, str]

    @property
    def secret(self) -> bool:
        """Whether single rows are never shown."""
        return HIGHEST in (self.base.dataset.level, self.seen.dataset.level)

    @property
    def built(self) -> bool:
        """Whether the base itself has rows."""
        return self.seen.dataset.code == self.base.code


async def see_concerns(platform: Platform, actor: Actor, case_id: str, query: ConcernsQuery) -> Concerns:
    """Refused: `not_found` as for the case itself, `unknown_purpose`, `lake_lost`."""
    case = await visible(platform.world, actor, case_id)
    may = actor.role in READS_PERSONS
    purpose = None if query.purpose is None else purpose_of(platform.world.city, query.purpose)
    around = platform.surroundings
    if case.spot is None or around is None:
        return Concerns(case.spot is not None, may, [])
    sources = [one for base in platform.world.city.bases.values() if (one := await _source(platform, base)) is not None]
    found: list[Concern] = []
    addresses: dict[str, None] = {}
    for source in sources:
        if source.seen.lon:
            concern, places = await _near(platform, around, source, case)
            found.append(concern)
            addresses |= dict.fromkeys(places)
    if not addresses:
        return Concerns(True, may, found)
    for source in sources:
        if source.base.kind == "population" and source.seen.address:
            found.append(
                await _people(platform, around, source, list(addresses), case, actor, purpose if may else None)
            )
    return Concerns(True, may, found)


async def _source(platform: Platform, base: Base) -> Source | None:
    """The base as it was built last; else its most trusted data set; None where neither has rows or nothing says where they are."""
    columns = {one.column.code: one.column.code for one in base.columns}
    dataset = base.dataset
    batches = await batches_of(platform, dataset)
    if not batches:
        dataset = platform.world.city.datasets[base.inputs[0]]
        columns = {one.column.code: one.of[dataset.code] for one in base.columns if dataset.code in one.of}
        batches = await batches_of(platform, dataset)
    lon, lat = (columns.get(one, "") for one in base.point) if base.point else ("", "")
    address = columns.get(base.address, "")
    if not batches or not ((lon and lat) or address):
        return None
    show = tuple(dict.fromkeys(columns.values()))
    seen = Seen(
        dataset=dataset, batches=batches, show=show, lon=lon if lat else "", lat=lat, address=address,
        gone=columns.get(base.gone, ""),
    )  # fmt: skip
    return Source(base, seen, columns)


async def _near(platform: Platform, around: Surroundings, source: Source, case: Case) -> tuple[Concern, list[str]]:
    """Rows near the case, and where they are: addresses of places, at which people may live."""
    assert case.spot is not None
    base, today = source.base, platform.world.clock.now().date()
    limit = ADDRESSES if base.kind == "places" else ROWS
    total, rows = await around.near(source.seen, (case.spot.lon, case.spot.lat), base.within, today, limit)
    places = [one.address for one in rows if one.address is not None] if base.kind == "places" else []
    counted = base.kind == "population" or source.secret
    return _concern(platform, source, total, None, [] if counted else rows[:ROWS], counted), places


async def _people(
    platform: Platform, around: Surroundings, source: Source, addresses: Sequence[str], case: Case, actor: Actor, purpose: str | None,
) -> Concern:  # fmt: skip
    """People at these addresses: how many; and with a purpose some of them, once the reading is on record."""
    world = platform.world
    limit = 0 if purpose is None or source.secret else ROWS
    total, homes, rows = await around.at(source.seen, addresses, world.clock.now().date(), limit)
    if purpose is not None and rows:
        reading = Reading(world.clock.now(), actor.login, purpose, "records", case.id)
        await world.vault.note([one.ref for one in rows], reading)
    return _concern(platform, source, total, homes, rows, not limit)


def _concern(
    platform: Platform, source: Source, total: int, addresses: int | None, rows: Sequence[Found], counted: bool
) -> Concern:
    base = source.base
    return Concern(
        base=base.code, name=base.name, kind=base.kind, within=base.within, total=total, addresses=addresses,
        built=source.built, counted=counted, synthetic=base.dataset.synthetic,
        rows=[_row(platform.world.city.datasets, source, one) for one in rows],
    )  # fmt: skip


def _row(datasets: Mapping[str, Dataset], source: Source, found: Found) -> ConcernRow:
    base = source.base
    cells: list[ConcernCell] = []
    title = ""
    for golden in base.columns:
        column = golden.column
        value = found.cells.get(source.columns.get(column.code, ""))
        if value is None or column.code in base.point:
            continue
        text = shown(column, value)
        text = f"{text} {column.unit}" if column.unit else text
        if column.code == base.title:
            title = text
        elif len(cells) < CELLS:
            codes = _codes(datasets, golden)
            said = Name(text, text) if column.personal else codes.get(text, Name(text, text))
            cells.append(ConcernCell(column.code, column.name, said, column.personal))
    return ConcernRow(title, None if found.meters is None else round(found.meters), cells)


def _codes(datasets: Mapping[str, Dataset], golden: Golden) -> Mapping[str, Name]:
    """What the codes of a column mean, by the first of its data sets that says so."""
    columns = (datasets[dataset].column(code) for dataset, code in golden.of.items())
    return next((one.codes for one in columns if one is not None and one.codes), {})
