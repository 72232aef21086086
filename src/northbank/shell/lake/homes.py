"""The homes of a base database: who is at which address, sorted by the cleaned address, so that a few are found without reading all.

Written beside the golden records, with nothing of them but their id and the day from which on they are no more.
"""

from pathlib import Path

import duckdb

from northbank.core.bases import ENTITY, Base
from northbank.core.cleaning import cleaned
from northbank.core.expression import Cell
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.fast import Fast, literal

HOMES = "homes.parquet"
PLACE, GONE = "place", "gone"
STEPS = ("width", "bare")  # what makes addresses of two registers comparable at little cost
GROUP = 4096  # rows that are read for one address


def place_of(column: str) -> str:
    """The address of a row as addresses are compared; its patterns stand as literals, which the engine compiles once."""
    return Fast().of(cleaned(Cell(column), STEPS))


def write_homes(duck: duckdb.DuckDBPyConnection, base: Base, table: str, staging: Path) -> None:
    """Write the homes of the golden records in a table, where the base says which column is an address."""
    if not base.address:
        return
    gone = quoted(base.gone) if base.gone else "null::date"
    duck.execute(
        f"copy (select {place_of(base.address)} as {PLACE}, {ENTITY}, {gone} as {GONE} from {quoted(table)} where {quoted(base.address)} is not null order by 1, 2) "  # house: sql
        f"to {literal(str(staging / HOMES))} (format parquet, compression zstd, row_group_size {GROUP})"
    )
