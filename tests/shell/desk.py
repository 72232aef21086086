"""A center in memory with a lake on the disk, for tests of sources: contracts are changed, rows fetched and looked at."""

from pathlib import Path

import msgspec
from flows.memory import Memory

from northbank.core.dataset import AnyStatement, Dataset, standing
from northbank.core.origin import Origin, format_of
from northbank.flows.collect import Outcome, collect, collect_from_origin, dataset_of, past_of
from northbank.shell.lake.fetch.secrets import Secrets
from northbank.shell.lake.fetch.sources import LakeSources
from northbank.shell.lake.lake import DuckLake


class Killed(Exception):
    """The run ends here."""


class SourceDesk:
    """waited: seconds that a fetch would have waited, had it waited."""

    def __init__(self, root: Path, **secrets: str) -> None:
        self.memory = Memory()
        self.root = root
        self.waited: list[float] = []
        self.lake = DuckLake(root / "lake", "500MB", 1)
        variables = {f"NORTHBANK_SECRET_{name}": value for name, value in secrets.items()}
        kept = Secrets(root / "secrets", variables)
        self.sources = LakeSources(root / "lake", root / "inbox", kept, self._wait, "500MB", 1)

    async def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def contract(self, code: str = "shops", **fields: object) -> Dataset:
        """Another contract of a data set."""
        world = self.memory.world
        one = msgspec.structs.replace(world.city.datasets[code], **fields)
        city = msgspec.structs.replace(world.city, datasets={**world.city.datasets, code: one})
        self.memory.world = msgspec.structs.replace(world, city=city)
        return one

    def comes_from(self, origin: Origin, **fields: object) -> Dataset:
        """The same data set from another origin."""
        return self.contract(origin=origin, format=format_of(origin) or "csv", **fields)

    async def fetch(self, code: str = "shops", die_at: tuple[str, float] | None = None) -> Outcome:
        """Collect from the origin. die_at: a step and a share of it at which everything ends."""

        def tell(step: str, share: float) -> None:
            if (step, share) == die_at:
                raise Killed

        return await collect_from_origin(self.memory.world, self.lake, self.sources, code, tell)

    async def collect(self, place: Path, code: str = "shops") -> Outcome:
        return await collect(self.memory.world, self.lake, code, place, lambda step, share: None)

    async def past(self, code: str = "shops") -> list[AnyStatement]:
        return await past_of(self.memory.world, code)

    async def rows(self, what: str = "shop, name", code: str = "shops") -> list[tuple[object, ...]]:
        """The rows of the data set as it is now."""
        dataset = dataset_of(self.memory.world, code)
        return sorted(await self.lake.rows(dataset, standing(dataset, await self.past(code)), what))
