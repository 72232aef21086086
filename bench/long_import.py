"""Import of a very long file of real requests: rows a second and memory from its first part to its last.

`python bench/long_import.py EXTRACT.csv.gz --pack PACK --map MAP.toml [--areas DIR] [--records N] [--database URL]`
The extract is repeated to N records (bench/repeated.py). Prints a line for each part of the file; a figure of its own,
not part of `northbank bench`, because it takes minutes and real data.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import uvloop
from child import memory_mb, peak_memory_mb
from repeated import write_repeated
from result import machine
from rich.console import Console
from rich.table import Table

from northbank import wiring
from northbank.shell.settings import Settings
from northbank.shell.sources.importer import import_file
from northbank.shell.sources.rows import Standing

PARTS = 20
NUMBER = "SRNumber"
TIMES = dict.fromkeys(("CreatedDate", "UpdatedDate", "ClosedDate", "ServiceDate"), "%m/%d/%Y %I:%M:%S %p")


class Parts:
    """Notes time and memory whenever another part of the file is in."""

    def __init__(self, records: int) -> None:
        self.every = max(1, records // PARTS)
        self.table = Table("records", "rows/s", "memory MB", "peak MB")
        self._records, self._since = 0, time.perf_counter()

    def note(self, standing: Standing) -> None:
        """As import_file tells it."""
        if standing.records - self._records < self.every:
            return
        now = time.perf_counter()
        rate = (standing.records - self._records) / (now - self._since)
        self.table.add_row(f"{standing.records:,}", f"{rate:,.0f}", f"{memory_mb():.0f}", f"{peak_memory_mb():.0f}")
        self._records, self._since = standing.records, now


async def main(asked: argparse.Namespace) -> None:
    """Build the file, import it into a fresh center, tell."""
    out = Console()
    with tempfile.TemporaryDirectory(prefix="northbank-bench-", dir=asked.folder) as name:
        file = Path(name) / "long.csv"
        write_repeated(asked.extract, file, asked.records, NUMBER, TIMES)
        settings = Settings(pack=asked.pack, data=Path(name) / "data", areas=asked.areas, database=asked.database)
        async with wiring.open_center(settings, live=False) as center:
            wiring.settle()
            parts = Parts(asked.records)
            report = await import_file(
                center, file, asked.map, progress=parts.note, rejects=Path(name) / "rejects.csv", stop=asyncio.Event()
            )
            size = await center.pool.fetchval("select pg_database_size(current_database())")
    out.print(parts.table)
    out.print(str(report), markup=False)
    out.print(f"database: {size / 1e9:.1f} GB; {machine()}", highlight=False)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description="Import a very long file of real requests.")
    reader.add_argument("extract", type=Path)
    reader.add_argument("--pack", type=Path, required=True)
    reader.add_argument("--map", type=Path, required=True)
    reader.add_argument("--areas", type=Path)
    reader.add_argument("--records", type=int, default=1_000_000)
    reader.add_argument("--database")
    reader.add_argument("--folder", help="where the file and the database are put for the time of the run")
    uvloop.run(main(reader.parse_args()))
