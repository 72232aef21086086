"""One file of a batch becomes Parquet: its cells as they stand, or typed and by bucket, every row with the bits of what it fails.

What is asked of cells is in judging.py; good and bad are told apart in apart.py. Rows pass through the engine only.
"""

import csv
import io
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from northbank.core.celltypes import BLANKS
from northbank.core.dataset import Dataset, Drifted, Rule
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.crew import progress
from northbank.shell.lake.engine import Read
from northbank.shell.lake.extensions import load
from northbank.shell.lake.fast import Fast, literal
from northbank.shell.lake.files import PACKED_TOO, READING, as_text, encoding_of, not_read, opened
from northbank.shell.lake.judging import BUCKET, CELLS, FILE, ROW, Judging, Shape, shape_of
from northbank.shell.lake.lines import with_one_line_end, without_lines
from northbank.shell.lake.sheets import names_of, readable, sheet

REREADS = 20  # times a file is read again after lines whose quote never closes were cut out
MOST_COLUMNS = 1_000  # of a file; each costs the engine memory, whether the contract knows it or not


class Reader:
    """Reads files of one batch. Of each, what `_write` makes of its rows and, where lines are none, `reject-<n>.parquet` lie in the staging folder."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, staging: Path) -> None:
        self._duck = duck
        self._dataset = dataset
        self._staging = staging
        if dataset.format == "xlsx":
            load(duck, "excel")

    def drift(self, path: Path) -> Drifted:
        """How the columns of a file differ from the contract's. Refused: `file_unreadable`, `file_cut`, `file_header`, `lake_unwritable`."""
        copy = self._staging / f"names-{threading.get_ident()}"
        try:
            encoding = encoding_of(path, self._dataset.encoding) if self._dataset.format == "csv" else "utf-8"
            source = as_text(path, encoding, copy) if self._dataset.format == "jsonl" else path
            return shape_of(self._dataset, self._names(source, encoding)).drift
        except (duckdb.Error, *READING) as error:
            raise not_read(path, error) from error
        finally:
            copy.unlink(missing_ok=True)

    def read(self, path: Path, n: int, tell: Callable[[float], None]) -> Read:
        """Read file n of the batch. Refused: as `drift`."""
        copies: list[Path] = []
        try:
            return self._read(path, n, tell, copies)
        except (duckdb.Error, *READING) as error:
            raise not_read(path, error) from error
        finally:
            for copy in copies:
                copy.unlink(missing_ok=True)

    def _read(self, path: Path, n: int, tell: Callable[[float], None], copies: list[Path]) -> Read:
        source = path
        if self._dataset.format in PACKED_TOO:
            encoding = encoding_of(path, self._dataset.encoding) if self._dataset.format == "csv" else "utf-8"
            copies.append(self._staging / f"utf8-{n}")
            source = as_text(path, encoding, copies[-1])
        names = self._names(source)
        shape = shape_of(self._dataset, names)
        try:
            return self._whole(source, shape, n, tell, copies)
        except duckdb.InvalidInputException:
            if self._dataset.format != "csv":
                raise
        copies.append(self._staging / f"even-{n}")
        return self._whole(with_one_line_end(source, copies[-1]), shape, n, tell, copies)

    def _whole(self, source: Path, shape: Shape, n: int, tell: Callable[[float], None], copies: list[Path]) -> Read:
        """Read a file in which, one after the other, lines whose quote never closes are cut out."""
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
        return Read(shape.names, rows + unreadable, unreadable)

    def _names(self, source: Path, encoding: str = "utf-8") -> tuple[str, ...]:
        """The columns of a file: its first line, or what its records have."""
        match self._dataset.format:
            case "csv":
                return self._header(source, encoding)
            case "jsonl":
                rows = f"read_json({literal(str(source))}, format='newline_delimited', sample_size=-1, map_inference_threshold=-1)"
            case "parquet":
                rows = f"read_parquet({literal(str(source))})"
            case "xlsx":
                return names_of(self._duck, str(source), self._dataset.sheet)
        return tuple(str(row[0]) for row in self._duck.execute(f"describe select * from {rows}").fetchall())

    def _header(self, source: Path, encoding: str) -> tuple[str, ...]:
        """The cells of the first line, which names the columns. Refused: `file_header`."""
        with io.TextIOWrapper(opened(source), encoding.replace("utf-8", "utf-8-sig"), "replace", newline="") as file:
            try:
                first = next(csv.reader(file, delimiter=self._dataset.delimiter, strict=True), None)
            except csv.Error:
                raise _no_header(source, "其引号没有闭合", "its quotes do not close") from None
        names = tuple(name.strip(BLANKS) for name in first or ())
        if not any(names):
            raise _no_header(source, "该行为空", "it is empty")
        if any("\0" in name for name in names):
            raise _no_header(source, "它不是 UTF-8 或 GB18030 文本", "it is no text in UTF-8 or GB18030")
        if len(names) > MOST_COLUMNS:
            found = len(names)
            raise _no_header(
                source,
                f"其中有 {found} 列，超过 {MOST_COLUMNS} 列",
                f"it has {found} columns, more than {MOST_COLUMNS}",
            )
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise _no_header(source, f"列名 {twice[0]} 重复", f"it has the column {twice[0]} twice")
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
            case "xlsx":
                rows = sheet(str(source), self._dataset.sheet)
                there = " or ".join(f"{quoted(name)} is not null" for name in names)
                return f"(select * from {rows} where {there})"  # house: sql

    def _cells(self, source: Path, names: Sequence[str]) -> str:
        """A query of the rows of a file, each with its number and its cells as they stand."""
        kinds = {name: column.kind for column in self._dataset.columns for name in (*column.headers, column.code)}
        days = kinds if self._dataset.format == "xlsx" else {}
        cells = ", ".join(
            f"{readable(f'cast({quoted(name)} as varchar)', days.get(name, 'text'))} as {quoted(f'{CELLS}{n}')}"
            for n, name in enumerate(names)
        )
        return f"select {self._number()} as {ROW}, {cells} from {self._scan(source, names)}"  # house: sql

    def _number(self) -> str:
        """The number of a row in its file; numbering keeps the engine to one thread."""
        return "row_number() over ()"

    def _write(self, source: Path, shape: Shape, n: int, tell: Callable[[float], None]) -> int:
        """One pass over the file: its cells as they stand, in `cells-<n>.parquet`. How many rows there were."""
        return self._copy(
            f"select {n}::integer as {FILE}, * from ({self._cells(source, shape.names)})",  # house: sql
            self._staging / f"cells-{n}.parquet", "compression zstd, compression_level 1", tell,
        )  # fmt: skip

    def _copy(self, query: str, target: Path, options: str, tell: Callable[[float], None]) -> int:
        with progress(self._duck, tell):
            statement = f"copy ({query}) to {literal(str(target))} (format parquet, {options})"  # house: sql
            done = self._duck.execute(statement).fetchone()
        return int(done[0]) if done else 0

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
        """The rows that could not be read, as they stood there, where there are any; how many."""
        if not cut and not self._has_rejects():
            return 0
        self._duck.execute("create or replace temp table rejected (line varchar)")
        if self._has_rejects():
            self._duck.execute(
                "insert into rejected select any_value(csv_line) from reject_errors group by scan_id, file_id, line_byte_position"
            )
        if cut:  # a parameter at all makes the engine's client load pandas, for seconds
            self._duck.execute("insert into rejected select unnest($1::varchar[])", [list(cut)])
        target = literal(str(self._staging / f"reject-{n}.parquet"))
        done = self._duck.execute(
            f"copy (select {n}::integer as file, line from rejected) to {target} (format parquet, compression zstd)"  # house: sql
        ).fetchone()
        return int(done[0]) if done else 0


