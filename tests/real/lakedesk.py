"""A center in memory that has the contracts and link models of real data beside those of the invented city, and files to collect."""

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import duckdb
import msgspec
from shell.desk import SourceDesk
from template import PACK

from northbank.core.dataset import AnyStatement, Collected
from northbank.core.linking import LinkRun
from northbank.flows.link import link
from northbank.flows.platform import Platform, Sharing
from northbank.pack.load import load
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.links import LinkLake

PACKED = Path(__file__).parent / "lakepack"
NOBODY_SHARES = cast(Sharing, None)  # no test here asks for what is granted


class LakeDesk(SourceDesk):
    """Real data on the disk."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        pack = root / "pack"
        shutil.copytree(PACK, pack)
        shutil.copytree(PACKED, pack, dirs_exist_ok=True)
        loaded = load(pack)
        city = msgspec.structs.replace(self.memory.world.city, datasets=loaded.datasets, links=loaded.links)
        self.memory.world = msgspec.structs.replace(self.memory.world, city=city)
        self.links = LinkLake(root / "links", self.lake, "a secret of the tests", "1GB", 2)

    async def taken(self, code: str, *files: Path) -> AnyStatement:
        """Collect files as one batch, unpacked where they are packed."""
        inbox = self.root / code
        inbox.mkdir()
        for file in files:
            if file.suffix == ".gz":
                with gzip.open(file) as packed, (inbox / file.stem).open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
            else:
                shutil.copy(file, inbox)
        batch = (await self.collect(inbox, code)).statement
        assert isinstance(batch, Collected)
        return batch

    async def linked(self, model: str) -> Path:
        """Link by a model; the folder of the run."""
        platform = Platform(
            self.memory.world, self.lake, DuckFigures(self.lake, self.root / "prepared"), NOBODY_SHARES, linker=self.links
        )  # fmt: skip
        run = (await link(platform, model, False, lambda step, share: None)).run
        assert isinstance(run, LinkRun)
        return self.root / "links" / model / "runs" / run.folder


def quality(rows: str, *values: object) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs in one group. rows: a query of `entity` and `truth`; rows without a truth count for nothing."""
    pairs = "(select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n from rows group by {}))"
    asked = f"with rows as (from ({rows}) where truth is not null) select " + ", ".join(
        pairs.format(one) for one in ("entity, truth", "entity", "truth")
    )
    with duckdb.connect() as duck:
        right, found, true = cast(Sequence[float], duck.execute(asked, list(values)).fetchone())
    precision, recall = float(right / max(1, found)), float(right / max(1, true))
    return precision, recall, 2 * precision * recall / (precision + recall)
