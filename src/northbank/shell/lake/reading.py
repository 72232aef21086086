"""One file of a batch becomes typed Parquet files, one a bucket, in which every row carries the bits of what it fails.

Good and bad are told apart in apart.py. Rows pass through the engine only.
"""

import csv
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import msgspec

from northbank.core.buckets import SEPARATOR, digits_of
from northbank.core.celltypes import BLANKS
from northbank.core.dataset import Column, Dataset, Drifted, Rule
from northbank.shell.lake.compile import RAW, in_row, quoted
from northbank.shell.lake.crew import progress
from northbank.shell.lake.fast import Fast, literal, nested
from northbank.shell.lake.files import LakeError, as_utf8, encoding_of, without_lines

FILE, ROW, MARKS = "_file", "_row", "_marks"  # number of the file in its batch from 0; row in it from 1; bits
CELLS = "_cells"  # of rows that fail, the cells as they were read
BUCKET = "_bucket"
DRIFTED = 62  # the bit of rows whose file has other columns
REREADS = 20  # times a file is read again after lines whose quote never closes were cut out


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


class Reader:
    """Reads files of one batch, each into a folder `parts-<n>` of the staging folder, by bucket. strange: files that are bad whole."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, staging: Path, rules: Sequence[Rule], buckets: int = 1,
        strange: Sequence[int] = (),
    ) -> None:  # fmt: skip
        self._duck = duck
        self._dataset = dataset
        self._staging = staging
        self._rules = [(bit, rule) for bit, rule in enumerate(rules) if in_row(rule)]
        self._buckets = buckets
        self._strange = strange

    def drift(self, path: Path) -> Drifted:
        """How the columns of a file differ from the contract's. Raises LakeError."""
        encoding = encoding_of(path, self._dataset.encoding) if self._dataset.format == "csv" else "utf-8"
        try:
            return shape_of(self._dataset, self._names(path, encoding)).drift
        except duckdb.Error as error:
            raise LakeError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error

    def read(self, path: Path, n: int, tell: Callable[[float], None]) -> Read:
        """Read one file; `parts-<n>/` and `reject-<n>.parquet` are made of it. Raises LakeError."""
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
        cut: list[str] = []
        for again in range(REREADS + 1):
            self._forget_rejects()
            rows = self._write(source, shape, n, tell)
            open_lines = self._open_lines() if again < REREADS else []
            if not open_lines:
                break
            cut += [line for _, line in open_lines]
            copies.append(self._staging / f"cut-{n}-{again}")
            source = without_lines(source, [at for at, _ in open_lines], copies[-1])
        unreadable = self._keep_rejects(n, cut)
        return Read(shape, rows + unreadable, unreadable)

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

    def _scan(self, source: Path, names: Sequence[str]) -> str:
        """The rows of a file, every cell a text."""
        file = literal(str(source))
        shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
        match self._dataset.format:
            case "csv":
                return (
                    f"read_csv({file}, all_varchar=true, header=true, auto_detect=false, delim={literal(self._dataset.delimiter)}, "
                    f"quote='\"', escape='\"', columns={{{shape}}}, strict_mode=true, ignore_errors=true, store_rejects=true, rejects_limit=0)"
                )
            case "jsonl":
                return f"read_json({file}, format='newline_delimited', columns={{{shape}}}, ignore_errors=true)"
            case "parquet":
                return f"read_parquet({file})"

    def _write(self, source: Path, shape: Shape, n: int, tell: Callable[[float], None]) -> int:
        """One pass over the file: clean, cast, check, write. How many rows there were."""
        words, columns = Fast(), self._dataset.columns
        raws = [f"cast({quoted(name)} as varchar) as {quoted(f'{CELLS}{n}')}" for n, name in enumerate(shape.names)]
        cells = [self._cell(words, column, shape) for column in columns]
        typed = [f"{words.typed(column)} as {quoted(column.code)}" for column in columns]
        marks = f"{words.marks(self._rules)}{f' + {1 << DRIFTED}' if n in self._strange else ''} as {MARKS}"
        query = nested(
            f"select row_number() over () as {ROW}, {', '.join(raws)} from {self._scan(source, shape.names)}",  # house: sql
            [cells, typed, *words.before([rule for _, rule in self._rules]), [marks]],
        )
        # Only rows that fail need their cells as they stood: made last, for the others it would cost half the time.
        as_read = ", ".join(f"{quoted(name)}: {quoted(f'{CELLS}{n}')}" for n, name in enumerate(shape.names))
        plain = ", ".join(quoted(column.code) for column in columns)
        folder = self._staging / f"parts-{n}"
        shutil.rmtree(folder, ignore_errors=True)
        digits = digits_of(self._buckets)
        if not digits:
            folder.mkdir(mode=0o700)
        bucket, target, options = "", folder / "all.parquet", ""
        if digits:
            bucket, target, options = f", {self._bucket(digits)} as {BUCKET}", folder, f", partition_by ({BUCKET})"
        with progress(self._duck, tell):
            done = self._duck.execute(
                f"copy (select {n}::integer as {FILE}, {ROW}, {plain}, {MARKS}, "  # house: sql
                f"case when {MARKS} <> 0 then to_json({{{as_read}}}) end as {CELLS}{bucket} from ({query})) "
                f"to {literal(str(target))} (format parquet, compression lz4_raw{options})"
            ).fetchone()
        return int(done[0]) if done else 0

    def _bucket(self, digits: int) -> str:
        """The hex digits that name the bucket of a row: core/buckets.py says the same."""
        key = ", ".join(f"cast({quoted(one)} as varchar)" for one in self._dataset.key)
        return f"left(md5(concat_ws({literal(SEPARATOR)}, {key})), {digits})"

    def _cell(self, words: Fast, column: Column, shape: Shape) -> str:
        name = shape.cells.get(column.code)
        cell = quoted(f"{CELLS}{shape.names.index(name)}") if name is not None else "null::varchar"
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

    def _keep_rejects(self, n: int, cut: Sequence[str]) -> int:
        """The rows that could not be read, as they stood there; how many."""
        self._duck.execute("create or replace temp table rejected (line varchar)")
        if self._has_rejects():
            self._duck.execute(
                "insert into rejected select any_value(csv_line) from reject_errors group by scan_id, file_id, line_byte_position"
            )
        self._duck.execute("insert into rejected select unnest($1::varchar[])", [list(cut)])
        done = self._duck.execute(
            f"copy (select {n}::integer as file, line from rejected) to $1 (format parquet, compression zstd)",  # house: sql
            [str(self._staging / f"reject-{n}.parquet")],
        ).fetchone()
        return int(done[0]) if done else 0


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
