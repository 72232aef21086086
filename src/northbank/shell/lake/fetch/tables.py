"""Rows of a table or a query of PostgreSQL or MySQL, by the engine's scanners: they go from the server into a Parquet file of texts.

Only what lies between the mark and the greatest value at the beginning is asked for, so that a run is a range that can be told.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import duckdb
import msgspec

from northbank.core.origin import Mark, Server, Table
from northbank.core.refusal import Refused
from northbank.ports.data import Progress
from northbank.ports.sources import Fetched
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.crew import progress
from northbank.shell.lake.extensions import Extension, load
from northbank.shell.lake.fetch.secrets import Secrets

SOURCE = "source"
SCANNERS: Mapping[str, tuple[Extension, str, str]] = {
    "postgresql": ("postgres_scanner", "postgres", "postgres_query"),
    "mysql": ("mysql_scanner", "mysql", "mysql_query"),
}
GROWING = {
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "utinyint",
    "usmallint",
    "uinteger",
    "hugeint",
    "date",
    "timestamp",
    "timestamp with time zone",
}
SCHEMES: Mapping[Server, tuple[str, ...]] = {"postgresql": ("postgresql", "postgres"), "mysql": ("mysql", "mariadb")}
PLAIN: Mapping[Server, Mapping[str, str]] = {
    "postgresql": {"connect_timeout": "10", "application_name": "northbank"},
    "mysql": {},
}
MORE: Mapping[Server, set[str]] = {
    "postgresql": {"sslmode", "sslrootcert", "connect_timeout"}, "mysql": {"ssl_mode", "ssl_ca"},
}  # fmt: skip


class Range(msgspec.Struct, frozen=True):
    """What is asked for: from (None: the beginning) up to a value of the growing column, in the engine's words for its type."""

    since: str
    type: str
    low: str | None
    high: str


