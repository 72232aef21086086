"""What the cells of the routing library ask: hours over midnight, kinds of days, places taken out, tests of attributes."""

from datetime import datetime

import pytest
from libraries import CALENDAR, HOLIDAY, MADE_UP, city

from northbank.core.city import Attribute, Name
from northbank.core.conditions import is_value, place_holds, read_asks, read_place, read_times
from northbank.core.refusal import Refused
from northbank.core.worktime import Calendar

PERIODS = {"night": "22:00-06:00", "off": "Sat-Sun; Fri 18:00-24:00"}
ATTRIBUTES = {
    "mm": Attribute(code="mm", name=Name(en="diameter"), kind="number", least=0, most=900),
    "kind": Attribute(code="kind", name=Name(en="kind"), kind="choice", values=("clay", "pe")),
    "inside": Attribute(code="inside", name=Name(en="inside"), kind="yes_no"),
}
SOURCES = {"phone": 1, "web": 2}


def at(cell: str, shown: str, calendar: Calendar = CALENDAR) -> bool:
    times = read_times(cell, PERIODS)
    local = datetime.fromisoformat(shown)
    return times is None or times.holds(calendar, local.date(), local.hour * 60 + local.minute)


@pytest.mark.parametrize(
    ("cell", "shown", "expected"),
    [
        ("*", "2024-05-20 03:00", True),
        ("", "2024-05-20 03:00", True),
        ("Mon-Fri 09:00-18:00", "2024-05-20 08:59", False),
        ("Mon-Fri 09:00-18:00", "2024-05-20 09:00", True),
        ("Mon-Fri 09:00-18:00", "2024-05-24 17:59", True),
        ("Mon-Fri 09:00-18:00", "2024-05-24 18:00", False),
        ("Mon-Fri 09:00-18:00", "2024-05-25 10:00", False),
        ("Fri-Mon", "2024-05-26 10:00", True),
        ("Fri-Mon", "2024-05-22 10:00", False),
        ("Mon,Wed", "2024-05-22 10:00", True),
        ("Mon,Wed", "2024-05-21 10:00", False),
        ("night", "2024-05-20 21:59", False),
        ("night", "2024-05-20 22:00", True),
        ("night", "2024-05-21 00:00", True),
        ("night", "2024-05-21 05:59", True),
        ("night", "2024-05-21 06:00", False),
        ("Fri 22:00-06:00", "2024-05-24 05:00", False),  # the night before belongs to Thursday
        ("Fri 22:00-06:00", "2024-05-25 05:00", True),
        ("Sun 22:00-06:00", "2024-05-27 05:59", True),
        ("22:00-22:00", "2024-05-20 21:59", True),
        ("20:00-24:00", "2024-05-20 23:59", True),
        ("20:00-24:00", "2024-05-21 00:00", False),
        ("09:00-12:00,14:00-18:00", "2024-05-20 13:00", False),
        ("09:00-12:00,14:00-18:00", "2024-05-20 14:00", True),
        ("off", "2024-05-24 18:00", True),
        ("off", "2024-05-24 17:00", False),
        ("off; night", "2024-05-21 03:00", True),
        ("!night", "2024-05-21 03:00", False),
        ("!night", "2024-05-21 13:00", True),
        ("Mon-Fri; !night", "2024-05-21 03:00", False),
        ("!off", "2024-05-24 19:00", False),
        ("office", f"{MADE_UP} 10:00", True),
        ("office", f"{HOLIDAY} 10:00", False),
        ("office", "2024-05-20 08:00", False),
        ("Sat office", f"{MADE_UP} 10:00", True),
        ("workday 00:00-08:00", f"{MADE_UP} 07:00", True),
        ("workday 20:00-08:00", "2024-06-16 07:00", True),  # the morning after the Saturday that was worked
        ("workday 20:00-08:00", "2024-06-10 07:00", False),  # Sunday night
        ("restday", f"{HOLIDAY} 07:00", True),
        ("restday", "2024-06-09 07:00", True),
        ("holiday", "2024-06-09 07:00", False),  # a Sunday as any other
        ("holiday", f"{HOLIDAY} 07:00", True),
        ("workday; !holiday", f"{HOLIDAY} 07:00", False),
    ],
)  # fmt: skip
def test_times(cell: str, shown: str, expected: bool) -> None:
    assert at(cell, shown) is expected


def test_office_hours_that_run_over_midnight_are_followed() -> None:
    late = Calendar(
        version="1", timezone="Asia/Shanghai", weekly=(((1200, 1560),),) + ((),) * 6, days={}, years=frozenset({2024})
    )
    assert at("office", "2024-05-21 01:59", late)
    assert not at("office", "2024-05-21 02:00", late)
    assert not at("office", "2024-01-01 01:00", late), "what ran over from a year without calendar is not counted"


