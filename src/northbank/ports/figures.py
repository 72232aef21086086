"""What figures over governed tables need from the world: an engine that counts, and a place where what it counted is kept."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from northbank.core.dataset import Collected, Dataset
from northbank.core.expression import Expression
from northbank.core.indicator import Indicator, Measured, Prepared
from northbank.core.subject import Subject

Standing = tuple[Dataset, Sequence[Collected]]  # a data set and the batches whose rows make it up


class Figures(Protocol):
    """Prepared figures beside the lake; losing them costs time, never truth."""

    async def measure(
        self, indicator: Indicator, tables: Sequence[Standing], subject: Subject | None,
        where: Expression | None, among: Expression | None, areas: Mapping[str, str],
    ) -> Measured:  # fmt: skip
        """Count. tables: what the figure stands on; areas: of each area's code the code it is counted under."""

    async def kept(self, indicator: str, key: str) -> Prepared | None:
        """A figure prepared before, or None."""

    async def history(self, indicator: str, version: str) -> list[Prepared]:
        """What was prepared of one description, the oldest first."""

    async def keep(self, key: str, prepared: Prepared) -> None:
        """Keep a figure."""
