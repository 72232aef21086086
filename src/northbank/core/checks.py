"""Every check that a contract may name, each in one place: its words, what it holds in Python (for tests), and the same as an expression.

What becomes of a row that fails is not decided here. A check is asked only where all its cells are there.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from northbank.core.expression import Cell, Expression, Plain, call, total
from northbank.core.name import Name

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_DIGITS = "10X98765432"
ID_SHAPE = r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(3**n % 31 for n in range(17))
CREDIT_SHAPE = r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
MOBILE = r"(\+?86[- ]?)?1[3-9][0-9]{9}"
LANDLINE = r"(0[0-9]{2,3}[- ]?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?"
HOTLINE = r"400[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}"
PHONE = rf"{MOBILE}|{LANDLINE}|{HOTLINE}"

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


class Check(msgspec.Struct, frozen=True):
    """A check over the cells of one row. kinds: what types its columns may have. least, most: how many columns.

    holds: in Python, of typed values. sql: the same as an expression. values: names of what the contract gives besides.
    """

    code: str
    name: Name
    kinds: tuple[tuple[str, ...], ...]
    holds: Callable[..., bool]
    sql: Callable[..., Expression]
    source: str = ""


def id_card(text: str) -> bool:
    """Citizen identity number of 18 characters with its check digit (GB 11643-1999; ISO 7064 MOD 11-2), of a day that exists."""
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()) or text[17] not in "0123456789X":
        return False
    if text[0] == "0" or text[6:8] not in ("19", "20"):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return ID_DIGITS[sum(int(d) * w for d, w in zip(text[:17], ID_WEIGHTS, strict=True)) % 11] == text[17]


def _id_card(cell: Expression) -> Expression:
    sum_ = total([call("multiply", _digit(cell, n), weight) for n, weight in enumerate(ID_WEIGHTS, 1)])
    digit = call("part", ID_DIGITS, call("add", call("mod", sum_, 11), 1), 1)
    birth = call("replace", call("part", cell, 7, 8), r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3")
    born = call("at_least", call("as_date", birth), call("as_date", "1900-01-01"))
    right = call("and", born, call("equal", digit, call("part", cell, 18, 1)))
    return call("if", call("matches", cell, ID_SHAPE), right)


def _digit(cell: Expression, place: int) -> Expression:
    return call("add", call("code_point", call("part", cell, place, 1)), -48)


def credit_code(text: str) -> bool:
    """Unified social credit code of 18 characters with its check character (GB 32100-2015; modulo 31)."""
    if len(text) != 18 or any(c not in CREDIT_LETTERS for c in text) or not text[2:8].isdigit():
        return False
    rest = sum(CREDIT_LETTERS.index(c) * w for c, w in zip(text[:17], CREDIT_WEIGHTS, strict=True)) % 31
    return CREDIT_LETTERS[(31 - rest) % 31] == text[17]


def _credit_code(cell: Expression) -> Expression:
    terms = [call("multiply", _letter(cell, n), weight) for n, weight in enumerate(CREDIT_WEIGHTS, 1)]
    # The check character makes the whole sum divisible: rest + check = 0 (mod 31).
    right = call("equal", call("mod", call("add", total(terms), _letter(cell, 18)), 31), 0)
    return call("if", call("matches", cell, CREDIT_SHAPE), right)


def _letter(cell: Expression, place: int) -> Expression:
    return call("add", call("place", CREDIT_LETTERS, call("part", cell, place, 1)), -1)


def phone(text: str) -> bool:
    """A mobile number (with or without +86), a landline with or without its area code, or a 400 number."""
    bare = text.removeprefix("+")
    country = _without_mark(bare[2:]) if bare.startswith("86") else ""
    return _mobile(text) or _mobile(country) or _landline(text) or _hotline(text)


def _without_mark(text: str) -> str:
    return text[1:] if text[:1] in ("-", " ") else text


def _digits(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= len(text) <= most


def _mobile(text: str) -> bool:
    return _digits(text, 11, 11) and text[0] == "1" and text[1] in "3456789"


def _local(text: str) -> bool:
    number, dash, extension = text.partition("-")
    return _digits(number, 7, 8) and number[0] not in "01" and (not dash or _digits(extension, 1, 6))


def _landline(text: str) -> bool:
    areas = [text[:size] for size in (3, 4) if _digits(text[:size], size, size) and text[0] == "0"]
    return _local(text) or any(_local(_without_mark(text[len(area) :])) for area in areas)


def _hotline(text: str) -> bool:
    rest = _without_mark(text[3:])
    halves = [(rest[:size], _without_mark(rest[size:])) for size in (3, 4)]
    return text.startswith("400") and any(_digits(a, len(a), len(a)) and _digits(b, 3, 4) for a, b in halves)


def inside(lon: float, lat: float, box: Box) -> bool:
    """Whether a point (degrees, WGS84 or CGCS2000) lies in the box around the district, its edges included."""
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


def _inside(lon: Expression, lat: Expression, box: Box) -> Expression:
    west, south, east, north = box
    return call(
        "and", call("and", call("at_least", lon, west), call("at_most", lon, east)),
        call("and", call("at_least", lat, south), call("at_most", lat, north)),
    )  # fmt: skip


def in_range(value: float, least: float, most: float) -> bool:
    """Whether a number lies between two others or is one of them."""
    return least <= value <= most


def _in_range(cell: Expression, least: Plain, most: Plain) -> Expression:
    return call("and", call("at_least", cell, least), call("at_most", cell, most))


def every_code(text: str, codes: tuple[str, ...], split: str) -> bool:
    """Whether each part of a cell with several values is one of the code list."""
    return all(part in codes for part in text.split(split))


def _every_code(cell: Expression, codes: tuple[str, ...], split: str) -> Expression:
    one = f"({'|'.join(map(_plainly, codes))})"
    return call("matches", cell, f"{one}({_plainly(split)}{one})*")


def _plainly(text: str) -> str:
    """A text as a pattern that means itself, for every engine."""
    return "".join(sign if sign.isalnum() or ord(sign) > 127 else f"\\{sign}" for sign in text)


TEXT, NUMERIC, TEMPORAL = ("text",), ("integer", "number"), ("date", "time")
CHECKS: Mapping[str, Check] = {
    one.code: one
    for one in (
        Check("id_card", Name("身份证号校验", "identity number"), (TEXT,), id_card, _id_card, "GB 11643-1999"),
        Check("credit_code", Name("统一社会信用代码校验", "social credit code"), (TEXT,), credit_code, _credit_code, "GB 32100-2015"),
        Check("phone", Name("电话号码", "phone number"), (TEXT,), phone, lambda cell: call("matches", cell, PHONE)),
        Check("in_order", Name("日期先后", "days in order"), (TEMPORAL, TEMPORAL), lambda a, b: bool(a <= b), lambda a, b: call("at_most", a, b)),
        Check("after", Name("严格先后", "days strictly in order"), (TEMPORAL, TEMPORAL), lambda a, b: bool(a < b), lambda a, b: call("not", call("at_least", a, b))),
        Check("inside", Name("坐标在辖区内", "point inside the district"), (NUMERIC, NUMERIC), inside, _inside),
        Check("range", Name("取值范围", "range"), (NUMERIC,), in_range, _in_range),
        Check("code", Name("代码表", "code list"), (TEXT,), lambda text, codes: text in codes, lambda cell, codes: call("one_of", cell, codes)),
        Check("codes", Name("多值代码表", "list of codes"), (TEXT,), every_code, _every_code),
    )
}  # fmt: skip

# What is asked of all good rows at once, and only counted.
OVER_ALL: dict[str, Name] = {"steps": Name("缺失的时间点", "missing times of a sequence")}

# What needs more than the row itself, and what every column is asked for; the lake has its own statement for each.
OTHER: dict[str, Name] = {
    "unreadable": Name("无法读取的行", "row that cannot be read"),
    "drift": Name("列有变化的文件", "file whose columns changed"),
    "required": Name("必填", "required"),
    "type": Name("数据类型", "type"),
    "unique": Name("唯一性", "unique"),
    "known": Name("引用存在", "reference to another data set"),
}


def words_of(check: str) -> Name:
    """The name of a check of either kind."""
    return CHECKS[check].name if check in CHECKS else (OVER_ALL | OTHER)[check]


def holds(check: str, cells: tuple[Any, ...], *values: Any) -> bool:
    """Whether typed values pass; a value that is not there passes."""
    return any(cell is None for cell in cells) or CHECKS[check].holds(*cells, *values)


def expression_of(check: str, columns: tuple[str, ...], *values: Any) -> Expression:
    """The same as an expression over columns; null where a cell is not there."""
    return CHECKS[check].sql(*(Cell(column) for column in columns), *values)
