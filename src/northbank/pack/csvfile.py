"""Reads one CSV table of a pack into rows with their line numbers, collecting every fault on the way.

What the columns mean is declared in `rows`; whether rows fit together is checked in `refs`.
"""

import csv
import io
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import structs

from northbank.pack.fault import Fault, listed

R = TypeVar("R", bound=msgspec.Struct)


def parse_table(file: str, data: bytes, kind: type[R]) -> tuple[list[tuple[int, R]], list[Fault]]:
    """The rows of `data` as (line, row), and the faults found."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [Fault(file, line, "bytes that are not UTF-8", "text in UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        faults = _check_header(file, header, kind)
        if faults:
            return [], faults
        return _read_rows(file, reader, header, kind)
    except csv.Error as error:
        return [], [Fault(file, reader.line_num, f"broken CSV ({error})", 'comma separated cells, quoted with "')]


def _check_header(file: str, header: list[str], kind: type[R]) -> list[Fault]:
    fields = {field.name: field for field in structs.fields(kind)}
    faults = [Fault(file, 1, f"column '{name}'", listed(fields, name)) for name in header if name not in fields]
    faults += [
        Fault(file, 1, f"column '{name}' twice", "each column once") for name in set(header) if header.count(name) > 1
    ]
    faults += [
        Fault(
            file,
            1,
            f"no column '{name}'",
            f"the columns {listed(f.name for f in fields.values() if f.required)} at least",
        )
        for name, field in fields.items()
        if field.required and name not in header
    ]
    return faults


def _read_rows(file: str, reader: Any, header: list[str], kind: type[R]) -> tuple[list[tuple[int, R]], list[Fault]]:
    rows: list[tuple[int, R]] = []
    faults: list[Fault] = []
    for cells in reader:
        line = reader.line_num
        if not cells:
            continue
        if len(cells) != len(header):
            faults.append(Fault(file, line, f"{len(cells)} cells", f"{len(header)} cells, as in the first line"))
            continue
        found = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        try:
            rows.append((line, msgspec.convert(found, kind, strict=False)))
        except msgspec.ValidationError:
            faults += _cell_faults(file, line, found, kind)
    return rows, faults


def _cell_faults(file: str, line: int, found: dict[str, str], kind: type[R]) -> list[Fault]:
    faults = []
    for field in structs.fields(kind):
        if field.name not in found:
            if field.required:
                faults.append(Fault(file, line, f"nothing in column '{field.name}'", "a value; the column is required"))
            continue
        try:
            msgspec.convert(found[field.name], field.type, strict=False)
        except msgspec.ValidationError as error:
            faults.append(Fault(file, line, f"{field.name} '{found[field.name]}'", explain_type(field.type, error)))
    return faults


def explain_type(kind: Any, error: Exception | None = None) -> str:
    """What values a declared type takes, in words for the author of a pack."""
    literals = _literals(kind)
    if literals:
        return ", ".join(str(value) for value in literals)
    named = {
        "bool": "true or false",
        "int": "a whole number",
        "date": "a date like 2026-01-31",
        "datetime": "a date and time like 2026-01-31T09:30:00",
        "float": "a number",
    }
    names = {getattr(part, "__name__", "") for part in (kind, *get_args(kind))}
    words = [text for name, text in named.items() if name in names]
    if isinstance(error, msgspec.ValidationError) and (
        "matching regex" in str(error) or "length" in str(error) or ">=" in str(error) or "<=" in str(error)
    ):
        words.append(str(error).split(" - at ")[0].removeprefix("Expected ").replace("`", ""))
    return "; ".join(words) or (str(error).split(" - at ")[0].replace("`", "") if error else "text")


def _literals(kind: Any) -> list[object]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [value for part in get_args(kind) for value in _literals(part)] if get_origin(kind) is not None else []
