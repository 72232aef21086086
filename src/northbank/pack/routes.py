"""Faults of the routing library with file and line: cells that cannot be read, and what its rows leave out or hide.

What a cell means is read in core.conditions, what is wrong with the rows together is found in core.route_faults.
"""

from collections.abc import Iterator

from northbank.core.city import Attribute, City, Name
from northbank.core.conditions import (
    KINDS,
    OWN_ATTRIBUTES,
    WEEKDAYS,
    Unreadable,
    read_asks,
    read_place,
    read_times,
)  # fmt: skip
from northbank.core.route_faults import find
from northbank.pack import rows as r
from northbank.pack.fault import Fault, choice, in_cell, told
from northbank.pack.files import PackFiles, codes

TIMES = Name(
    "时段、日（Mon-Fri、workday、restday、holiday）、钟点（22:00-06:00、office），以 ; 分隔，前加 ! 为非",
    "periods, days (Mon-Fri, workday, restday, holiday), hours (22:00-06:00, office), with ; between and ! before",
)
TESTS = Name(
    "条件，如 pipe_mm<500、urgent=yes、kind=a|b、kind=?（=、!=、<、<=、>、>=）",
    "tests such as pipe_mm<500, urgent=yes, kind=a|b, kind=? (=, !=, <, <=, >, >=)",
)
PREFIX = Name("*、前缀如 01*", "*, a prefix such as 01*")
TAKEN = Name("换一个代码：每份上报已有该项", "another code: every report has that one already")
TAKEN_WORD = Name("换一个代码：该词已有含义", "another code: that word has a meaning already")
NO_BANG = Name("日与钟点；`!` 写在 routing.csv", "days and hours; `!` stands in routing.csv")
OF_DISTRICT = Name("区级单位，或 duty_list 为 own 或 assist", "a unit of the district, or duty_list own or assist")


def cell_faults(files: PackFiles) -> Iterator[Fault]:
    """Attributes, periods, and the cells of place, time, attributes and duty list that cannot be read."""
    yield from _attributes(files)
    yield from _periods(files)
    periods = {row.code: row.when for _, row in files.table("periods")}
    areas = codes(files, "areas") | codes(files, "grids")
    for line, row in files.table("routing"):
        yield from _place(line, row.place, areas)
        yield from _time("routing.csv", line, "time", row.time, periods)
        yield from _tests(files, line, row)
        yield from _duty(files, line, row)


def library_faults(files: PackFiles, city: City) -> Iterator[Fault]:
    """Rows that are unreachable, hidden or in conflict, and cases that nobody takes, each with a case that shows it."""
    rows = {row.id: line for line, row in files.table("routing")}
    types = codes(files, "types")
    for one in find(city, files.pack.value.to_desk):
        file, line = ("routing.csv", rows[one.row]) if one.row else ("types.csv", types[one.type or ""])
        chinese = one.found.say("zh"), one.allowed.say("zh")
        yield Fault(file, line, one.found.say("en"), one.allowed.say("en"), one.warning, chinese)


def _attributes(files: PackFiles) -> Iterator[Fault]:
    known = codes(files, "attributes")
    for line, row in files.table("attributes"):
        if row.code in OWN_ATTRIBUTES:
            yield told("attributes.csv", line, in_cell("code", row.code), TAKEN)
        if row.kind == "choice" and not row.values.split():
            bare = Name(f"选项属性 '{row.code}' 没有取值", f"choice '{row.code}' without values")
            yield told("attributes.csv", line, bare, Name("代码，以空格分隔", "codes with spaces between"))
        if row.kind != "choice" and row.values:
            stray = Name(f"'{row.code}' 的 values 为 '{row.values}'", f"values '{row.values}' of '{row.code}'")
            yield told("attributes.csv", line, stray, Name("只有选项属性才有 values", "values of a choice only"))
        limits = (row.least, row.most)
        if row.kind == "number" and (None in limits or row.least > row.most):
            span = Name(
                f"数字属性 '{row.code}' 从 {row.least} 到 {row.most}",
                f"number '{row.code}' from {row.least} to {row.most}",
            )
            yield told("attributes.csv", line, span, Name("least 与 most，前者不大于后者", "least and most"))
        if row.kind != "number" and limits != (None, None):
            bound = Name(f"'{row.code}' 的 least 或 most", f"least or most of '{row.code}'")
            yield told("attributes.csv", line, bound, Name("只有数字属性才有上下限", "bounds of a number only"))
    for line, row in files.table("types"):
        for code in row.attributes.split():
            if code not in known:
                yield told("types.csv", line, in_cell("attribute", code), choice(known, code))


def _periods(files: PackFiles) -> Iterator[Fault]:
    for line, row in files.table("periods"):
        if row.code in (*KINDS, *WEEKDAYS, "office"):
            yield told("periods.csv", line, in_cell("code", row.code), TAKEN_WORD)
        if "!" in row.when or row.when.strip() == "*":
            yield told("periods.csv", line, in_cell("when", row.when), NO_BANG)
        else:
            yield from _time("periods.csv", line, "when", row.when, {})


def _place(line: int, cell: str, areas: dict[str, int]) -> Iterator[Fault]:
    for part in (part for parts in read_place(cell) for part in parts):
        if not (any(code.startswith(part[:-1]) for code in areas) if part.endswith("*") else part in areas):
            yield told("routing.csv", line, in_cell("place", part), choice(areas, part, PREFIX))


def _time(file: str, line: int, column: str, cell: str, periods: dict[str, str]) -> Iterator[Fault]:
    try:
        read_times(cell, periods)
    except ValueError as error:
        known = choice(periods, str(error)) if periods else Name()
        named = Name(f"{TIMES.zh}；时段：{known.zh}", f"{TIMES.en}; periods: {known.en}") if periods else TIMES
        yield told(file, line, in_cell(column, error), named)


def _tests(files: PackFiles, line: int, row: r.RouteRow) -> Iterator[Fault]:
    attributes = {
        one.code: Attribute(code=one.code, name=Name(), kind=one.kind, values=tuple(one.values.split()))
        for _, one in files.table("attributes")
    }
    for word in row.attributes.split():
        try:
            read_asks(word, attributes, codes(files, "sources"))
        except Unreadable as error:
            known = choice([*attributes, *OWN_ATTRIBUTES])
            yield told(
                "routing.csv", line, Name(f"attributes 中{error.said.zh}", f"{error.said.en} in attributes"),
                Name(f"{TESTS.zh}；{known.zh}", f"{TESTS.en}; {known.en}"),
            )  # fmt: skip


def _duty(files: PackFiles, line: int, row: r.RouteRow) -> Iterator[Fault]:
    """What was taken back from the towns may not be given to one, and they may not be asked to help with it."""
    if row.duty_list != "taken_back":
        return
    towns = {unit.code for _, unit in files.table("units") if unit.kind == "town_center"} | {"@town"}
    for column, units in (("owner", [row.owner]), ("support", row.support.split())):
        for unit in units:
            if unit in towns:
                back = Name(
                    f"{column} 为 '{unit}'，而该事项已从镇街收回",
                    f"{column} '{unit}' of a matter that was taken back from the towns",
                )
                yield told("routing.csv", line, back, OF_DISTRICT)
