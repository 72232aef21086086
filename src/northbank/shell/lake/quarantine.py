"""Bad rows of a batch, a page at a time, for a person to look at. Who may look, and what is masked, is decided elsewhere."""

import asyncio
from pathlib import Path

import duckdb
import msgspec

from northbank.core.dataset import AnyStatement, Dataset
from northbank.core.quarantine import BadRow
from northbank.core.refusal import Refused
from northbank.ports.shelf import Cells
from northbank.shell.lake.apart import BAD
from northbank.shell.lake.parts import BATCHES

_decode = msgspec.json.Decoder(dict[str, str | None]).decode


class LakeQuarantine:
    """The bad rows of the lake below `root`. memory: what the engine may use, such as `1GB`."""

    def __init__(self, root: Path, memory: str = "1GB") -> None:
        self._root = root
        self._memory = memory

    async def bad(
        self, dataset: Dataset, batch: AnyStatement, fault: str | None, skip: int, limit: int
    ) -> tuple[int, list[tuple[BadRow, Cells]]]:  # fmt: skip
        """How many fail the rule `fault` (None: any rule), and some of them in the order of their files. Refused: `lake_lost`."""
        path = self._root / dataset.code / BATCHES / batch.folder / BAD
        if not batch.bad and not path.is_file():
            return 0, []
        if not path.is_file():
            raise Refused("lake_lost", dataset=dataset.code, batch=batch.n)
        return await asyncio.to_thread(self._read, path, fault, skip, limit)

    def _read(self, path: Path, fault: str | None, skip: int, limit: int) -> tuple[int, list[tuple[BadRow, Cells]]]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._memory, "threads": "1", "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }  # fmt: skip
        with duckdb.connect(config=config) as duck:
            asked = "from read_parquet($1) where $2::varchar is null or list_contains(faults, $2)"
            total = duck.execute(f"select count(*) {asked}", [str(path), fault]).fetchone()  # house: sql
            rows = duck.execute(
                f"select file, row, faults, cells, line {asked} order by file, row limit $3 offset $4",  # house: sql
                [str(path), fault, limit, skip],
            ).fetchall()
        return int(total[0]) if total else 0, [
            (BadRow(file, row, tuple(faults), (), line), _decode(cells) if cells else {})
            for file, row, faults, cells, line in rows
        ]
