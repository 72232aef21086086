"""What a cell of the routing library asks: place, time and attributes, read once and tested against one moment and case.

Grammar and meaning of the three columns live here; which row is taken is decided in routing.py.
"""

# place       areas or `prefix*`, by spaces; `!` before one takes it out             `500105006 !500105006004`
# time        periods, days, hours or both, by `;`; `!` takes out                    `night; Sat-Sun; !holiday`
# attributes  tests by spaces, all of which must hold; `?`: the report did not say   `pipe_mm<500 urgent=yes`
#
# Hours are read on the local clock, from the first minute to before the last (24:00 is the end of a day); hours whose end
# comes at or before their start run over midnight and belong to the day they start on.

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, assert_never

import msgspec

from northbank.core.city import Attribute, City, Given, Name
from northbank.core.worktime import DAY, Calendar, Spans

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
KINDS = ("workday", "restday", "holiday")
OWN_ATTRIBUTES = ("urgent", "source")  # every report has these
Kind = Literal["workday", "restday", "holiday"]
Op = Literal["=", "!=", "<", "<=", ">", ">="]

_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)$")
_ASK = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.\-]*)(<=|>=|!=|=|<|>)(\S+)$")
_WHOLE: Spans = ((0, DAY),)


class Span(msgspec.Struct, frozen=True):
    """Days and the hours of them. days: weekdays (0 is Monday), a kind of day, or None for all; hours None: office hours."""

    days: frozenset[int] | Kind | None
    hours: Spans | None

    def holds(self, calendar: Calendar, day: date, minute: int) -> bool:
        """Whether the local minute of `day` lies in it. Raises Refused where a kind of day or office hours need a year
        the calendar does not cover."""
        if any(start <= minute < end for start, end in self._hours(calendar, day)):
            return True
        before = day - timedelta(1)
        if self._needs_calendar and before.year not in calendar.years:
            return False  # like the calendar itself: what ran over from an unknown year is not counted
        return any(start <= minute + DAY < end for start, end in self._hours(calendar, before))

    @property
    def _needs_calendar(self) -> bool:
        return self.hours is None or isinstance(self.days, str)

    def _hours(self, calendar: Calendar, day: date) -> Spans:
        if not self._on(calendar, day):
            return ()
        return calendar.spans(day) if self.hours is None else self.hours

    def _on(self, calendar: Calendar, day: date) -> bool:
        match self.days:
            case None:
                return True
            case frozenset() as weekdays:
                return day.weekday() in weekdays
            case "workday":
                return bool(calendar.spans(day))
            case "restday":
                return not calendar.spans(day)
            case "holiday":
                return not calendar.spans(day) and day in calendar.days
            case _:
                assert_never(self.days)


class Times(msgspec.Struct, frozen=True):
    """A read `time` cell: any of `some` (nothing there: always), and none of `never`."""

    some: tuple[Span, ...] = ()
    never: tuple[Span, ...] = ()

    def holds(self, calendar: Calendar, day: date, minute: int) -> bool:
        """Whether the minute after the local midnight of `day` is asked for."""
        if self.some and not any(span.holds(calendar, day, minute) for span in self.some):
            return False
        return not any(span.holds(calendar, day, minute) for span in self.never)

    def edges(self) -> Iterator[int]:
        """Minutes of the day at which the answer may change, those of office hours left out."""
        for span in (*self.some, *self.never):
            for start, end in span.hours or ():
                yield start
                yield end % DAY

    @property
    def office(self) -> bool:
        """Whether office hours are asked for."""
        return any(span.hours is None for span in (*self.some, *self.never))


def read_times(cell: str, periods: Mapping[str, str]) -> Times | None:
    """A `time` cell; None for `*` or nothing. Raises ValueError with the term that cannot be read."""
    if cell.strip() in ("", "*"):
        return None
    some: list[Span] = []
    never: list[Span] = []
    for term in cell.split(";"):
        plain = term.strip()
        (never if plain.startswith("!") else some).extend(_spans(plain.removeprefix("!").strip(), periods))
    return Times(tuple(some), tuple(never))


def _spans(term: str, periods: Mapping[str, str]) -> list[Span]:
    if term in periods:
        return [span for part in periods[term].split(";") for span in _spans(part.strip(), {})]
    words = term.split()
    if not 1 <= len(words) <= 2:
        raise ValueError(term)
    last = words[-1]
    if last == "office":
        hours: Spans | None = None
    elif ":" in last:
        hours = tuple(_hours(part) for part in last.split(","))
    elif len(words) == 1:
        return [Span(_days(last), _WHOLE)]
    else:
        raise ValueError(term)
    return [Span(_days(words[0]) if len(words) == 2 else None, hours)]


