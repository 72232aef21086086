"""What a case needs to show whom and what it concerns: rows of the lake near a point or at an address. No implementation lives here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import msgspec

from northbank.core.dataset import Collected, Dataset


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to look at, as they are now: which columns say where they are, "" where none does. show: columns to bring.

    gone: the column with the day from which on a row is no more. Columns are those of `dataset`.
    """

    dataset: Dataset
    batches: Sequence[Collected]
    show: Sequence[str]
    lon: str = ""
    lat: str = ""
    address: str = ""
    gone: str = ""


class Found(msgspec.Struct, frozen=True):
    """A row. ref: keyed digest of its key. meters: from the point, None where it was found by its address. address: cleaned."""

    ref: str
    meters: float | None
    address: str | None
    cells: Mapping[str, object]


class Surroundings(Protocol):
    """Rows of the lake by place. One query each."""

    async def near(
        self, seen: Seen, point: tuple[float, float], within: float, today: date, limit: int
    ) -> tuple[int, list[Found]]:
        """How many rows lie within so many meters of a point (longitude, latitude), and the nearest. Refused: `lake_lost`."""

    async def at(self, seen: Seen, addresses: Sequence[str], today: date, limit: int) -> tuple[int, int, list[Found]]:
        """Of rows at cleaned addresses: how many there are, at how many of them, and some. Refused: `lake_lost`."""
