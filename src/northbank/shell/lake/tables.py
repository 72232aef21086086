"""An answer of the engine as bytes: JSON, CSV, Arrow or Parquet, bounded in rows and bytes. What was asked is not known here."""

import io
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from northbank.core.refusal import Refused
from northbank.ports.sharing import QueryFormat

MOST_BYTES = 64 << 20
MOST_JSON = 10_000  # rows
BATCH = 2_048
FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"  # what a spreadsheet takes for the beginning of a formula


def taken(reader: Any, limit: int) -> tuple[pa.Table, bool]:
    """At most `limit` rows, and whether there were more. Refused: `query_too_large`."""
    batches, rows, size = [], 0, 0
    while rows <= limit:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        batches.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if size > MOST_BYTES:
            raise Refused("query_too_large", what=f"{MOST_BYTES >> 20} MB")
    table = pa.Table.from_batches(batches, schema=reader.schema)
    return table.slice(0, limit), table.num_rows > limit


def written(table: pa.Table, format: QueryFormat, cut: bool) -> bytes:
    """The bytes of a table in a format."""
    match format:
        case "json":
            return _json(table, cut)
        case "csv":
            out = io.BytesIO()
            pa_csv.write_csv(_harmless(table), out)
            return out.getvalue()
        case "arrow":
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            return bytes(sink.getvalue().to_pybytes())
        case "parquet":
            sink = pa.BufferOutputStream()
            pa_parquet.write_table(table, sink, compression="zstd")
            return bytes(sink.getvalue().to_pybytes())


def _harmless(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before every text, also of a name, that a spreadsheet would take for a formula."""
    found = [_plain_text(cells) if pa.types.is_string(cells.type) else cells for cells in table.columns]
    return pa.Table.from_arrays(found, names=_plain_text(pa.array(table.column_names, pa.string())).to_pylist())


def _plain_text(cells: Any) -> Any:
    return pc.replace_substring_regex(cells, f"({FORMULA})", r"'\1")


def _json(table: pa.Table, cut: bool) -> bytes:
    """Columns once, then rows as arrays; whole numbers stay numbers however large."""
    columns = [{"name": one.name, "type": str(one.type)} for one in table.schema]
    cells = [[_plain(cell) for cell in column.to_pylist()] for column in table.columns]
    rows = list(map(list, zip(*cells, strict=True))) if cells else []
    return msgspec.json.encode({"columns": columns, "rows": rows, "cut": cut})


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() and abs(cell) < 2**53 else float(cell)
    if isinstance(cell, bytes):
        return cell.hex()
    return cell
