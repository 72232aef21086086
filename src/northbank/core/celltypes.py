"""What a cell of a data set may be: how its text is read as a type, in Python (for tests) and as an expression. Nothing is checked here.

Digits are ASCII digits; a number has no thousands separators; a day without its century is not read.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.expression import Expression, call
from northbank.core.name import Name

Kind = Literal["text", "integer", "number", "date", "time", "yes_no"]
Value = str | int | float | date | datetime | bool | None
BLANKS = " \t\r\n\u3000\ufeff"  # taken off both ends of every cell

INTEGER = r"[+-]?[0-9]{1,18}"
NUMBER = r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?"
SPLIT = r"([12][0-9]{3})[-/年]?([0-9]{1,2})[-/月]?([0-9]{1,2})日?"
DAY = r"([12][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}|[12][0-9]{3}/[0-9]{1,2}/[0-9]{1,2}|[12][0-9]{7}|[12][0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日)"
CLOCK = r"[ T](([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?)"
YES = ("是", "有", "true", "TRUE", "Y", "y", "1")
NO = ("否", "无", "false", "FALSE", "N", "n", "0")


class CellType(msgspec.Struct, frozen=True):
    """One type of cell. read: of a text that is not empty, None where it is none of this type. sql: the same as an expression."""

    name: Name
    read: Callable[[str], Value]
    sql: Callable[[Expression], Expression]


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch(INTEGER, text) else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(NUMBER, text) else None


def _date(text: str) -> date | None:
    if not re.fullmatch(DAY, text):
        return None
    year, month, day = re.fullmatch(SPLIT, text).groups()  # type: ignore[union-attr]
    first = date(int(year), 1, 1)
    if not 1 <= int(month) <= 12:
        return None
    found = first.replace(month=int(month)) + timedelta(days=int(day) - 1)
    return found if found.month == int(month) and int(day) else None


def _time(text: str) -> datetime | None:
    match = re.fullmatch(rf"({DAY}){CLOCK}", text)
    day = _date(match[1]) if match else None
    if match is None or day is None:
        return None
    clock, _, fraction = match[3].partition(".")
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    parts = (day.year, day.month, day.day, hour, minute, second, int(fraction.ljust(6, "0")))
    return datetime(*parts)  # noqa: DTZ001  # the source's own clock


def _yes_no(text: str) -> bool | None:
    return text in YES if text in YES + NO else None


def _day(cell: Expression) -> Expression:
    return call("replace", cell, rf"^{SPLIT}", r"\1-\2-\3")


TYPES: Mapping[str, CellType] = {
    "text": CellType(Name("文本", "text"), lambda text: text, lambda cell: cell),
    "integer": CellType(
        Name("整数", "whole number"), _integer, lambda cell: call("if", call("matches", cell, INTEGER), call("as_integer", cell))
    ),
    "number": CellType(
        Name("数值", "number"), _number, lambda cell: call("if", call("matches", cell, NUMBER), call("as_number", cell))
    ),
    "date": CellType(
        Name("日期", "day"), _date, lambda cell: call("if", call("matches", cell, DAY), call("as_date", _day(cell)))
    ),
    "time": CellType(
        Name("时间", "time"),
        _time,
        lambda cell: call("if", call("matches", cell, rf"{DAY}{CLOCK}"), call("as_time", _day(cell))),
    ),
    "yes_no": CellType(
        Name("是否", "yes or no"), _yes_no, lambda cell: call("if", call("one_of", cell, YES + NO), call("one_of", cell, YES))
    ),
}  # fmt: skip