async def fetch_table(
    table: Table, folder: Path, code: str, secrets: Secrets, zone: str, mark: Mark | None, engine: Mapping[str, str], tell: Progress
) -> Fetched:  # fmt: skip
    """The rows beyond the mark as one file. Refused: `no_secret`, `source_down`, `source_changed`."""
    address = secrets.read(table.address)
    config = {
        **engine,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    duck = duckdb.connect(config=config)  # type: ignore[arg-type]
    try:
        work = asyncio.to_thread(_Fetch(duck, table, folder / f"{code}.parquet", zone, code).run, address, mark, tell)
        try:
            return await asyncio.shield(running := asyncio.ensure_future(work))
        except asyncio.CancelledError:
            duck.interrupt()
            await asyncio.gather(running, return_exceptions=True)
            raise
    finally:
        duck.close()


class _Fetch:
    """One run over one table."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, table: Table, target: Path, zone: str, code: str) -> None:
        self._duck = duck
        self._table = table
        self._target = target
        self._zone = zone
        self._code = code
        self._dialect: Literal['"', "`"] = "`" if table.server == "mysql" else '"'

    def run(self, address: str, mark: Mark | None, tell: Progress) -> Fetched:
        """Connect, ask for a range, keep it."""
        try:
            extension, _, _ = SCANNERS[self._table.server]
            load(self._duck, extension)
            self._duck.execute("set timezone = 'UTC'")
            self._attach(address)
        except (duckdb.Error, ValueError) as error:
            raise Refused(
                "source_down", code=self._code, source=str(self._table), why=without(str(error), address)
            ) from None
        try:
            return self._fetch(mark, tell)
        except duckdb.IOException as error:
            raise Refused(
                "source_down", code=self._code, source=str(self._table), why=without(str(error), address)
            ) from None
        except duckdb.Error as error:
            raise Refused(
                "source_changed", code=self._code, source=str(self._table), why=without(str(error), address)
            ) from None

    def _attach(self, address: str) -> None:
        """The server as a database of the engine that can only be read. User and password go as a secret of this connection."""
        _, kind, _ = SCANNERS[self._table.server]
        secret, more = words_of(self._table.server, address)
        said = ", ".join(f"{key} {_text(str(value))}" for key, value in secret.items() if value)
        self._duck.execute(f"create secret hidden (type {kind}, {said})")  # house: sql
        self._duck.execute(f"attach {_text(more)} as {SOURCE} (type {kind}, secret hidden, read_only)")

    def _fetch(self, mark: Mark | None, tell: Progress) -> Fetched:
        rows, values = self._rows()
        described = self._duck.execute(f"describe select * from {rows}", values).fetchall()  # house: sql
        kinds = {str(row[0]): str(row[1]).lower() for row in described}
        asked = self._range(kinds, mark) if self._table.since else None
        if self._table.since and asked is None:
            return Fetched(None)  # an empty table
        if asked is not None:
            rows, values = self._rows(asked)
        cells = ", ".join(f"{self._cell(name, kind)} as {quoted(name)}" for name, kind in kinds.items())
        with progress(self._duck, lambda share: tell("fetch", share)):
            self._duck.execute(
                f"copy (select {cells} from {rows} order by all) to ${len(values) + 1} (format parquet, compression zstd)",  # house: sql
                [*values, str(self._target)],
            )
        tell("fetch", 1.0)
        if asked is None:
            return Fetched(self._target)
        whole, tail = self._digest(None), self._digest(asked)
        if mark is not None and whole == mark.tail:
            return Fetched(None)
        return Fetched(self._target, Mark(asked.high, tail))

    def _rows(self, asked: Range | None = None) -> tuple[str, list[object]]:
        """A relation of the engine, and its parameters. A range is asked of the server itself."""
        if self._table.table and asked is None:
            return f"{SOURCE}.{'.'.join(map(quoted, self._table.table.split('.')))}", []
        _, _, function = SCANNERS[self._table.server]
        query = f"select * from {self._inner()}"  # house: sql: the server's; names quoted, values its own
        if asked is not None:
            column = self._name(asked.since)
            bounds = [f"q.{column} <= {_text(asked.high)}"]
            if asked.low is not None:
                bounds.append(f"q.{column} >= {_text(asked.low)}")
            query += f" where {' and '.join(bounds)}"
        return (
            f"{function}('{SOURCE}', $1)",
            [query],
        )  # house: sql

    def _inner(self) -> str:
        """The table or the query as the server is asked for it."""
        if self._table.table:
            return f"{'.'.join(map(self._name, self._table.table.split('.')))} q"
        return f"({self._table.query}) q"

    def _name(self, name: str) -> str:
        mark = self._dialect
        return mark + name.replace(mark, mark * 2) + mark

    def _range(self, kinds: Mapping[str, str], mark: Mark | None) -> Range | None:
        """From the mark, less the overlap, to the greatest value there is; None in an empty table."""
        since = self._table.since
        kind = kinds.get(since, "")
        if kind not in GROWING:
            raise duckdb.BinderException(f"column {since} is {kind or 'not there'}, no number or time that could grow")
        _, _, function = SCANNERS[self._table.server]
        query = f"select max(q.{self._name(since)}) as m from {self._inner()}"  # house: sql
        asking = f"select cast(m as varchar) from {function}('{SOURCE}', $1)"  # house: sql
        row = self._duck.execute(asking, [query]).fetchone()
        if row is None or row[0] is None:
            return None
        low = None if mark is None else self._back(mark.value, kind)
        return Range(since, kind, low, str(row[0]))

    def _back(self, value: str, kind: str) -> str:
        """The value so many minutes earlier, where it is a time."""
        if not self._table.overlap or not kind.startswith("timestamp"):
            return value
        earlier = f"select cast(cast($1 as {kind}) - to_minutes($2) as varchar)"  # house: sql
        row = self._duck.execute(earlier, [value, self._table.overlap]).fetchone()
        return str(row[0]) if row else value

    def _cell(self, name: str, kind: str) -> str:
        """A cell as text; times that know their zone by the clocks of the city."""
        cell = quoted(name)
        if kind == "timestamp with time zone":
            return f"cast(timezone({_text(self._zone)}, {cell}) as varchar)"
        return f"cast({cell} as varchar)"

    def _digest(self, asked: Range | None) -> str:
        """Number and digest of rows of the file, whatever their order: all of them, or those that the next run asks for again."""
        where, values = "", [str(self._target)]
        if asked is not None:
            kind = "timestamp" if asked.type.startswith("timestamp") else asked.type
            high = f"(select max(cast({quoted(asked.since)} as {kind})) from read_parquet($1))"  # house: sql
            back = f" - to_minutes({self._table.overlap})" if kind == "timestamp" else ""
            where = f"where cast({quoted(asked.since)} as {kind}) >= {high}{back}"
        what = "count(*), coalesce(bit_xor(md5_number_lower(cast(r as varchar))), 0)"
        row = self._duck.execute(f"select {what} from read_parquet($1) r {where}", values).fetchone()  # house: sql
        return f"{row[0]}:{row[1]}" if row else ""


def words_of(server: Server, address: str) -> tuple[dict[str, object], str]:
    """What a URL says, for the engine: who and where, and further words of the connection. Raises ValueError where it is none."""
    parts = urlsplit(address)
    more = dict(parse_qsl(parts.query))
    if parts.scheme not in SCHEMES[server]:
        raise ValueError(f"the address is no {server}:// URL")
    host, socket = more.pop("host", None) or parts.hostname, more.pop("socket", None)
    secret: dict[str, object] = {
        "host": host, "port": parts.port or more.pop("port", None), "user": unquote(parts.username or ""), "socket": socket,
        "password": unquote(parts.password or ""), "database": unquote(parts.path.lstrip("/")),
    }  # fmt: skip
    words = {**PLAIN[server], **{key: value for key, value in more.items() if key in MORE[server]}}
    if unknown := sorted(set(more) - MORE[server]):
        raise ValueError(
            f"the address has {unknown[0]}, which is not known; possible are {', '.join(sorted(MORE[server]))}"
        )
    if any(not value or " " in value or "'" in value for value in words.values()):
        raise ValueError("a parameter of the address has a blank or a quote")
    return secret, " ".join(f"{key}={value}" for key, value in words.items())


def _text(value: str) -> str:
    """A text where a statement takes no parameter."""
    return "'" + value.replace("'", "''") + "'"


def without(words: str, address: str) -> str:
    """The first line of an error without the address or its password."""
    line = words.splitlines()[0] if words else ""
    password = urlsplit(address).password or ""
    for secret in (address, password, unquote(password)):
        if secret:
            line = line.replace(secret, "***")
    return line[:300]
