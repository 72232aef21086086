"""Offices with hours of their own: calendar/offices/<code>.toml becomes one calendar each, and who keeps which.

The city's week and years are read in `workweek`; how time is counted on a calendar is core's business.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from northbank.core.city import Name
from northbank.core.office import OWNER
from northbank.core.worktime import Calendar
from northbank.pack.fault import Fault, choice, in_cell, told
from northbank.pack.files import PackFiles, TomlFile
from northbank.pack.rows import UnitRow
from northbank.pack.spec import OfficeToml
from northbank.pack.workweek import ONE_DAY, WEEKDAYS, Spans, calendar, day_faults, order_faults, spans_of, weekly

NO_OFFICE = Name("不指定作息，或用 working_hour、working_day", "no office, or working_hour or working_day")
CITY = "@city"  # in units.csv: the city's own hours, whatever units of its kind keep


def offices_of(files: PackFiles) -> dict[str, Calendar]:
    """The calendar of each office: its week, the city's days that differ (if it keeps them), and its own."""
    found: dict[str, Calendar] = {}
    for code, office in files.offices.items():
        week = weekly(office.value)
        days: dict[date, Spans] = {}
        if office.value.city_days:
            days |= {day.date: spans_of(day, week) for year in files.years for day in year.value.days}
        days |= {day.date: spans_of(day, week) for day in office.value.days}
        found[code] = calendar(files, week, days)
    return found


def names_of(files: PackFiles) -> dict[str, Name]:
    """What each office is called."""
    return {code: office.value.name for code, office in files.offices.items()}


def day_names(files: PackFiles) -> dict[date, Name]:
    """What the days that differ from their weekday are called."""
    empty = Name()
    return {day.date: day.name for year in files.years for day in year.value.days if day.name != empty}


def office_of(files: PackFiles, row: UnitRow) -> str:
    """Whose hours a unit keeps: its own cell, else the office of its kind, else the city's."""
    if row.office:
        return "" if row.office == CITY else row.office
    return next((code for code, office in files.offices.items() if row.kind in office.value.kinds), "")


def office_faults(files: PackFiles) -> Iterator[Fault]:
    """Offices without hours, hours out of order, days of no year, two offices for one kind, and names nobody has."""
    years = {year.value.year for year in files.years}
    for office in files.offices.values():
        yield from _hours(office)
        yield from day_faults(office.file, office, years)
    kinds = sorted((kind, office.file) for office in files.offices.values() for kind in office.value.kinds)
    for kind, claims in groupby(kinds, key=lambda one: one[0]):
        _, *more = (file for _, file in claims)
        for file in more:
            claimed = Name(
                f"kind 为 '{kind}' 的单位，另一作息也有", f"units of kind '{kind}', which another office has too"
            )
            yield told(file, 1, claimed, Name("每种单位只属一种作息", "each kind in one office"))
    for line, row in files.table("units"):
        if row.office and row.office != CITY and row.office not in files.offices:
            yield told("units.csv", line, in_cell("office", row.office), choice({CITY, *files.offices}, row.office))
    for line, row in files.table("limits"):
        if row.office and row.office != OWNER and row.office not in files.offices:
            yield told("limits.csv", line, in_cell("office", row.office), choice({OWNER, *files.offices}, row.office))
        elif row.office and row.unit not in ("working_hour", "working_day"):
            found = Name(
                f"{row.amount} {row.unit} 按自然时间计，却指定了作息",
                f"an office for {row.amount} {row.unit}, which run by the clock",
            )
            yield told("limits.csv", line, found, NO_OFFICE)


def _hours(office: TomlFile[OfficeToml]) -> Iterator[Fault]:
    week = weekly(office.value)
    for day, spans in zip(WEEKDAYS, week, strict=True):
        yield from order_faults(office.file, office.line(day), spans)
    if not any(week):
        yield told(office.file, 1, Name("作息没有钟点", "an office without hours"), ONE_DAY)
