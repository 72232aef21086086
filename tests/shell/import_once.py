"""A program for the tests to kill: imports a file, says each batch, says "done" at the end."""

import asyncio
import sys
from pathlib import Path

from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.wiring import open_center


async def main(pack: str, data: str, file: str, map: str, rejects: str, database: str = "", areas: str = "") -> None:
    """Import as the command line does."""
    settings = Settings(
        pack=Path(pack), data=Path(data), database=database or None, areas=Path(areas) if areas else None
    )
    async with open_center(settings) as center:
        await import_file(
            center, Path(file), Path(map), progress=lambda standing: print(standing.records, flush=True),
            rejects=Path(rejects), stop=asyncio.Event(),
        )  # fmt: skip
    print("done", flush=True)


asyncio.run(main(*sys.argv[1:]))
