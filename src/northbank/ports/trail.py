"""Where events of lineage go. No implementation lives here."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Trail(Protocol):
    """Events as JSON lines beside the lake, passed on to another program where one is named."""

    async def told(self) -> Mapping[str, int]:
        """The last batch told of, by data set."""

    async def tell(self, events: Sequence[Mapping[str, Any]], told: Mapping[str, int]) -> None:
        """Add events, then keep in mind what is told of: a kill between the two tells again, with the same run ids."""

    async def pass_on(self) -> int:
        """Send what was not sent yet; how many. What cannot be sent now is tried again."""
