"""The calendars of the packs, and core's counting on them, against two independent packages on every day they cover.

Where two sources differ, the day and the reason stand here; a difference that is not listed fails.
"""

import random
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from chinese_calendar.constants import holidays as free_days
from chinese_calendar.constants import workdays as made_up_days

from northbank.core.worktime import Calendar, add, is_workday
from northbank.pack.load import load

PACKS = Path(__file__).resolve().parents[2] / "packs"


def days(pack: str, year: int, kind: str) -> set[date]:
    table = tomllib.loads((PACKS / pack / f"calendar/{year}.toml").read_text(encoding="utf-8"))
    return {day["date"] for day in table["days"] if day["kind"] == kind}


@pytest.mark.parametrize("year", range(2023, 2027))
def test_jiangbei_works_when_china_works(year: int) -> None:
    free, worked = days("jiangbei", year, "holiday"), days("jiangbei", year, "workday")
    day = date(year, 1, 1)
    while day.year == year:
        works = day in worked or (day.weekday() < 5 and day not in free)
        assert works == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(2023, 2027))
def test_a_second_package_says_the_same(year: int) -> None:
    other = holidays.country_holidays("CN", years=year)
    free = {day for day in days("jiangbei", year, "holiday") if day.weekday() < 5}
    assert free == {day for day in other if day.weekday() < 5}
    assert days("jiangbei", year, "workday") == {day for day in other.weekend_workdays if day.year == year}


COVERED = range(2004, 2027)  # what chinesecalendar knows
OFFICE = ((540, 1080),)
# The State Council moved the rest day of Saturday 31 December 2005 to the New Year of 2006. `holidays` knows that it was
# worked; `chinesecalendar` lists each year by its own notice and leaves it out.
APART = {date(2005, 12, 31): "worked for the New Year of 2006; missing in chinesecalendar"}


def every_day(years: range) -> Iterator[date]:
    return (
        date.fromordinal(n) for n in range(date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal() + 1)
    )


def china() -> Calendar:
    """A calendar of core with the days of chinesecalendar, 2004 to 2026."""
    told = dict.fromkeys(made_up_days, OFFICE) | dict.fromkeys(free_days, ())
    spans = {day: found for day, found in told.items() if day.year in COVERED}
    return Calendar(
        version="1", timezone="Asia/Shanghai", weekly=(*(OFFICE,) * 5, (), ()), days=spans, years=frozenset(COVERED)
    )


def test_the_two_packages_agree_on_8401_days_but_one() -> None:
    other = holidays.country_holidays("CN", years=[*COVERED, COVERED[-1] + 1])
    days = list(every_day(COVERED))
    apart = {day for day in days if chinese_calendar.is_workday(day) != other.is_working_day(day)}
    assert (len(days), apart) == (8401, set(APART))


def test_core_knows_each_working_day_that_the_packages_know() -> None:
    ours = china()
    other = holidays.country_holidays("CN", years=[*COVERED, COVERED[-1] + 1])
    for day in every_day(COVERED):
        assert is_workday(ours, day) == chinese_calendar.is_workday(day), day
        assert day in APART or is_workday(ours, day) == other.is_working_day(day), day


