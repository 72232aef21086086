"""What lists of data sets and looks into quarantine need from the world. No implementation lives here."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from northbank.core.dataset import AnyStatement, Dataset
from northbank.core.quarantine import BadRow
from northbank.core.shelf import Line

Cells = Mapping[str, str | None]


class Shelf(Protocol):
    """Every batch of every data set, in short."""

    async def lines(self) -> Mapping[str, Sequence[Line]]:
        """By data set, the oldest first; asked all at once, however many data sets there are."""


class Quarantine(Protocol):
    """Bad rows of a batch."""

    async def bad(
        self, dataset: Dataset, batch: AnyStatement, fault: str | None, skip: int, limit: int
    ) -> tuple[int, list[tuple[BadRow, Cells]]]:  # fmt: skip
        """How many fail the rule `fault` (None: any rule), and some of them in the order of their files. Refused: `lake_lost`."""
