"""Why did this come to me: the rows of a library told condition by condition agree with the decision."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libraries import GRIDS, HOURS, NUMBERS, SOURCES, TYPES, Line, city, libraries

from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.core.route_reasons import Question, candidates, taken_row, values
from northbank.core.routing import refuse_town, row_by_id

NIGHT = datetime(2024, 6, 9, 18, 30, tzinfo=UTC)  # 02:30 on a Monday, local


def line(types: str, owner: str = "roads", **more: object) -> Line:
    return Line(types, **({"level": "*", "place": "*", "some": (), "never": (), "asks": (), "owner": owner} | more))  # type: ignore[arg-type]


def question(type: str = "noise", **more: object) -> Question:
    return Question(**({"type": type, "level": "district", "at": NIGHT, "grid": "n1", "source": "phone"} | more))  # type: ignore[arg-type]


def test_the_row_taken_the_rows_after_it_and_the_nearest_that_miss() -> None:
    here = city(
        [
            line("pipe*"),
            line("noise", "past"),
            line("noise", "@center", some=("06:00-22:00",)),
            line("noise waste", "@town", some=("night",), place="north"),
            line("noise", place="south e1", asks=("inside=yes",), level="grid"),
            line("*"),
        ]
    )
    found = candidates(here, question())
    assert [(c.row.id, c.owner, c.taken, c.fits, c.why.en) for c in found] == [
        ("R1", None, False, True, "Its owner does not exist on that day"),
        ("R3", "tc.n", True, True, "The first row that fits and whose owner exists on that day"),
        ("R5", "roads", False, True, "It comes later in the library"),
        ("R2", "center", False, False, "Time does not fit"),
        ("R4", "roads", False, False, "Level does not fit"),
    ]
    told = [(v.column.en, v.asked.en, v.found.en, v.holds) for v in found[1].verdicts]
    assert told == [
        ("Type", "Noise, Waste", "Noise", True),
        ("Place", "north", "n1", True),
        ("Time", "night", "Mon 2024-06-10 02:30", True),
    ]
    assert [(v.column.en, v.asked.en, v.found.en, v.holds) for v in found[4].verdicts][1:] == [
        ("Level", "grid", "district", False),
        ("Place", "south, e1", "n1", False),
        ("inside", "yes", "not said", False),
    ]
    assert all(v.column.say("zh") and v.asked.say("zh") and v.found.say("zh") for c in found for v in c.verdicts)


def test_the_values_used_are_all_told() -> None:
    asked = question("pipe.burst", urgent=True, attributes={"mm": 3, "inside": False})
    told = {name.en: value.en for name, value in values(city([]), asked)}
    assert told == {
        "Type": "Burst", "Level": "district", "Place": "n1", "Time": "Mon 2024-06-10 02:30", "Urgent": "yes",
        "Source": "phone", "diameter": "3 mm", "inside": "no",
    }  # fmt: skip
    unknown = {name.zh: value.zh for name, value in values(city([]), question(None, grid=None))}  # type: ignore[arg-type]
    assert unknown["类型"] == unknown["地点"] == "未填写"
    assert unknown["时间"] == "2024-06-10 周一 02:30"


def test_signs_and_times_are_told_in_both_languages() -> None:
    here = city([line("pipe*", asks=("mm>=2", "mm!=4"), some=("workday 00:00-12:00",), never=("Sat-Sun",))])
    (found,) = candidates(here, question("pipe.burst"))
    asked = {v.column.en: v.asked for v in found.verdicts}
    assert asked["Time"] == Name("工作日 00:00-12:00、非周六-周日", "working days 00:00-12:00, not Sat-Sun")
    assert [v.asked.en for v in found.verdicts if v.column.en == "diameter"] == ["≥ 2 mm", "≠ 4 mm"]


@settings(max_examples=60, deadline=None)
@given(
    libraries, st.sampled_from(list(TYPES)), st.sampled_from(list(SOURCES)), st.sampled_from(list(GRIDS)),
    st.integers(0, len(HOURS) - 1), st.sampled_from(NUMBERS),
)  # fmt: skip
def test_what_is_told_agrees_with_what_is_decided(
    lines: list[Line], type: str, source: str, grid: str, n: int, mm: int | None
) -> None:
    here, (day, hour) = city(lines), HOURS[n]
    at = datetime(day.year, day.month, day.day, hour, tzinfo=here.calendar.zone)
    said = {} if mm is None else {"mm": mm}
    asked = Question(type=type, level=SOURCES[source], at=at, grid=grid, source=source, attributes=said)
    found, taken = candidates(here, asked, nearest=9), taken_row(here, asked)
    assert [c.row for c in found if c.taken] == ([taken] if taken else [])
    assert all(c.fits == all(v.holds for v in c.verdicts) for c in found)
    ready = [c for c in found if c.fits and c.why.en != "Its owner does not exist on that day"]
    assert not ready or ready[0].taken, "the first that fits, of owners that exist, is the one taken"
    assert len({c.row.id for c in found}) == len(found)


# --- what was taken back from the towns


def test_what_was_taken_back_is_not_dispatched_to_a_town_and_the_rule_is_cited() -> None:
    here = city([line("noise")])
    row = msgspec.structs.replace(
        here.routes[0], duty_list="taken_back", basis=Name(zh="上级收回清单第三项", en="list 3")
    )
    refused = refuse_town(here, row, here.units["tc.n"])
    assert refused is not None
    assert refused.code == "taken_back"
    assert "R0" in refused.say()
    assert "list 3" in refused.say("en")
    assert "上级收回清单第三项" in refused.say("zh")
    assert refuse_town(here, row, here.units["roads"]) is None
    assert refuse_town(here, None, here.units["tc.n"]) is None
    assert refuse_town(here, row_by_id(here, "R0"), here.units["tc.n"]) is None
    bare = msgspec.structs.replace(row, basis=Name())
    assert "(R0)" in str(refuse_town(here, bare, here.units["tc.n"]))


def test_a_year_without_calendar_is_refused_in_the_telling_too() -> None:
    with pytest.raises(Refused):
        candidates(city([line("*", some=("office",))]), question(at=datetime(2030, 1, 1, tzinfo=UTC)))