def _hours(word: str) -> tuple[int, int]:
    found = _HOURS.match(word)
    if found is None:
        raise ValueError(word)
    h1, m1, h2, m2 = (int(part) for part in found.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or start >= DAY or end > DAY:
        raise ValueError(word)
    return start, end if end > start else end + DAY


def _days(word: str) -> frozenset[int] | Kind:
    match word:
        case "workday" | "restday" | "holiday":
            return word
    found: set[int] = set()
    for part in word.split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if first not in WEEKDAYS or last not in WEEKDAYS:
            raise ValueError(word)
        a, b = WEEKDAYS.index(first), WEEKDAYS.index(last)
        found |= {n % 7 for n in range(a, (b if b >= a else b + 7) + 1)}
    return frozenset(found)


def read_place(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes and prefixes that a `place` cell takes in (none: everywhere) and those it takes out."""
    parts = cell.split()
    return tuple(p for p in parts if p[0] != "!" and p != "*"), tuple(p[1:] for p in parts if p[0] == "!")


def place_holds(city: City, cell: str, area: str | None) -> bool:
    """Whether a `place` cell takes in area `area`: itself or any area above it is meant. An unknown place fits only `*`."""
    some, never = read_place(cell)
    if not some and not never:
        return True
    chain = chain_of(city, area)
    if not chain or any(_covers(part, code) for part in never for code in chain):
        return False
    return not some or any(_covers(part, code) for part in some for code in chain)


def chain_of(city: City, area: str | None) -> list[str]:
    """The area and all areas above it, from the smallest up."""
    chain: list[str] = []
    while area is not None and area in city.areas and area not in chain:
        chain.append(area)
        area = city.areas[area].parent
    return chain


def _covers(part: str, code: str) -> bool:
    return code.startswith(part[:-1]) if part.endswith("*") else code == part


class Ask(msgspec.Struct, frozen=True):
    """One test of an attribute. values: what it is compared with; None among them: the report did not say."""

    code: str
    op: Op
    values: tuple[Given | None, ...]

    def holds(self, value: Given | None) -> bool:
        """Whether `value` passes. What the report did not say passes only `?`."""
        if self.op in ("=", "!="):
            return (value in self.values) is (self.op == "=") and (value is not None or None in self.values)
        limit = self.values[0]
        if isinstance(value, bool) or not isinstance(value, int) or not isinstance(limit, int):
            return False
        match self.op:
            case "<":
                return value < limit
            case "<=":
                return value <= limit
            case ">":
                return value > limit
            case _:
                return value >= limit


class Unreadable(ValueError):
    """A test that cannot be read, in words of both languages."""

    def __init__(self, said: Name) -> None:
        self.said = said
        super().__init__(said.en)


def read_asks(cell: str, attributes: Mapping[str, Attribute], sources: Mapping[str, object]) -> tuple[Ask, ...]:
    """The tests of an `attributes` cell. Raises Unreadable that says what is wrong with which test."""
    return tuple(_ask(word, attributes, sources) for word in cell.split() if word != "*")


def _ask(word: str, attributes: Mapping[str, Attribute], sources: Mapping[str, object]) -> Ask:
    found = _ASK.match(word)
    if found is None:
        raise Unreadable(Name(f"条件 '{word}'", f"test '{word}'"))
    code, op, text = found.groups()
    kind = kind_of(code, attributes)
    if op not in ("=", "!=") and kind != "number":
        raise Unreadable(Name(f"'{op}' 用于 '{code}'，而它不是数字", f"'{op}' with '{code}', which is no number"))
    parts = text.split("|") if op in ("=", "!=") else [text]
    known = tuple(sources) if code == "source" else attributes[code].values if code in attributes else ()
    try:
        values = tuple(None if part == "?" and op in ("=", "!=") else _value(part, kind, known) for part in parts)
    except ValueError:
        raise Unreadable(Name(f"'{code}' 的值 '{text}'", f"value '{text}' of '{code}'")) from None
    if op == "!=" and None in values:
        raise Unreadable(Name(f"条件 '{word}'", f"test '{word}'"))
    return Ask(code, op, values)  # type: ignore[arg-type]


def kind_of(code: str, attributes: Mapping[str, Attribute]) -> Literal["yes_no", "choice", "number"]:
    """The kind of an attribute, the program's own ones too. Raises Unreadable where there is none of that code."""
    if code == "urgent":
        return "yes_no"
    if code == "source":
        return "choice"
    if code not in attributes:
        raise Unreadable(Name(f"属性 '{code}'", f"attribute '{code}'"))
    return attributes[code].kind


def _value(text: str, kind: str, known: tuple[str, ...]) -> Given:
    if kind == "number":
        return int(text)
    if kind == "yes_no" and text in ("yes", "no"):
        return text == "yes"
    if kind == "choice" and text in known:
        return text
    raise ValueError(text)


def is_value(attribute: Attribute, value: Given) -> bool:
    """Whether a report may give `value` for the attribute."""
    match attribute.kind:
        case "yes_no":
            return isinstance(value, bool)
        case "choice":
            return isinstance(value, str) and value in attribute.values
        case "number":
            return type(value) is int and attribute.least <= value <= attribute.most


def allowed_values(attribute: Attribute) -> str:
    """What a report may give for the attribute, as a program writes it."""
    match attribute.kind:
        case "yes_no":
            return "true, false"
        case "choice":
            return ", ".join(attribute.values)
        case "number":
            return f"{attribute.least} - {attribute.most} {attribute.unit}".strip()
