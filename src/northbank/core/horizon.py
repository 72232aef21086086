"""How far the working calendars of a city reach: the last day on which each limit can still be dated.

A year that nobody has published cannot be counted; what has to be said before it comes to that is found here.
"""

from datetime import UTC, date, datetime, timedelta

import msgspec

from northbank.core.city import City, Limit, Name
from northbank.core.localtime import first_instant
from northbank.core.office import OWNER, calendar_of
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar, due

WARN = timedelta(days=60)  # so long before the first report without a due time it is said on every start screen


class Horizon(msgspec.Struct, frozen=True, order=True):
    """The last local day on which every case under `limit` can be dated in the hours of `office`; None: on no day."""

    last: date | None
    year: int  # the first year that is missing after it
    limit: str
    office: str = ""


def horizons(city: City) -> tuple[Horizon, ...]:
    """One for each limit in working time and each office it can be counted in, the earliest end first."""

    def build() -> tuple[Horizon, ...]:
        offices = sorted({unit.office for unit in city.units.values()})
        found = [
            _horizon(city, limit, office)
            for limit in city.limits
            if limit.unit in ("working_hour", "working_day")
            for office in (offices if limit.office == OWNER else (limit.office,))
        ]
        return tuple(sorted(found, key=lambda one: (one.last or date.min, one.limit, one.office)))

    found: tuple[Horizon, ...] = city.memo("horizons", build)
    return found


def notices(city: City, day: date) -> tuple[Name, ...]:
    """What to tell people on `day`: reports from some day on get no due time unless a calendar is brought."""
    first = next(iter(horizons(city)), None)
    if first is None or (first.last is not None and day + WARN <= first.last):
        return ()
    if first.last is None or day > first.last:
        return (
            Name(
                zh=f"缺少 {first.year} 年工作日历：部分新事件的截止时间无法计算，不作推测。请在城市包中补充 calendar/{first.year}.toml。",
                en=f"The working calendar for {first.year} is missing: new cases are left without some due times, and nothing "
                f"is guessed. Add calendar/{first.year}.toml to the pack.",
            ),
        )
    since = first.last + timedelta(days=1)
    return (
        Name(
            zh=f"自 {since} 起，新事件的部分截止时间将因缺少 {first.year} 年工作日历而无法计算。请补充 calendar/{first.year}.toml。",
            en=f"From {since} on, new cases will be left without some due times, because the working calendar for "
            f"{first.year} is missing. Add calendar/{first.year}.toml to the pack.",
        ),
    )


def _horizon(city: City, limit: Limit, office: str) -> Horizon:
    calendar = calendar_of(city, office)
    years = sorted(calendar.years)
    if not years:
        return Horizon(None, 1970, limit.id, office)
    first = years[-1]
    while first - 1 in calendar.years:
        first -= 1
    # days fail from some day on, so the last good one is found by halving
    low, high = date(first, 1, 1).toordinal() - 1, date(years[-1], 12, 31).toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if _dated(calendar, limit, date.fromordinal(middle)):
            low = middle
        else:
            high = middle - 1
    last = date.fromordinal(low) if low >= date(first, 1, 1).toordinal() else None
    return Horizon(last, years[-1] + 1, limit.id, office)


def _dated(calendar: Calendar, limit: Limit, day: date) -> bool:
    """Whether a case that comes in the last moment of `day` has a due time."""
    end = day + timedelta(days=1)
    last = first_instant(calendar.zone, datetime(end.year, end.month, end.day, tzinfo=UTC).replace(tzinfo=None)) - 1
    try:
        due(calendar, last, limit.amount, limit.unit)
    except Refused:
        return False
    return True
