"""Reads one CSV table of a pack into rows with their line numbers, collecting every fault on the way.

What the columns mean is declared in `rows`; whether rows fit together is checked in `refs`.
"""

import csv
import io
import re
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import structs

from northbank.core.city import Name
from northbank.pack.fault import Fault, choice, in_cell, told

NOT_UTF8, UTF8 = Name("不是 UTF-8 的字节", "bytes that are not UTF-8"), Name("UTF-8 文本", "text in UTF-8")
CSV = Name('以逗号分隔的单元格，用 " 括起', 'comma separated cells, quoted with "')
NAMED = {
    "bool": Name("true 或 false", "true or false"),
    "int": Name("整数", "a whole number"),
    "date": Name("日期，如 2026-01-31", "a date like 2026-01-31"),
    "datetime": Name("日期时间，如 2026-01-31T09:30:00", "a date and time like 2026-01-31T09:30:00"),
    "float": Name("数字", "a number"),
}
BOUNDS = {
    r"^Expected ": "", r"\bstr\b": "文字", r"\bint\b": "整数", r"\bfloat\b": "数字", r"\barray\b": "列表", r"\bobject\b": "表",
    r" matching regex ": "，符合 ", r" of length ": "，长度 ", r", got ": "，现为 ",
}  # fmt: skip
R = TypeVar("R", bound=msgspec.Struct)


def parse_table(file: str, data: bytes, kind: type[R]) -> tuple[list[tuple[int, R]], list[Fault]]:
    """The rows of `data` as (line, row), and the faults found."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [told(file, line, NOT_UTF8, UTF8)]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        faults = _check_header(file, header, kind)
        if faults:
            return [], faults
        return _read_rows(file, reader, header, kind)
    except csv.Error as error:
        return [], [told(file, reader.line_num, Name(f"CSV 格式错误（{error}）", f"broken CSV ({error})"), CSV)]


def _check_header(file: str, header: list[str], kind: type[R]) -> list[Fault]:
    fields = {field.name: field for field in structs.fields(kind)}
    must = choice(field.name for field in fields.values() if field.required)
    faults = [
        told(file, 1, Name(f"列 '{name}'", f"column '{name}'"), choice(fields, name))
        for name in header
        if name not in fields
    ]
    faults += [
        told(file, 1, Name(f"列 '{name}' 出现两次", f"column '{name}' twice"), Name("每列一次", "each column once"))
        for name in set(header)
        if header.count(name) > 1
    ]
    faults += [
        told(
            file,
            1,
            Name(f"缺少列 '{name}'", f"no column '{name}'"),
            Name(f"至少有列 {must.zh}", f"the columns {must.en} at least"),
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
            faults.append(told(file, line, *_counts(len(cells), len(header))))
            continue
        found = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        try:
            rows.append((line, msgspec.convert(found, kind, strict=False)))
        except msgspec.ValidationError:
            faults += _cell_faults(file, line, found, kind)
    return rows, faults


def _counts(found: int, wanted: int) -> tuple[Name, Name]:
    return Name(f"{found} 个单元格", f"{found} cells"), Name(
        f"{wanted} 个单元格，与首行一致", f"{wanted} cells, as in the first line"
    )


def _cell_faults(file: str, line: int, found: dict[str, str], kind: type[R]) -> list[Fault]:
    faults = []
    for field in structs.fields(kind):
        if field.name not in found:
            if field.required:
                empty = Name(f"列 '{field.name}' 为空", f"nothing in column '{field.name}'")
                faults.append(told(file, line, empty, Name("必填，须有值", "a value; the column is required")))
            continue
        try:
            msgspec.convert(found[field.name], field.type, strict=False)
        except msgspec.ValidationError as error:
            faults.append(told(file, line, in_cell(field.name, found[field.name]), explain_type(field.type, error)))
    return faults


def explain_type(kind: Any, error: Exception | None = None) -> Name:
    """What values a declared type takes, in words for the author of a pack."""
    literals = ", ".join(str(value) for value in _literals(kind))
    if literals:
        return Name(literals, literals)
    names = {getattr(part, "__name__", "") for part in (kind, *get_args(kind))}
    words = [text for name, text in NAMED.items() if name in names]
    said = str(error).split(" - at ")[0].replace("`", "") if error else ""
    if isinstance(error, msgspec.ValidationError) and any(
        word in said for word in ("matching regex", "length", ">=", "<=")
    ):
        words.append(_bound(said.removeprefix("Expected ")))
    if not words:
        words = [_bound(said) if said else Name("文字", "text")]
    return Name("；".join(one.zh for one in words), "; ".join(one.en for one in words))


def _bound(said: str) -> Name:
    """A bound of a value as msgspec words it."""
    chinese = said
    for en, zh in BOUNDS.items():
        chinese = re.sub(en, zh, chinese)
    return Name(chinese, said)


def _literals(kind: Any) -> list[object]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [value for part in get_args(kind) for value in _literals(part)] if get_origin(kind) is not None else []
