"""Records in a Parquet file, read by DuckDB a chunk at a time; a record's line is its row number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec

from northbank.shell.sources.rows import Row, SourceError

CHUNK = 1_000
_ZONED = "TIMESTAMP WITH TIME ZONE"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class ParquetSource:
    """A Parquet file. Instants with a zone come as such; nested columns are left out."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise SourceError(f"{path} cannot be read (no such file).")
        self._path = path
        self._read = 0
        self._duck = duckdb.connect(config={"memory_limit": "256MB", "threads": "1"})
        try:
            shape = self._duck.execute("describe select * from read_parquet($1)", [str(path)]).fetchall()
            counted = self._duck.execute("select count(*) from read_parquet($1)", [str(path)]).fetchone()
        except duckdb.Error as error:
            self.close()
            raise SourceError(f"{path} is no Parquet file that can be read ({_line(error)}).") from error
        self._total = int(counted[0]) if counted else 0
        self._zoned = {name for name, kind, *_ in shape if kind == _ZONED}
        self.columns: tuple[str, ...] = tuple(
            name
            for name, kind, *_ in shape
            if not kind.startswith(("STRUCT", "MAP", "UNION")) and not kind.endswith("]")
        )

    def __iter__(self) -> Iterator[Row]:
        quoted = {name: '"' + name.replace('"', '""') + '"' for name in self.columns}
        # The driver needs another package for instants with a zone: they come as microseconds instead.
        wanted = ", ".join(f"epoch_us({q})" if name in self._zoned else q for name, q in quoted.items())
        try:
            rows = self._duck.execute(f"select {wanted} from read_parquet($1)", [str(self._path)])  # noqa: S608  # house: sql
            while chunk := rows.fetchmany(CHUNK):
                for values in chunk:
                    self._read += 1
                    record = {name: self._value(name, one) for name, one in zip(self.columns, values, strict=True)}
                    yield Row(self._read, self._read, _encode(record).decode(), record)
        except duckdb.Error as error:
            raise SourceError(
                f"{self._path} breaks off after row {self._read} ({_line(error)}); what was read is in."
            ) from error

    def _value(self, name: str, found: object) -> object:
        if name in self._zoned and isinstance(found, int):
            return _START + timedelta(microseconds=found)
        return found

    def done(self) -> tuple[int, int]:
        """Rows read, of how many."""
        return self._read, self._total

    def close(self) -> None:
        """Let the engine go."""
        self._duck.close()


def _line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
