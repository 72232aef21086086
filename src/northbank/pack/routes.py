"""Faults of the routing library with file and line: cells that cannot be read, and what its rows leave out or hide.

What a cell means is read in core.conditions, what is wrong with the rows together is found in core.route_faults.
"""

from collections.abc import Iterator

from northbank.core.city import Attribute, City, Name
from northbank.core.conditions import (
    KINDS,
    OWN_ATTRIBUTES,
    WEEKDAYS,
    read_asks,
    read_place,
    read_times,
)  # fmt: skip
from northbank.core.route_faults import find
from northbank.pack import rows as r
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, codes

TIMES = "periods, days (Mon-Fri, workday, restday, holiday), hours (22:00-06:00, office), with ; between and ! before"
TESTS = "tests such as pipe_mm<500, urgent=yes, kind=a|b, kind=? (=, !=, <, <=, >, >=)"


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
            yield Fault("attributes.csv", line, f"code '{row.code}'", "another code: every report has that one already")
        if row.kind == "choice" and not row.values.split():
            yield Fault("attributes.csv", line, f"choice '{row.code}' without values", "codes with spaces between")
        if row.kind != "choice" and row.values:
            yield Fault("attributes.csv", line, f"values '{row.values}' of '{row.code}'", "values of a choice only")
        limits = (row.least, row.most)
        if row.kind == "number" and (None in limits or row.least > row.most):
            yield Fault("attributes.csv", line, f"number '{row.code}' from {row.least} to {row.most}", "least and most")
        if row.kind != "number" and limits != (None, None):
            yield Fault("attributes.csv", line, f"least or most of '{row.code}'", "bounds of a number only")
    for line, row in files.table("types"):
        for code in row.attributes.split():
            if code not in known:
                yield Fault("types.csv", line, f"attribute '{code}'", listed(known, code))


def _periods(files: PackFiles) -> Iterator[Fault]:
    for line, row in files.table("periods"):
        if row.code in (*KINDS, *WEEKDAYS, "office"):
            yield Fault("periods.csv", line, f"code '{row.code}'", "another code: that word has a meaning already")
        if "!" in row.when or row.when.strip() == "*":
            yield Fault("periods.csv", line, f"when '{row.when}'", "days and hours; `!` stands in routing.csv")
        else:
            yield from _time("periods.csv", line, "when", row.when, {})


def _place(line: int, cell: str, areas: dict[str, int]) -> Iterator[Fault]:
    for part in (part for parts in read_place(cell) for part in parts):
        if not (any(code.startswith(part[:-1]) for code in areas) if part.endswith("*") else part in areas):
            yield Fault("routing.csv", line, f"place '{part}'", f"*, a prefix such as 01*, {listed(areas, part)}")


def _time(file: str, line: int, column: str, cell: str, periods: dict[str, str]) -> Iterator[Fault]:
    try:
        read_times(cell, periods)
    except ValueError as error:
        named = f"; periods: {listed(periods, str(error))}" if periods else ""
        yield Fault(file, line, f"{column} '{error}'", TIMES + named)


def _tests(files: PackFiles, line: int, row: r.RouteRow) -> Iterator[Fault]:
    attributes = {
        one.code: Attribute(code=one.code, name=Name(), kind=one.kind, values=tuple(one.values.split()))
        for _, one in files.table("attributes")
    }
    for word in row.attributes.split():
        try:
            read_asks(word, attributes, codes(files, "sources"))
        except ValueError as error:
            yield Fault(
                "routing.csv", line, f"{error} in attributes", f"{TESTS}; {listed([*attributes, *OWN_ATTRIBUTES])}"
            )


def _duty(files: PackFiles, line: int, row: r.RouteRow) -> Iterator[Fault]:
    """What was taken back from the towns may not be given to one, and they may not be asked to help with it."""
    if row.duty_list != "taken_back":
        return
    towns = {unit.code for _, unit in files.table("units") if unit.kind == "town_center"} | {"@town"}
    for column, units in (("owner", [row.owner]), ("support", row.support.split())):
        for unit in units:
            if unit in towns:
                yield Fault(
                    "routing.csv", line, f"{column} '{unit}' of a matter that was taken back from the towns",
                    "a unit of the district, or duty_list own or assist",
                )  # fmt: skip
