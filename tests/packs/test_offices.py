"""Offices with hours of their own, and how far the calendars of a pack reach."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from northbank.core.horizon import horizons, notices
from northbank.core.refusal import Refused
from northbank.core.worktime import add
from northbank.pack.check import check
from northbank.pack.diff import compare
from northbank.pack.load import load
from northbank.pack.new import new

Edit = Callable[[str, str, str], None]
QUAYS = "calendar/offices/quays.toml"


def test_a_unit_keeps_its_own_hours_or_those_of_its_kind_or_the_citys(copy: Path, edit: Edit) -> None:
    assert {code for code, unit in load(copy).units.items() if unit.office} == {"harbor"}
    edit(QUAYS, "city_days = true", 'city_days = true\nkinds = ["department"]')
    edit("units.csv", "Road surface and street lights,,", "Road surface and street lights,@city,")
    city = load(copy)
    assert {code for code, unit in city.units.items() if unit.office == "quays"} == {
        "clean", "harbor", "watch", "parks", "nature",
    }  # fmt: skip
    assert check(copy) == []


def test_an_office_keeps_the_citys_days_but_its_own_go_first(copy: Path, edit: Edit) -> None:
    night = ((22 * 60, 30 * 60),)
    office = load(copy).offices["quays"]
    assert office.spans(date(2026, 6, 18)) == night
    assert office.spans(date(2026, 6, 21)) == ()  # Tide Day
    assert office.spans(date(2026, 6, 26)) == night  # a Friday worked like a Sunday
    assert office.spans(date(2026, 12, 31)) == ((18 * 60, 22 * 60),)  # its own half day, not the city's
    edit(QUAYS, "city_days = true", "city_days = false")
    office = load(copy).offices["quays"]
    assert office.spans(date(2026, 6, 21)) == night
    assert office.spans(date(2026, 6, 26)) == ()


def test_the_version_of_a_calendar_is_of_what_it_says(copy: Path, edit: Edit) -> None:
    before = load(copy)
    edit("pack.toml", 'version = "1"', 'version = "2"')
    after = load(copy)
    assert before.version != after.version
    assert before.calendar.version == after.calendar.version
    edit(QUAYS, 'thursday = ["22:00-06:00"]', 'thursday = ["23:00-06:00"]')
    last = load(copy)
    assert last.calendar.version == before.calendar.version
    assert last.offices["quays"].version != before.offices["quays"].version
    assert [str(one) for one in compare(after, last) if one.table == "office quays"] == [
        "office quays weekday 4 changed (value: ((1320, 1800),) -> ((1380, 1800),))"
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("units.csv", "Quays and water,quays", "Quays and water,quay", "office 'quay'"),
        ("limits.csv", "10,working_hour,@owner", "10,working_hour,@town", "office '@town'"),
        ("limits.csv", "10,working_hour,@owner", "10,hour,@owner", "an office for 10 hour, which run by the clock"),
        (QUAYS, "date = 2026-12-31", "date = 2066-12-31", "the day 2066-12-31"),
        (QUAYS, '["18:00-22:00"]', '["18:00-22:00", "20:00-23:00"]', "hours that overlap"),
        (QUAYS, "city_days = true", "city_day = true", "key 'city_day'"),
    ],
)
def test_faults_of_offices_are_found(copy: Path, edit: Edit, file: str, old: str, new: str, found: str) -> None:
    edit(file, old, new)
    faults = check(copy)
    assert [one.file for one in faults if found in one.found] == [file], faults


def test_two_offices_for_one_kind_and_an_office_without_hours(copy: Path) -> None:
    folder = copy / "calendar" / "offices"
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text('name = { en = "x" }\nkinds = ["agency"]\nmonday = ["09:00-10:00"]\n')
    (folder / "none.toml").write_text('name = { en = "none" }\n')
    found = [f"{one.file}: {one.found}" for one in check(copy)]
    assert found == [
        "calendar/offices/none.toml: an office without hours",
        "calendar/offices/two.toml: units of kind 'agency', which another office has too",
    ]


# --- how far the calendars reach


def test_the_last_day_of_each_limit_is_the_last_that_can_be_counted(packs: Path) -> None:
    city = load(packs / "jiangbei")
    ends = horizons(city)
    assert {one.year for one in ends} == {2028}
    assert [one.last for one in ends] == sorted(one.last for one in ends if one.last is not None)
    limits = {limit.id: limit for limit in city.limits}
    for end in ends:
        assert end.last
        limit, night = limits[end.limit], datetime.combine(end.last, time(23, 59), city.calendar.zone)
        assert add(city.calendar, night, limit.amount, limit.unit).astimezone(city.calendar.zone).year == 2027
        with pytest.raises(Refused):
            add(city.calendar, night + timedelta(days=1), limit.amount, limit.unit)


def test_the_check_of_a_pack_says_before_a_year_is_missing_and_fails_when_it_is(copy: Path, edit: Edit) -> None:
    assert check(copy, today=date(2035, 10, 1)) == []
    soon = check(copy, today=date(2035, 12, 1))
    assert {(one.file, one.warning) for one in soon} == {("limits.csv", True)}
    over = check(copy, today=date(2035, 12, 29))
    broken = [one for one in over if not one.warning]
    assert "limit 'L17' (7 working_day) running into 2036, which has no calendar" in "\n".join(map(str, broken))
    assert "calendar/2036.toml" in broken[0].allowed
    assert broken[0].chinese
    # the night shift of the quays is counted in its own hours
    assert any("in the hours of 'quays'" in one.found for one in check(copy, today=date(2035, 12, 31)))


def test_people_are_told_before_and_when_a_year_is_missing(copy: Path) -> None:
    city = load(copy)
    assert notices(city, date(2035, 10, 1)) == ()
    (soon,) = notices(city, date(2035, 12, 1))
    assert soon.en.startswith("From 2035-12-")
    (over,) = notices(city, date(2036, 1, 1))
    assert over.en.startswith("The working calendar for 2036 is missing")
    assert "2036" in over.zh
    assert notices(msgspec.structs.replace(city, limits=()), date(2036, 1, 1)) == ()


def test_a_new_pack_comes_with_its_office(tmp_path: Path) -> None:
    assert load(new(tmp_path / "made", "made", "Made")).offices.keys() == {"quays"}