class Listed:
    """Working days as a package tells them, one after the other."""

    def __init__(self, works: Callable[[date], bool], years: range) -> None:
        self.days = [day for day in every_day(years) if works(day)]

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`."""
        return self.days[bisect_right(self.days, day) + count - 1]


def test_core_counts_working_days_as_the_packages_count_them() -> None:
    """From every day of 22 years, one working day and a random number of them."""
    ours, chance = china(), random.Random(8401)
    other = holidays.country_holidays("CN", years=[*COVERED, COVERED[-1] + 1])
    first, second = Listed(chinese_calendar.is_workday, COVERED), Listed(other.is_working_day, COVERED)
    for day in every_day(range(2004, 2026)):
        for count in (1, chance.randint(2, 40)):
            start = datetime.combine(day, time(chance.randrange(24), chance.randrange(60)), ours.zone)
            due = add(ours, start.astimezone(UTC), count, "working_day").astimezone(ours.zone)
            assert due.time() == time(18)
            assert due.date() == first.after(day, count), (day, count)
            crossed = any(day <= one <= due.date() for one in APART)
            assert crossed or due.date() == second.after(day, count), (day, count)


def test_the_pack_counts_working_days_as_the_packages_count_them() -> None:
    """From every day, and on every fortieth by the packages' own functions."""
    city = load(PACKS / "jiangbei")
    other = holidays.country_holidays("CN", years=range(2023, 2028))
    first, second = (
        Listed(chinese_calendar.is_workday, range(2023, 2027)),
        Listed(other.is_working_day, range(2023, 2027)),
    )
    for n, day in enumerate(every_day(range(2023, 2026))):
        for count in (1, 3, 7, 15, 20):
            start = datetime.combine(day, time(10), city.calendar.zone)
            due = add(city.calendar, start, count, "working_day").astimezone(city.calendar.zone).date()
            assert due == first.after(day, count) == second.after(day, count)
            if n % 40 == 0:
                assert due == other.get_nth_working_day(day, count)
                # its day 0 is `day` or the first working day after it
                assert due == chinese_calendar.find_workday(count - (not chinese_calendar.is_workday(day)), day)


# Los Angeles, its pack against `holidays` for the nation and for California: who rests, who works, on which days and why.
FEDERAL = {
    ("rests", "Cesar Chavez Day"): 12,  # a holiday of the city, not of the nation: last Monday of March
    ("rests", "Day after Thanksgiving"): 12,  # a holiday of the city, not of the nation
    (
        "works",
        "Juneteenth National Independence Day (observed)",
    ): 1,  # 2021: made national the day before; the city followed in 2022
}
STATE = {
    ("rests", "Cesar Chavez Day"): 11,  # the city keeps the Monday; in 2025 both fell on one day
    ("works", "Cesar Chavez Day"): 8,  # the state keeps 31 March
    ("works", "Cesar Chavez Day (observed)"): 2,  # 31 March on a Sunday
    ("rests", "Columbus Day"): 1,  # 2017: kept by city and nation, no longer by the state
    ("rests", "Indigenous Peoples' Day"): 11,  # the same Monday under the city's name for it
    ("works", "Juneteenth National Independence Day (observed)"): 1,
    ("works", "Susan B. Anthony Day"): 7,  # a day of the state on which offices are open
    ("works", "Diwali"): 2,  # of the state since 2026; not of the city
}


@pytest.mark.parametrize(("subdivision", "told"), [(None, FEDERAL), ("CA", STATE)])
def test_los_angeles_differs_from_nation_and_state_only_as_told(
    subdivision: str | None, told: dict[tuple[str, str], int]
) -> None:
    found: dict[tuple[str, str], int] = {}
    for year in range(2017, 2029):
        other = holidays.country_holidays("US", subdiv=subdivision, years=year)
        ours, worked = names("losangeles", year), days("losangeles", year, "workday")
        assert not worked
        for day in every_day(range(year, year + 1)):
            rests = day.weekday() >= 5 or day in ours
            if rests == other.is_working_day(day):
                key = ("rests", ours[day]) if rests else ("works", str(other.get(day)))
                found[key] = found.get(key, 0) + 1
    assert found == told


def names(pack: str, year: int) -> dict[date, str]:
    table = tomllib.loads((PACKS / pack / f"calendar/{year}.toml").read_text(encoding="utf-8"))
    return {day["date"]: day["name"]["en"] for day in table["days"] if day["kind"] == "holiday"}


def test_the_year_to_come_has_the_statutory_days_and_says_it_is_provisional() -> None:
    text = (PACKS / "jiangbei" / "calendar/2027.toml").read_text(encoding="utf-8")
    assert "PROVISIONAL" in text
    assert tomllib.loads(text)["standing"] == "U"
    assert days("jiangbei", 2027, "holiday") == set(holidays.country_holidays("CN", years=2027))
    assert any(
        "2027" in note["en"] for note in tomllib.loads((PACKS / "jiangbei/pack.toml").read_text("utf-8"))["notes"]
    )
