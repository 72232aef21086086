"""Where the rows of a data set as of a batch lie, and the queries over them. Nothing is run here; which batches count, the journal tells.

A part is the folder of a batch, or one that replaces several (`merged/`). Of each key the newest row counts: rows of older
parts whose key is in a newer one are left out, by the keys of the newer ones alone.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from northbank.core.buckets import bucket_of
from northbank.core.celltypes import TYPES, Kind, Value
from northbank.core.dataset import Collected, Dataset
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.fast import SQL_TYPES, literal

ABOUT = "about.json"
BATCHES = "batches"
MERGED = "merged"
BATCH = "_batch"  # number of the batch that a row came with


class Merged(msgspec.Struct, frozen=True):
    """A folder that replaces those of batches. first: number of the oldest batch. of: their folders, the oldest first."""

    folder: str
    of: tuple[str, ...]
    rows: int
    buckets: int


class Part(msgspec.Struct, frozen=True):
    """A folder with rows. batch: their batch, or None where each row says. buckets: 0 where rows lie in any file."""

    folder: Path
    batch: int | None
    buckets: int

    def files(self, cells: Sequence[str] | None = None) -> str:
        """A pattern of its files, or of the one in which a key lies."""
        name = "*" if cells is None or not self.buckets else f"{bucket_of(cells, self.buckets):04d}"
        return literal(str(self.folder / f"rows-{name}.parquet"))


def parts_of(root: Path, dataset: str, batches: Sequence[Collected]) -> list[Part]:
    """The folders of these batches, the oldest first; the largest folder stands for several that it replaces."""
    folders = [one.folder for one in batches]
    covered: Merged | None = None
    for one in merged_in(root, dataset):
        if folders[: len(one.of)] == list(one.of) and (covered is None or len(one.of) > len(covered.of)):
            covered = one
    parts = [Part(root / dataset / BATCHES / one.folder, one.n, one.buckets) for one in batches]
    if covered is None:
        return parts
    return [Part(root / dataset / MERGED / covered.folder, None, covered.buckets), *parts[len(covered.of) :]]


def merged_in(root: Path, dataset: str) -> list[Merged]:
    """Every folder of a data set that replaces several."""
    decode = msgspec.json.Decoder(Merged).decode
    return [decode(path.read_bytes()) for path in sorted((root / dataset / MERGED).glob(f"*/{ABOUT}"))]


class Looking(msgspec.Struct, frozen=True):
    """How the row of a key is looked for: a query of each part, the newest first, all with the same values.

    probe: a query of the files that have the key, where there are several parts; of keys alone, it unpacks little.
    """

    queries: dict[str, str]  # by folder
    values: list[Value]
    probe: str = ""

    def among(self, read: Callable[[str, Sequence[Value]], Iterable[tuple[Any, ...]]]) -> list[str]:
        """The queries that can have the row: of several parts the newest that has the key."""
        if not self.probe:
            return list(self.queries.values())
        having = {str(Path(name).parent) for (name,) in read(self.probe, self.values)}
        return [query for folder, query in self.queries.items() if folder in having][:1]


def relation(dataset: Dataset, parts: Sequence[Part], other: bool = False) -> str:
    """A query of the rows of parts, the oldest first. other: some were written under another contract, so columns may lack."""
    columns = ", ".join(quoted(column.code) for column in dataset.columns)
    nothing = f"{_typed_nothing(dataset)}, null::integer as {BATCH} where false"
    if not parts:
        return f"select {nothing}"  # house: sql
    rows = [_rows(part, "*") for part in parts]
    if dataset.key and len(parts) > 1:
        rows = _newest(dataset, parts)
    if other:
        rows.append(f"(select {nothing})")
    return f"select {columns}, {BATCH} from ({' union all by name '.join(rows)})"  # house: sql


def newest_of(dataset: Dataset, parts: Sequence[Part]) -> str:
    """The rows of parts with every column that they have in a file: of each key the newest."""
    rows = _newest(dataset, parts) if dataset.key and len(parts) > 1 else [_rows(part, "*") for part in parts]
    return f"{' union all by name '.join(rows)} union all by name (select {_typed_nothing(dataset)} where false)"


def _newest(dataset: Dataset, parts: Sequence[Part]) -> list[str]:
    """Each part without what newer ones have."""
    key = ", ".join(quoted(one) for one in dataset.key)
    found = []
    for n, part in enumerate(parts[:-1]):
        newer = " union all ".join(_rows(one, key) for one in parts[n + 1 :])
        found.append(f"(from {_rows(part, '*')} anti join ({newer}) using ({key}))")  # house: sql
    return [*found, _rows(parts[-1], "*")]


def _rows(part: Part, columns: str, cells: Sequence[str] | None = None) -> str:
    batch = f", {part.batch}::integer as {BATCH}" if part.batch is not None and columns == "*" else ""
    return f"(select {columns}{batch} from read_parquet({part.files(cells)}, hive_partitioning=false))"


def _typed_nothing(dataset: Dataset) -> str:
    return ", ".join(f"null::{SQL_TYPES[column.kind]} as {quoted(column.code)}" for column in dataset.columns)


def looking(dataset: Dataset, parts: Sequence[Part], values: list[Value], other: bool) -> Looking:
    """How to look for the row of a key, whose typed values are the parameters; parts: the oldest first. other: as `relation`."""
    same = " and ".join(f"{quoted(one)} = ${n}" for n, one in enumerate(dataset.key, 1))
    cells = None if any(isinstance(one, float) for one in values) else [as_text(one) for one in values]
    queries = {str(part.folder): _keyed(dataset, part, cells, same, other) for part in reversed(parts)}
    if len(parts) < 2:
        return Looking(queries, values)
    files = ", ".join(part.files(cells) for part in parts)
    every = f"read_parquet([{files}], hive_partitioning=false, union_by_name=true, filename=true)"
    return Looking(queries, values, f"select distinct filename from {every} where {same}")  # house: sql


def _keyed(dataset: Dataset, part: Part, cells: Sequence[str] | None, same: str, other: bool) -> str:
    columns = ", ".join(quoted(column.code) for column in dataset.columns)
    rows = _rows(part, "*", cells)
    if other:
        rows = f"({rows} union all by name (select {_typed_nothing(dataset)} where false))"
    return f"select {columns}, {BATCH} from {rows} where {same}"  # house: sql


def key_of(dataset: Dataset, cells: Sequence[str]) -> list[Value] | None:
    """The typed values of a key written as text; None where it is no key of this data set."""
    kinds: list[Kind] = [column.kind for code in dataset.key if (column := dataset.column(code)) is not None]
    if not kinds or len(kinds) != len(cells):
        return None
    read = [TYPES[kind].read(cell) for kind, cell in zip(kinds, cells, strict=True)]
    return None if any(one is None for one in read) else read


def as_text(value: Value) -> str:
    """As the engine writes it, which is what the bucket is made of."""
    return str(value).lower() if isinstance(value, bool) else str(value)
