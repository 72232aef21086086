"""The calendars of the packs against independent packages, day by day."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest

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


@pytest.mark.parametrize("year", range(2017, 2029))
def test_los_angeles_keeps_the_federal_holidays(year: int) -> None:
    federal = {day for day in holidays.country_holidays("US", years=year) if day.weekday() < 5 and day.year == year}
    ours = days("losangeles", year, "holiday")
    if year == 2021:  # the city took up Juneteenth a year after the nation
        federal -= {date(2021, 6, 18)}
    assert federal <= ours
    assert len(ours - federal) == 2  # the day of Cesar Chavez, the day after Thanksgiving


def test_the_year_to_come_has_the_statutory_days_and_says_it_is_provisional() -> None:
    text = (PACKS / "jiangbei" / "calendar/2027.toml").read_text(encoding="utf-8")
    assert "PROVISIONAL" in text
    assert tomllib.loads(text)["standing"] == "U"
    assert days("jiangbei", 2027, "holiday") == set(holidays.country_holidays("CN", years=2027))
    assert any(
        "2027" in note["en"] for note in tomllib.loads((PACKS / "jiangbei/pack.toml").read_text("utf-8"))["notes"]
    )
