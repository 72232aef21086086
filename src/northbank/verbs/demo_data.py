"""What fills the data platform of a demonstration: invented files of the lake, given to the part that plays them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor
from northbank.core.city import Area, City
from northbank.core.dataset import rules_of
from northbank.shell.lake.invented import invent, planted
from northbank.shell.lake.invented_cells import Scene, Spot
from northbank.shell.sources.data_days import CALM, SEED, STOCK_ROWS, Planned, tell_data
from northbank.shell.sources.data_requests import ask_for_data
from northbank.wiring import Center

MEMORY = "256MB"
NOWHERE = "110101"  # the division of identity numbers where a pack names none of six digits


async def play_data(center: Center, people: Sequence[Actor], begin: asyncio.Event) -> None:
    """Once the district plays, its data come in too, until cancelled."""
    if not center.city.datasets or center.city.places.empty:
        return
    center.gathered.clear()
    await begin.wait()
    inbox = center.settings.data / "inbox"
    filling = asyncio.create_task(tell_data(center.platform, Inventor(center.city), inbox, center.gathered.set))
    try:
        await ask_for_data(center.platform, people)
        await filling
    finally:
        filling.cancel()


BUILDINGS = 150  # of invented homes and businesses: few, so that a case at one of them concerns somebody


def doors(city: City) -> list[Area]:
    """The grids in whose middle a building of invented homes and businesses stands: those where most people live."""
    grids = [one for one in city.areas.values() if one.level == "grid" and one.valid_to is None]
    return sorted(grids, key=lambda one: (-(one.population or 0), one.code))[:BUILDINGS]


class Inventor:
    """Rows of one city's contracts. Each refers to keys of the first batch of what it names."""

    def __init__(self, city: City) -> None:
        box = city.places.outline.bounds
        towns = tuple(area.name.zh or area.name.en for area in city.areas.values() if area.level == "town")
        self._zone = ZoneInfo(city.timezone)
        self._rules = {code: rules_of(one, box) for code, one in city.datasets.items()}
        spots = tuple(_spot(city, one) for one in doors(city))
        gone = frozenset(
            (dataset, code)
            for base in city.bases.values()
            for golden in base.columns
            if golden.column.code == base.gone
            for dataset, code in golden.of.items()
        )
        division = city.district[:6] if city.district.isdigit() else NOWHERE
        self._scene = Scene(division, towns or ("-",), box, spots=spots, gone=gone)
        self._others = {
            code: (one, planted(one, self._rules[code], STOCK_ROWS, CALM).keys) for code, one in city.datasets.items()
        }

    async def __call__(self, one: Planned, folder: Path) -> None:
        """One file, whose rows lead up to the moment it is made."""
        scene = msgspec.structs.replace(self._scene, until=one.made.astimezone(self._zone).replace(tzinfo=None))
        await invent(
            one.dataset, self._rules[one.dataset.code], scene, self._others, one.rows, folder, SEED + one.n,
            memory=MEMORY, threads=1, period=one.period, first=one.n - 1,
        )  # fmt: skip


def _spot(city: City, grid: Area) -> Spot:
    lon, lat = city.places.center(grid.code)
    town = city.areas[city.above(grid.code, "town") or grid.code]
    return Spot(lon, lat, town.name.zh or town.name.en, grid.parent or grid.code)
