"""A program for the tests to kill: imports a file, says each batch, says "done" at the end."""

import asyncio
import sys
from pathlib import Path

from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.wiring import open_center

PACK = Path(__file__).resolve().parents[2] / "packs" / "_template"


async def main(data: str, database: str, file: str, map: str) -> None:
    """Import as the command line does."""
    async with open_center(Settings(pack=PACK, data=Path(data), database=database)) as center:
        await import_file(
            center, Path(file), Path(map), progress=lambda standing: print(standing.records, flush=True),
            rejects=Path(file).with_suffix(".rejects.csv"), stop=asyncio.Event(),
        )  # fmt: skip
    print("done", flush=True)


asyncio.run(main(*sys.argv[1:]))
