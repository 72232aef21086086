"""The calendar files of a pack become one working calendar; a promised year that is missing is a fault.

What a calendar means is core's business (`core.worktime`); only reading and joining happen here.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from northbank.core.city import Name
from northbank.core.worktime import Calendar
from northbank.pack.fault import Fault, in_cell, told
from northbank.pack.files import PackFiles, TomlFile
from northbank.pack.spec import Day, OfficeToml, WeekToml, YearToml

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = Name("一周中至少一天有钟点", "hours on one weekday at least")
WITHIN = Name("24:00 之前开始，且一天之内结束", "a start before 24:00 and an end within a day of it")
UNORDERED = Name("钟点重叠或次序不对", "hours that overlap or are out of order")
ORDERED = Name("按次序，每段在前一段之后", "spans in order, each after the one before")
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
    return calendar(files, spans, {day.date: spans_of(day, spans) for year in files.years for day in year.value.days})


def calendar(files: PackFiles, week: tuple[Spans, ...], days: Mapping[date, Spans]) -> Calendar:
    """A calendar over the years of the pack. Its version is a digest of all that it says, and of nothing else."""
    zone, years = files.pack.value.timezone, sorted(year.value.year for year in files.years)
    told = msgspec.json.encode([zone, week, [(day.isoformat(), days[day]) for day in sorted(days)], years])
    version = hashlib.sha256(told).hexdigest()[:16]
    return Calendar(version=version, timezone=zone, weekly=week, days=days, years=frozenset(years))


def spans_of(day: Day, spans: tuple[Spans, ...]) -> Spans:
    """The working spans of a day that differs, in an office with the weekly hours `spans`."""
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
        zone = Name("IANA 时区，如 Asia/Shanghai", "a zone of the IANA list, written Area/Place")
        yield told(pack.file, pack.line("timezone"), in_cell("timezone", pack.value.timezone), zone)
    if files.week is not None:
        for index, day in enumerate(WEEKDAYS):
            yield from order_faults(files.week.file, files.week.line(day), weekly(files.week.value)[index])
        if not any(weekly(files.week.value)):
            yield told(files.week.file, 1, Name("一周没有办公时间", "a week without office hours"), ONE_DAY)
    found = {year.value.year for year in files.years}
    for number in range(pack.value.years.first, pack.value.years.last + 1):
        if number not in found and not (files.folder / f"calendar/{number}.toml").exists():
            missing = Name(f"{number} 年没有工作日历", f"year {number} without a calendar")
            yield told(pack.file, pack.line("years"), missing, _file_of(number))
    for year in files.years:
        if year.file != f"calendar/{year.value.year}.toml":
            named = _file_of(year.value.year)
            right = Name(f"与文件名相同的年份，或{named.zh}", f"the year of the file's name, or the {named.en[2:]}")
            yield told(year.file, year.line("year"), Name(f"{year.value.year} 年", f"year {year.value.year}"), right)
        yield from day_faults(year.file, year, {year.value.year})


def _file_of(year: int) -> Name:
    return Name(f"文件 calendar/{year}.toml", f"a file calendar/{year}.toml")


def day_faults(file: str, listed: TomlFile[YearToml] | TomlFile[OfficeToml], years: Collection[int]) -> Iterator[Fault]:
    """Days of another year, days twice, holidays with hours, hours out of order."""
    seen: set[date] = set()
    for index, day in enumerate(listed.value.days):
        line = listed.line("days", index, "date")
        if day.date.year not in years:
            of = ", ".join(map(str, sorted(years)))
            yield told(file, line, Name(f"{day.date}", f"the day {day.date}"), Name(f"{of} 年的日子", f"a day of {of}"))
        if day.date in seen:
            again = Name(f"{day.date} 再次出现", f"the day {day.date} a second time")
            yield told(file, line, again, Name("每天一次", "each day once"))
        seen.add(day.date)
        if day.kind == "holiday" and (day.hours or day.like):
            idle = Name(f"假日 {day.date} 有钟点", f"hours on the holiday {day.date}")
            yield told(file, line, idle, Name("有钟点的日子 kind 为 workday", "kind workday for a day with hours"))
        if day.hours:
            yield from order_faults(file, line, tuple(minutes(hours) for hours in day.hours))


def order_faults(file: str, line: int, spans: Spans) -> Iterator[Fault]:
    """Hours that overlap, are out of order or no times of day."""
    for start, end in spans:
        if start >= 1440 or end > 2880 or end % 60 > 59:
            span = Name(f"从第 {start} 分钟到第 {end} 分钟", f"hours from minute {start} to {end}")
            yield told(file, line, span, WITHIN)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            yield told(file, line, UNORDERED, ORDERED)