@pytest.mark.parametrize("cell", ["office", "workday", "restday 10:00-12:00", "holiday"])
def test_a_year_without_calendar_is_never_guessed(cell: str) -> None:
    with pytest.raises(Refused) as caught:
        at(cell, "2025-05-20 11:00")
    assert caught.value.code == "no_calendar"


def test_hours_and_weekdays_need_no_calendar() -> None:
    assert at("Tue 10:00-12:00", "2031-05-20 11:00")
    assert at("night", "2031-01-01 01:00")


@pytest.mark.parametrize(
    "cell",
    ["nihgt", "Mon-", "Mon 9-18", "9:00-18:00", "25:00-26:00", "10:61-11:00", "10:00-24:30", "Mon Tue", "Mon 09:00-18:00 x",
     "night 10:00-11:00", ";", "Mon;", "!", "! !night", "10:00-11:00,", "Mon,,Tue", "workday,Sat", "24:00-01:00", "*; night"],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_times(cell, PERIODS)


def test_places_are_meant_with_all_ground_below_them() -> None:
    here = city([])
    assert place_holds(here, "north", "n1")
    assert place_holds(here, "d", "n1")
    assert place_holds(here, "n*", "n2")
    assert not place_holds(here, "north !n2", "n2")
    assert place_holds(here, "north !n2", "n1")
    assert place_holds(here, "* !north", "s1")
    assert not place_holds(here, "!north", "n1")
    assert not place_holds(here, "north", "s1")
    assert place_holds(here, "*", None)
    assert place_holds(here, "", "nowhere")
    assert not place_holds(here, "!north", None), "ground that is not known is nowhere"
    assert not place_holds(here, "north", "nowhere")
    assert read_place("a !b *") == (("a",), ("b",))


def holds(cell: str, **said: object) -> bool:
    return all(ask.holds(said.get(ask.code)) for ask in read_asks(cell, ATTRIBUTES, SOURCES))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "said", "expected"),
    [
        ("mm<500", {"mm": 499}, True),
        ("mm<500", {"mm": 500}, False),
        ("mm<=500", {"mm": 500}, True),
        ("mm>500", {"mm": 500}, False),
        ("mm>=500", {"mm": 500}, True),
        ("mm=500|600", {"mm": 600}, True),
        ("mm!=500|600", {"mm": 600}, False),
        ("mm!=500", {"mm": 1}, True),
        ("mm<500", {}, False),
        ("mm>=0", {}, False),
        ("mm!=500", {}, False),
        ("mm=?", {}, True),
        ("mm=?", {"mm": 0}, False),
        ("mm=?|0", {"mm": 0}, True),
        ("kind=pe", {"kind": "pe"}, True),
        ("kind!=pe", {"kind": "clay"}, True),
        ("inside=yes", {"inside": True}, True),
        ("inside=no", {"inside": True}, False),
        ("urgent=yes source=phone", {"urgent": True, "source": "phone"}, True),
        ("urgent=yes source=phone", {"urgent": True, "source": "web"}, False),
        ("", {}, True),
        ("*", {}, True),
    ],
)
def test_asks(cell: str, said: dict[str, object], expected: bool) -> None:
    assert holds(cell, **said) is expected


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("mmm<500", "attribute 'mmm'"), ("mm<", "test 'mm<'"), ("mm<a", "value 'a'"), ("kind=steel", "value 'steel'"),
        ("kind<pe", "no number"), ("inside=true", "value 'true'"), ("source=pigeon", "value 'pigeon'"), ("mm", "test 'mm'"),
        ("mm!=?", "test 'mm!=?'"), ("mm<?", "value '?'"), ("mm<1|2", "value '1|2'"), ("mm=|", "value '|'"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_read_is_refused(cell: str, why: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        read_asks(cell, ATTRIBUTES, SOURCES)
    assert why in str(caught.value)


def test_values_of_attributes_are_typed() -> None:
    assert is_value(ATTRIBUTES["mm"], 900)
    assert not any(is_value(ATTRIBUTES["mm"], value) for value in (901, -1, True, "5"))
    assert is_value(ATTRIBUTES["inside"], False)
    assert not is_value(ATTRIBUTES["inside"], 0)
    assert is_value(ATTRIBUTES["kind"], "pe")
    assert not any(is_value(ATTRIBUTES["kind"], value) for value in ("steel", 1, True))
