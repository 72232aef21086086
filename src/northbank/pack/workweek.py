"""The calendar files of a pack become one working calendar; a promised year that is missing is a fault.

What a calendar means is core's business (`core.worktime`); only reading and joining happen here.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from northbank.core.worktime import Calendar
from northbank.pack.fault import Fault
from northbank.pack.files import PackFiles, TomlFile
from northbank.pack.spec import Day, WeekToml, YearToml

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Spans = tuple[tuple[int, int], ...]


def minutes(hours: str) -> tuple[int, int]:
    """`09:00-12:30` as minutes after midnight; an end at or before the start is on the next day."""
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in hours.split("-"))
    return start, end if end > start else end + 24 * 60


def weekly(week: WeekToml) -> tuple[Spans, ...]:
    """Office hours Monday to Sunday."""
    return tuple(tuple(minutes(hours) for hours in getattr(week, day)) for day in WEEKDAYS)


def calendar_of(files: PackFiles) -> Calendar:
    """The calendar of a pack that was found without fault."""
    assert files.week is not None
    spans = weekly(files.week.value)
    days: dict[date, Spans] = {}
    for year in files.years:
        for day in year.value.days:
            days[day.date] = _spans_of(day, spans)
    return Calendar(
        version=files.digest,
        timezone=files.pack.value.timezone,
        weekly=spans,
        days=days,
        years=frozenset(year.value.year for year in files.years),
    )


def _spans_of(day: Day, spans: tuple[Spans, ...]) -> Spans:
    if day.kind == "holiday":
        return ()
    if day.hours is not None:
        return tuple(minutes(hours) for hours in day.hours)
    if day.like is not None:
        return spans[WEEKDAYS.index(day.like)]
    return next((span for span in spans if span), ())


def calendar_faults(files: PackFiles) -> Iterator[Fault]:
    """Missing years, days of another year, days twice, hours out of order, an unknown time zone."""
    pack = files.pack
    try:
        ZoneInfo(pack.value.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Fault(
            pack.file,
            pack.line("timezone"),
            f"timezone '{pack.value.timezone}'",
            "a zone of the IANA list, written Area/Place",
        )
    if files.week is not None:
        for index, day in enumerate(WEEKDAYS):
            yield from _order(files.week.file, files.week.line(day), weekly(files.week.value)[index])
        if not any(weekly(files.week.value)):
            yield Fault(files.week.file, 1, "a week without office hours", "hours on one weekday at least")
    found = {year.value.year for year in files.years}
    for number in range(pack.value.years.first, pack.value.years.last + 1):
        if number not in found and not (files.folder / f"calendar/{number}.toml").exists():
            yield Fault(
                pack.file, pack.line("years"), f"year {number} without a calendar", f"a file calendar/{number}.toml"
            )
    for year in files.years:
        if year.file != f"calendar/{year.value.year}.toml":
            yield Fault(
                year.file,
                year.line("year"),
                f"year {year.value.year}",
                f"the year of the file's name, or the file calendar/{year.value.year}.toml",
            )
        yield from _day_faults(year.file, year)


def _day_faults(file: str, year: TomlFile[YearToml]) -> Iterator[Fault]:
    seen: set[date] = set()
    for index, day in enumerate(year.value.days):
        line = year.line("days", index, "date")
        if day.date.year != year.value.year:
            yield Fault(file, line, f"the day {day.date}", f"a day of {year.value.year}")
        if day.date in seen:
            yield Fault(file, line, f"the day {day.date} a second time", "each day once")
        seen.add(day.date)
        if day.kind == "holiday" and (day.hours or day.like):
            yield Fault(file, line, f"hours on the holiday {day.date}", "kind workday for a day with hours")
        if day.hours:
            yield from _order(file, line, tuple(minutes(hours) for hours in day.hours))


def _order(file: str, line: int, spans: Spans) -> Iterator[Fault]:
    for start, end in spans:
        if start >= 1440 or end > 2880 or end % 60 > 59:
            yield Fault(
                file, line, f"hours from minute {start} to {end}", "a start before 24:00 and an end within a day of it"
            )
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            yield Fault(
                file, line, "hours that overlap or are out of order", "spans in order, each after the one before"
            )
