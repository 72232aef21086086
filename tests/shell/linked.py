"""A center in memory with a lake and links on the disk, and two small registers of the template's shops to link."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import duckdb
import msgspec
from flows.memory import Memory
from template import NOW

from northbank.core.linking import LinkRun
from northbank.core.match import Model
from northbank.flows.collect import collect
from northbank.flows.platform import Platform, Sharing
from northbank.shell.lake.figures import DuckFigures
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.links import LinkLake

SHOPS = "shop,name,credit_code,phone,opened,seats,lon,lat"
PERMITS = "permit,holder,credit_code,phone,granted,address,seats"

NOBODY_SHARES = cast(Sharing, None)  # no test here asks for what is granted


def silent(step: str, share: float) -> None:
    """Tells nobody."""


class LinkDesk:
    """What linking needs, over the journal in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.memory = Memory()
        self.made = NOW.timestamp() - 86_400
        self.lake = DuckLake(root / "lake", "500MB", 1)
        self.links = LinkLake(root / "links", self.lake, "a secret of the tests", "500MB", 1)

    @property
    def platform(self) -> Platform:
        return Platform(
            self.memory.world,
            self.lake,
            DuckFigures(self.lake, self.root / "prepared"),
            NOBODY_SHARES,
            linker=self.links,
        )

    @property
    def model(self) -> Model:
        """The link model of the template, as it was changed."""
        return self.memory.world.city.links["keepers"]

    def change(self, **fields: object) -> None:
        """Another link model of the same name; its version is its fields."""
        model = msgspec.structs.replace(self.model, **{"version": str(sorted(fields.items())), **fields})
        city = msgspec.structs.replace(self.memory.world.city, links={"keepers": model})
        self.memory.world = msgspec.structs.replace(self.memory.world, city=city)

    async def pairs(self, run: LinkRun) -> dict[tuple[str, str], tuple[str, str]]:
        """The pairs of a run by the keys of their records, the smaller first."""
        folder = self.root / "links" / "keepers" / "runs" / run.folder
        with duckdb.connect() as duck:
            rows = duck.execute(
                "select a.key[1], b.key[1], l::varchar, r::varchar from read_parquet($1) join read_parquet($2) a on a.ref = l "
                "join read_parquet($2) b on b.ref = r",
                [str(folder / "pairs.parquet"), str(folder / "members.parquet")],
            ).fetchall()
        return {(min(a, b), max(a, b)): (left, right) for a, b, left, right in rows}

    async def bring(self, code: str, rows: Sequence[str], name: str = "") -> None:
        """Collect rows of one of the registers."""
        inbox = self.root / "inbox"
        inbox.mkdir(exist_ok=True)
        path = inbox / f"{name or code}.csv"
        head = SHOPS if code == "shops" else PERMITS
        path.write_text("\n".join((head, *rows, "")), encoding="utf-8")
        self.made += 60  # what comes later is newer
        os.utime(path, (self.made, self.made))
        await collect(self.memory.world, self.lake, code, path, silent)