def _no_header(file: Path, zh: str, en: str) -> Refused:
    return Refused("file_header", file=file.name, why=Name(zh, en))


class Judge(Reader):
    """A reader that judges rows in the same pass, into a folder `parts-<n>`, by bucket. strange: files that are bad whole."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, dataset: Dataset, staging: Path, rules: Sequence[Rule], buckets: int, strange: Sequence[int],
    ) -> None:  # fmt: skip
        super().__init__(duck, dataset, staging)
        self._judging = Judging(dataset, rules, buckets)
        self._divided = buckets > 1
        self._strange = strange

    def _write(self, source: Path, shape: Shape, n: int, tell: Callable[[float], None]) -> int:
        """One pass over the file: clean, cast, check, write. How many rows there were."""
        cells = self._cells(source, shape.names)
        query = self._judging.query(Fast(), cells, shape, f"{n}::integer", n in self._strange)
        folder = self._staging / f"parts-{n}"
        shutil.rmtree(folder, ignore_errors=True)
        if self._divided:
            return self._copy(query, folder, f"compression lz4_raw, partition_by ({BUCKET})", tell)
        folder.mkdir(mode=0o700)
        return self._copy(query, folder / "all.parquet", "compression lz4_raw", tell)

    def _number(self) -> str:
        """Rows that are not divided are written in their order, so that where a row lies is its number (apart.py)."""
        return super()._number() if self._divided else "null::bigint"
