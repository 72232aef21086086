"""Why did this come to me: every row of the library that is about a case, condition by condition, in words.

Only tells; the decision itself is made in routing.py, by the same tests.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import msgspec

from northbank.core.case import Case
from northbank.core.city import City, Given, Name, Route
from northbank.core.conditions import WEEKDAYS, Ask, place_holds, read_place
from northbank.core.refusal import Refused
from northbank.core.routing import NOTHING, Tested, fits, given, owner_of, owner_stands, route, tested

ANY = Name("不限", "any")
UNSAID = Name("未填写", "not said")
_DAYS_ZH = "一二三四五六日"
_KINDS = {
    "workday": Name("工作日", "working days"),
    "restday": Name("休息日", "days off"),
    "holiday": Name("节假日", "holidays"),
    "office": Name("上班时间", "office hours"),
    "*": ANY,
}
_COLUMNS = {
    "type": Name("类型", "Type"),
    "level": Name("来源层级", "Level"),
    "place": Name("地点", "Place"),
    "time": Name("时间", "Time"),
    "urgent": Name("紧急", "Urgent"),
    "source": Name("来源", "Source"),
    "owner": Name("承办单位", "Owner"),
}
_YES, _NO = Name("是", "yes"), Name("否", "no")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What routing knows of a case. grid: the smallest area of its place; at: the moment that counts."""

    type: str | None
    level: str
    at: datetime
    grid: str | None = None
    urgent: bool = False
    source: str | None = None
    attributes: Mapping[str, Given] = NOTHING


class Verdict(msgspec.Struct, frozen=True):
    """One condition of a row: the column, what it asks, what the case is, and whether that holds."""

    column: Name
    asked: Name
    found: Name
    holds: bool


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row about this case, the owner it means here, why it was or was not taken, and its conditions one by one."""

    row: Route
    owner: str | None
    taken: bool
    fits: bool
    why: Name
    verdicts: tuple[Verdict, ...]


def taken_row(city: City, asked: Question) -> Route | None:
    """The row that decides the case. Raises Refused as `route` does."""
    return route(
        city, asked.type, asked.level, asked.at, asked.grid, urgent=asked.urgent, source=asked.source,
        attributes=asked.attributes,
    )  # fmt: skip


def question_of(case: Case, judged_at: datetime | None = None) -> Question:
    """What routing was asked of a case, and would be asked again. judged_at: the moment that counted, if not the report's."""
    return Question(
        type=case.type, level=case.level, at=judged_at or case.reported_at, grid=case.spot.grid if case.spot else None,
        urgent=case.urgent, source=case.source, attributes=case.attributes,
    )  # fmt: skip


def row_today(city: City, case: Case) -> Route | None:
    """The row that today's library gives a case whose own row is gone or was never there."""
    if case.spot is None or case.type is None:
        return None
    try:
        return taken_row(city, question_of(case))
    except Refused:
        return None


def candidates(city: City, asked: Question, nearest: int = 3) -> tuple[Candidate, ...]:
    """The rows that fit, in the library's order, then up to `nearest` rows of the type that miss by the fewest conditions."""
    taken = taken_row(city, asked)
    local = asked.at.astimezone(city.calendar.zone)
    fitting: list[Candidate] = []
    near: list[tuple[int, Candidate]] = []
    for one in tested(city):
        if not fits(one.row.types, asked.type):
            continue
        verdicts = tuple(_verdicts(city, one, asked, local))
        missed = sum(not verdict.holds for verdict in verdicts)
        stands = owner_stands(city, one, asked.grid, local.date())
        owner = owner_of(city, one.row, city.above(asked.grid, "town"), asked.at)
        why = _why(one.row is taken, missed, stands, verdicts)
        found = Candidate(
            row=one.row, owner=owner, taken=one.row is taken, fits=missed == 0, why=why, verdicts=verdicts
        )
        if missed:
            near.append((missed, found))
        else:
            fitting.append(found)
    near.sort(key=lambda pair: pair[0])
    return (*fitting, *(found for _, found in near[:nearest]))


def values(city: City, asked: Question) -> tuple[tuple[Name, Name], ...]:
    """What the decision was made from: each value with its name."""
    local = asked.at.astimezone(city.calendar.zone)
    said = [*asked.attributes]
    found = [(_COLUMNS[key], _found(city, key, asked, local)) for key in ("type", "level", "place", "time")]
    found += [
        (_COLUMNS[key], value_in_words(city, key, given(key, asked.urgent, asked.source, {})))
        for key in ("urgent", "source")
    ]
    return (
        *found,
        *((attribute_name(city, code), value_in_words(city, code, asked.attributes[code])) for code in said),
    )


def attribute_name(city: City, code: str) -> Name:
    """What an attribute is called."""
    known = city.attributes.get(code)
    return known.name if known is not None else _COLUMNS.get(code, Name(code, code))


def moment(local: datetime) -> Name:
    """A local time in words: the day of the week, the date, the minute."""
    return Name(f"{local:%Y-%m-%d} 周{_DAYS_ZH[local.weekday()]} {local:%H:%M}", f"{local:%a %Y-%m-%d %H:%M}")


