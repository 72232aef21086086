"""Figures over governed tables: a closed description of what is counted, and what is said of the number. Nothing is computed here.

The description becomes an expression that the engine compiles (shell/lake/figures.py); packs write it in indicators/*.toml.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from northbank.core.expression import Call, Cell, Expression, Plain, call
from northbank.core.name import Name

Measure = Literal["count", "distinct", "sum", "mean", "least", "most", "share"]
Test = Literal["empty", "there", "equal", "one_of", "at_least", "at_most", "within", "ahead"]
Grain = Literal["", "hour", "day", "month", "year"]
FigureState = Literal["unknown", "normal", "off"]
MOST_GROUPS = 5_000
SPAN = re.compile(r"^(\d{1,5})([hd])$")


class CellTest(msgspec.Struct, frozen=True):
    """What a cell must be. within: not longer ago than a span such as `30d`; ahead: not further off. or_empty: an empty cell will do."""

    column: str
    test: Test
    value: bool | Plain | tuple[str, ...] = ""
    or_empty: bool = False


class Grouping(msgspec.Struct, frozen=True):
    """What a figure is divided by: a column; per: the hour, day ... it falls in; level: the area of that level above the code in it."""

    column: str
    per: Grain = ""
    level: str = ""


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """A figure. version: digest of its file. of: code of a data set or of a subject table.

    column: what is added up, averaged ... among: of `share`, what the counted rows must be besides. normal: least and most of
    the band, in `unit`. stale_hours: older than this nothing is said of it; 0: twice the cycle of what it stands on.
    """

    code: str
    version: str
    name: Name
    unit: str = ""
    owner: str = ""
    board: str = ""
    better: Literal["more", "less", "band"] = "more"
    target: float | None = None
    normal: tuple[float, float] | None = None
    stale_hours: float = 0
    digits: int = 0
    of: str
    where: tuple[CellTest, ...] = ()
    measure: Measure = "count"
    column: str = ""
    among: tuple[CellTest, ...] = ()
    group: Grouping | None = None
    source: str = ""
    note: Name = Name()
    standing: Literal["V", "U"] = "U"
    synthetic: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the figure reads."""
        named = [one.column for one in (*self.where, *self.among)]
        named += [self.column] if self.column else []
        named += [self.group.column] if self.group else []
        return tuple(dict.fromkeys(named))


class FigurePart(msgspec.Struct, frozen=True):
    """A figure of one group. key: a code, or the start of the hour, day ... as it stands in the table. value: None where there is none."""

    key: str
    value: float | None
    rows: int


class Measured(msgspec.Struct, frozen=True):
    """What the engine counted. rows: of the table in all; cut: there were more groups than are kept."""

    value: float | None
    rows: int
    counted: int
    parts: tuple[FigurePart, ...] = ()
    cut: bool = False


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that was computed, kept beside the lake. standing: the last batch of each data set that it stands on.

    as_of: when the newest file of them was made; score: the lowest of their last batches, percent.
    """

    indicator: str
    version: str
    standing: dict[str, int]
    as_of: datetime
    score: float
    measured: Measured


def key_of(indicator: Indicator, standing: dict[str, int]) -> str:
    """The name under which a prepared figure is kept: the same description over the same batches is the same figure."""
    batches = "-".join(f"{n}" for _, n in sorted(standing.items()))
    return f"{indicator.version}-{batches}"


def filtered(conditions: Sequence[CellTest], as_of: datetime) -> Expression | None:
    """All conditions together; None where there are none. as_of: what `within` and `ahead` are counted from, on the table's clock."""
    found: Expression | None = None
    for one in conditions:
        asked = _asked(one, as_of)
        found = asked if found is None else call("and", found, asked)
    return found


def _asked(one: CellTest, as_of: datetime) -> Call:
    cell = Cell(one.column)
    empty = call("not", call("there", cell))
    match one.test:
        case "empty":
            return empty
        case "there":
            return call("there", cell)
        case "equal" | "one_of" | "at_least" | "at_most":
            asked = call(one.test, cell, _plain(one.value))
        case "within":
            asked = call("at_least", cell, call("as_time", _moment(as_of - span(str(one.value)))))
        case "ahead":
            asked = call("at_most", cell, call("as_time", _moment(as_of + span(str(one.value)))))
    return call("or", empty, asked) if one.or_empty else asked


def _plain(value: Plain | tuple[str, ...]) -> Expression | Plain | tuple[str, ...]:
    """A day in a text is compared as a day."""
    return call("as_date", value) if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def span(text: str) -> timedelta:
    """`36h` or `30d`."""
    match = SPAN.match(text)
    if match is None:
        raise ValueError(text)
    return timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))


def state_of(indicator: Indicator, value: float | None, stale: bool) -> FigureState:
    """What is said of a number: nothing where it is old or missing; else whether it lies in its band, or reaches its target."""
    if value is None or stale:
        return "unknown"
    if indicator.normal is not None:
        least, most = indicator.normal
        return "normal" if least <= value <= most else "off"
    if indicator.target is not None:
        reached = value >= indicator.target if indicator.better == "more" else value <= indicator.target
        return "normal" if reached else "off"
    return "normal"
