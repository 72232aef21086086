"""One file of a batch becomes one typed Parquet file in which every row carries the bits of what it fails.

Good and bad are told apart in batch.py. Rows pass through the engine only.
"""

import csv
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from northbank.core.celltypes import BLANKS
from northbank.core.dataset import Column, Dataset, Drifted, Rule
from northbank.shell.lake.compile import RAW, Words, in_row, quoted
from northbank.shell.lake.files import LakeError, as_utf8, encoding_of, without_lines

ROW, MARKS, CELLS = (
    "_row",
    "_marks",
    "_cells",
)  # row in its file from 1; bits; the cells as they were read, of rows that fail
REREADS = 20  # times a file is read again after lines whose quote never closes were cut out
TICK = 0.2


class Shape(msgspec.Struct, frozen=True):
    """How the columns of a file meet the contract. cells: the file's name for each column of the contract that it has."""

    cells: dict[str, str]
    drift: Drifted
    names: tuple[str, ...]


class Read(msgspec.Struct, frozen=True):
    """A file that was read. unreadable: rows that are not in the target; they are in `rejects`."""

    shape: Shape
    rows: int
    unreadable: int


@contextmanager
def progress(duck: duckdb.DuckDBPyConnection, tell: Callable[[float], None]) -> Iterator[None]:
    """Tell what share of the statement run meanwhile is done."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(TICK):
            tell(max(0.0, duck.query_progress()) / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


class Reader:
    """Reads the files of one batch, each into a Parquet file of the staging folder."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, staging: Path, rules: Sequence[Rule]) -> None:
        self._duck = duck
        self._dataset = dataset
        self._staging = staging
        self._rules = [(bit, rule) for bit, rule in enumerate(rules) if in_row(rule)]

    def drift(self, path: Path) -> Drifted:
        """How the columns of a file differ from the contract's. Raises LakeError."""
        encoding = encoding_of(path, self._dataset.encoding) if self._dataset.format == "csv" else "utf-8"
        try:
            return shape_of(self._dataset, self._names(path, encoding)).drift
        except duckdb.Error as error:
            raise LakeError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error

    def read(self, path: Path, n: int, tell: Callable[[float], None]) -> Read:
        """Read one file; `typed-<n>.parquet` and `reject-<n>.parquet` are made of it. Raises LakeError."""
        copies: list[Path] = []
        try:
            return self._read(path, n, tell, copies)
        except duckdb.Error as error:
            raise LakeError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
        finally:
            for copy in copies:
                copy.unlink(missing_ok=True)

    def _read(self, path: Path, n: int, tell: Callable[[float], None], copies: list[Path]) -> Read:
        source = path
        if self._dataset.format == "csv":
            copies.append(self._staging / f"utf8-{n}")
            source = as_utf8(path, encoding_of(path, self._dataset.encoding), copies[-1])
        names = self._names(source)
        shape = shape_of(self._dataset, names)
        typed, reject = self._staging / f"typed-{n}.parquet", self._staging / f"reject-{n}.parquet"
        cut: list[str] = []
        for again in range(REREADS + 1):
            self._forget_rejects()
            self._write(source, shape, typed, tell)
            open_lines = self._open_lines() if again < REREADS else []
            if not open_lines:
                break
            cut += [line for _, line in open_lines]
            copies.append(self._staging / f"cut-{n}-{again}")
            source = without_lines(source, [at for at, _ in open_lines], copies[-1])
        unreadable = self._keep_rejects(reject, cut)
        found = self._duck.execute("select count(*) from read_parquet($1)", [str(typed)]).fetchone()
        good = int(found[0]) if found else 0
        return Read(shape, good + unreadable, unreadable)

    def _names(self, source: Path, encoding: str = "utf-8") -> tuple[str, ...]:
        """The columns of a file: its first line, or what its records have."""
        match self._dataset.format:
            case "csv":
                return self._header(source, encoding)
            case "jsonl":
                query = "describe select * from read_json($1, format='newline_delimited', sample_size=-1, map_inference_threshold=-1)"
            case "parquet":
                query = "describe select * from read_parquet($1)"
        return tuple(str(row[0]) for row in self._duck.execute(query, [str(source)]).fetchall())

    def _header(self, source: Path, encoding: str) -> tuple[str, ...]:
        """The cells of the first line, which names the columns."""
        try:
            with source.open(encoding=encoding.replace("utf-8", "utf-8-sig"), errors="replace", newline="") as file:
                first = next(csv.reader(file, delimiter=self._dataset.delimiter), None)
        except csv.Error as error:
            raise LakeError(
                f"The first line of {source.name}, which names the columns, cannot be read ({error})."
            ) from error
        names = tuple(name.strip(BLANKS) for name in first or ())
        if not any(names):
            raise LakeError(f"{source.name} is empty; its first line should name the columns.")
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise LakeError(f"{source.name} has the column {twice[0]} twice; give each its own name.")
        return tuple(name or f"_{place}" for place, name in enumerate(names, 1))

    def _scan(self, words: Words, source: Path, names: Sequence[str]) -> str:
        """The rows of a file, every cell a text."""
        file = words.value(str(source))
        match self._dataset.format:
            case "csv":
                shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
                return (
                    f"read_csv({file}, all_varchar=true, header=true, auto_detect=false, delim={words.value(self._dataset.delimiter)}, "
                    f"quote='\"', escape='\"', columns={{{shape}}}, strict_mode=true, ignore_errors=true, store_rejects=true, rejects_limit=0)"
                )
            case "jsonl":
                shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
                return f"read_json({file}, format='newline_delimited', columns={{{shape}}}, ignore_errors=true)"
            case "parquet":
                return f"read_parquet({file})"

    def _write(self, source: Path, shape: Shape, target: Path, tell: Callable[[float], None]) -> None:
        """One pass over the file: clean, cast, check, write."""
        words = Words()
        columns = self._dataset.columns
        cells = [self._cell(words, column, shape) for column in columns]
        raws = [f"cast({quoted(name)} as varchar) as {quoted(f'{CELLS}{n}')}" for n, name in enumerate(shape.names)]
        # Only rows that fail need their cells as they stood: made last, for the others it would cost half the time.
        cells_of_bad = ", ".join(f"{quoted(name)}: {quoted(f'{CELLS}{n}')}" for n, name in enumerate(shape.names))
        typed = ", ".join(f"{words.typed(column)} as {quoted(column.code)}" for column in columns)
        plain = ", ".join(quoted(column.code) for column in columns)
        statement = (
            f"copy (select {ROW}, {plain}, {MARKS}, case when {MARKS} <> 0 then to_json({{{cells_of_bad}}}) end as {CELLS} from ("  # noqa: S608  # house: sql
            f"select *, {words.marks(self._rules)} as {MARKS} from ("
            f"select *, {typed} from ("
            f"select row_number() over () as {ROW}, {', '.join(raws)}, {', '.join(cells)} "
            f"from {self._scan(words, source, shape.names)})))) to {words.value(str(target))} (format parquet, compression zstd)"
        )
        with progress(self._duck, tell):
            self._duck.execute(statement, words.values)

    def _cell(self, words: Words, column: Column, shape: Shape) -> str:
        name = shape.cells.get(column.code)
        cell = f"cast({quoted(name)} as varchar)" if name is not None else "null::varchar"
        return f"{words.cleaned(cell, column, self._dataset.missing)} as {quoted(RAW + column.code)}"

    def _forget_rejects(self) -> None:
        self._duck.execute("drop table if exists reject_errors")
        self._duck.execute("drop table if exists reject_scans")

    def _has_rejects(self) -> bool:
        return bool(self._duck.execute("from duckdb_tables() where table_name = 'reject_errors'").fetchall())

    def _open_lines(self) -> list[tuple[int, str]]:
        """Where lines begin whose quote never closes and swallowed what follows, with the line."""
        if not self._has_rejects():
            return []
        return self._duck.execute(
            "select distinct line_byte_position, split_part(csv_line, chr(10), 1) from reject_errors "
            "where error_type in ('UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM') and contains(rtrim(csv_line, chr(13) || chr(10)), chr(10)) "
            "order by 1"
        ).fetchall()

    def _keep_rejects(self, target: Path, cut: Sequence[str]) -> int:
        """The rows that could not be read, as they stood there; how many."""
        self._duck.execute("create or replace temp table rejected (line varchar)")
        if self._has_rejects():
            self._duck.execute(
                "insert into rejected select any_value(csv_line) from reject_errors group by scan_id, file_id, line_byte_position"
            )
        self._duck.execute("insert into rejected select unnest($1::varchar[])", [list(cut)])
        found = self._duck.execute("select count(*) from rejected").fetchone()
        count = int(found[0]) if found else 0
        self._duck.execute("copy (select line from rejected) to $1 (format parquet, compression zstd)", [str(target)])
        return count


def shape_of(dataset: Dataset, names: Sequence[str]) -> Shape:
    """How the columns of a file meet the contract: each column by its code or any of its headers."""
    cells: dict[str, str] = {}
    for column in dataset.columns:
        for name in (*column.headers, column.code):
            if name in names:
                cells[column.code] = name
                break
    taken = set(cells.values())
    added = tuple(name for name in names if name not in taken)
    missing = tuple(column.code for column in dataset.columns if column.code not in cells)
    return Shape(cells, Drifted(added, missing), tuple(names))
