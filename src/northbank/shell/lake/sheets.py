"""Sheets of a workbook (.xlsx) as rows of text cells: the first row names the columns, empty rows are none, days are made readable.

A workbook keeps days as numbers since 1899-12-30; which cells are days is known by the contract.
"""

import duckdb

from northbank.core.celltypes import Kind
from northbank.shell.lake.fast import literal

SERIAL = r"[0-9]{1,7}(\.[0-9]+)?"
FORMATS = {"date": "%Y-%m-%d", "time": "%Y-%m-%d %H:%M:%S"}


def sheet(file: str, name: str) -> str:
    """The rows of a sheet, every cell a text; the first sheet where it is not named."""
    named = f", sheet={literal(name)}" if name else ""
    return f"read_xlsx({literal(file)}, all_varchar=true, header=true, stop_at_empty=false{named})"


def names_of(duck: duckdb.DuckDBPyConnection, file: str, name: str) -> tuple[str, ...]:
    """The columns of a sheet."""
    rows = duck.execute(f"describe select * from {sheet(file, name)}").fetchall()
    return tuple(str(row[0]) for row in rows)


def readable(cell: str, kind: Kind) -> str:
    """A cell of a day or a time as it is written elsewhere; any other cell as it is."""
    if kind not in FORMATS:
        return cell
    moment = f"(timestamp '1899-12-30' + to_seconds(round(cast({cell} as double) * 86400)))"
    return (
        f"case when regexp_full_match({cell}, {literal(SERIAL)}) then strftime({moment}, {literal(FORMATS[kind])}) "
        f"else {cell} end"
    )
