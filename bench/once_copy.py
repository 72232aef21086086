"""The ceiling of import: parse the same file and COPY as many rows of the same size into plain tables, nothing decided.

Arguments: data folder, file, JSON {table: {rows, bytes}} as measured from the real import.
"""

import asyncio
import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uuid_utils
import uvloop
from child import peak_memory_mb
from screens import say

from northbank.shell.store.embedded import Embedded

BATCH = 500  # records a COPY and a commit, as in the importer


def batches(file: Path) -> Iterator[list[dict[str, str]]]:
    """The records of the file."""
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        batch: list[dict[str, str]] = []
        for row in reader:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


async def main(data: str, file: str, shape: dict[str, Any]) -> None:
    """Copy and tell."""
    server = await asyncio.to_thread(Embedded.start, Path(data))
    try:
        connection = await asyncpg.connect(server.dsn)
        for name in shape:
            await connection.execute(f"create table bare_{name} (id uuid primary key, data text not null)")
        begun, records, owed = time.perf_counter(), 0, dict.fromkeys(shape, 0.0)
        texts = {name: "x" * max(1, one["bytes"] - 44) for name, one in shape.items()}
        for batch in batches(Path(file)):
            records += len(batch)
            async with connection.transaction():
                for name, one in shape.items():
                    owed[name] += one["rows"] * len(batch)
                    count = int(owed[name])
                    owed[name] -= count
                    rows = [(str(uuid_utils.uuid7()), texts[name]) for _ in range(count)]
                    await connection.copy_records_to_table(f"bare_{name}", records=rows)
        say(records=records, seconds=time.perf_counter() - begun, peak_mb=peak_memory_mb())
        await connection.close()
    finally:
        server.stop()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], msgspec.json.decode(sys.argv[3])))