def moment_in_words(day: date, minute: int, dated: bool) -> Name:
    """A weekday and a minute; `dated`: with the day too, because not every such weekday is like it."""
    zh, en = f"周{_DAYS_ZH[day.weekday()]}", f"{day:%A}"
    clock = f"{minute // 60:02}:{minute % 60:02}"
    return Name(f"{day} {zh} {clock}", f"{en} {day} {clock}") if dated else Name(f"{zh} {clock}", f"{en} {clock}")


def _why(taken: bool, missed: int, stands: bool, verdicts: tuple[Verdict, ...]) -> Name:
    if taken:
        return Name("第一条适用且承办单位存在的规则", "The first row that fits and whose owner exists on that day")
    if missed:
        first = next(verdict for verdict in verdicts if not verdict.holds)
        return Name(f"{first.column.zh}不符", f"{first.column.en} does not fit")
    if not stands:
        return Name("当日没有该承办单位", "Its owner does not exist on that day")
    return Name("排在后面", "It comes later in the library")


def _verdicts(city: City, one: Tested, asked: Question, local: datetime) -> Iterator[Verdict]:
    row, day, minute = one.row, local.date(), local.hour * 60 + local.minute
    yield _verdict(city, "type", _types(city, row.types), asked, local, True)
    if row.level != "*":
        yield _verdict(city, "level", city.word("level", row.level), asked, local, row.level == asked.level)
    if one.grids is not None:
        holds = place_holds(city, row.place, asked.grid)
        yield _verdict(city, "place", _places(city, row.place), asked, local, holds)
    if one.times is not None:
        holds = one.times.holds(city.calendar, day, minute)
        yield _verdict(city, "time", times_in_words(city, row.time), asked, local, holds)
    for ask in one.asks:
        value = given(ask.code, asked.urgent, asked.source, asked.attributes)
        name = attribute_name(city, ask.code)
        yield Verdict(name, ask_in_words(city, ask), value_in_words(city, ask.code, value), ask.holds(value))


def _verdict(city: City, column: str, wanted: Name, asked: Question, local: datetime, holds: bool) -> Verdict:
    return Verdict(_COLUMNS[column], wanted, _found(city, column, asked, local), holds)


def _found(city: City, column: str, asked: Question, local: datetime) -> Name:
    match column:
        case "type":
            kind = city.types.get(asked.type or "")
            return kind.name if kind is not None else Name(*([asked.type] * 2)) if asked.type else UNSAID
        case "level":
            return city.word("level", asked.level)
        case "place":
            area = city.areas.get(asked.grid or "")
            return area.name if area is not None else UNSAID
        case _:
            return moment(local)


def _types(city: City, cell: str) -> Name:
    return _joined([city.types[part].name if part in city.types else _plain(part) for part in cell.split()])


def _places(city: City, cell: str) -> Name:
    some, never = read_place(cell)

    def name(part: str) -> Name:
        return city.areas[part].name if part in city.areas else _plain(part)

    inside = _joined([name(part) for part in some]) if some else ANY
    if not never:
        return inside
    outside = _joined([name(part) for part in never])
    return Name(f"{inside.say('zh')}（不含{outside.say('zh')}）", f"{inside.say('en')}, not {outside.say('en')}")


def times_in_words(city: City, cell: str) -> Name:
    """A `time` cell with the names of its periods."""
    return _joined([_term(city, term.strip()) for term in cell.split(";")])


def _term(city: City, term: str) -> Name:
    plain = term.removeprefix("!").strip()
    period = city.periods.get(plain)
    if period is not None:
        found = period.name
    else:
        words = [_KINDS.get(word) or Name(_days_zh(word), word) for word in plain.split()]
        found = Name(" ".join(word.say("zh") for word in words), " ".join(word.say("en") for word in words))
    return Name(f"非{found.say('zh')}", f"not {found.say('en')}") if term.startswith("!") else found


def _days_zh(word: str) -> str:
    for number, day in enumerate(WEEKDAYS):
        word = word.replace(day, f"周{_DAYS_ZH[number]}")
    return word


def ask_in_words(city: City, ask: Ask) -> Name:
    """A test of an attribute: its sign and what it is compared with."""
    wanted = [value_in_words(city, ask.code, value) for value in ask.values]
    sign = "" if ask.op == "=" else {"!=": "≠", "<=": "≤", ">=": "≥"}.get(ask.op, ask.op) + " "
    either = " / ".join(value.say("zh") for value in wanted), " / ".join(value.say("en") for value in wanted)
    return Name(sign + either[0], sign + either[1])


def value_in_words(city: City, code: str, value: Given | None) -> Name:
    """A value of an attribute in words."""
    if value is None:
        return UNSAID
    if isinstance(value, bool):
        return _YES if value else _NO
    if code == "source":
        source = city.sources.get(str(value))
        return source.name if source is not None else _plain(str(value))
    if isinstance(value, str):
        return city.word("value", f"{code}.{value}") if f"value.{code}.{value}" in city.words else _plain(value)
    unit = city.attributes[code].unit if code in city.attributes else ""
    return _plain(f"{value} {unit}".strip())


def _joined(names: list[Name], most: int = 4) -> Name:
    more = " …" if len(names) > most else ""
    shown = names[:most]
    return Name("、".join(n.say("zh") for n in shown) + more, ", ".join(n.say("en") for n in shown) + more)


def _plain(text: str) -> Name:
    return Name("不限", "any") if text == "*" else Name(text, text)
