"""The measured program: one import of one file into a fresh center, as `northbank import` does it.

Arguments: pack, data folder, file, map. Says rows, seconds, the most memory it held, and rows and bytes of each table.
"""

import asyncio
import sys
from pathlib import Path

import uvloop
from answers import rows
from child import peak_memory_mb
from screens import say

from northbank import wiring
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file


async def main(pack: str, data: str, file: str, map: str) -> None:
    """Import and tell."""
    async with wiring.open_center(Settings(pack=Path(pack), data=Path(data)), live=False) as center:
        wiring.settle()
        before = peak_memory_mb()
        report = await import_file(
            center, Path(file), Path(map), rejects=Path(file).with_suffix(".rejects.csv"), stop=asyncio.Event()
        )
        say(
            records=report.records, taken=report.figures.taken, seconds=report.seconds, before_mb=before,
            peak_mb=peak_memory_mb(), tables=await rows(center),
        )  # fmt: skip


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:5]))
