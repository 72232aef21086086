"""What fills the data platform of a demonstration: invented files of the lake, given to the part that plays them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.access import Actor
from northbank.core.city import City
from northbank.core.dataset import Dataset, rules_of
from northbank.shell.lake.invented import invent, planted
from northbank.shell.lake.invented_cells import Scene
from northbank.shell.sources.data_days import STOCK_ROWS, tell_data
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


class Inventor:
    """Rows of one city's contracts. Each refers to keys of the first batch of what it names."""

    def __init__(self, city: City) -> None:
        box = city.places.outline.bounds
        towns = tuple(area.name.zh or area.name.en for area in city.areas.values() if area.level == "town")
        self._zone = ZoneInfo(city.timezone)
        self._rules = {code: rules_of(one, box) for code, one in city.datasets.items()}
        self._scene = Scene(city.district[:6] if city.district.isdigit() else NOWHERE, towns or ("-",), box)
        self._others = {
            code: (one, planted(one, self._rules[code], STOCK_ROWS).keys) for code, one in city.datasets.items()
        }

    async def __call__(self, dataset: Dataset, rows: int, seed: int, made: datetime, folder: Path) -> None:
        """One file, whose rows lead up to the moment it is made."""
        rules = self._rules[dataset.code]
        scene = msgspec.structs.replace(self._scene, until=made.astimezone(self._zone).replace(tzinfo=None))
        await invent(dataset, rules, scene, self._others, rows, folder, seed, memory=MEMORY, threads=1)
