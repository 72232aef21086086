"""What becomes of a report: place, row, owner, deadlines, or the desk with a reason; and every refusal."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from shapely import Point
from template import NOW, city, point

from northbank.core.case_facts import Accepted, CaseFact, Dispatched, Reported, Routed, Unrouted
from northbank.core.intake import Report, receive, settle
from northbank.core.place import Places
from northbank.core.refusal import Refused


def report(**more: object) -> Report:
    lon, lat = point("TW-H1-G1")
    given = {
        "number": "n",
        "subject": "s",
        "reporter": "r",
        "source": "phone",
        "type": "street.pothole",
        "lon": lon,
        "lat": lat,
    }
    return Report(**(given | more))  # type: ignore[arg-type]


def facts(**more: object) -> list[CaseFact]:
    return receive(report(**more), city(), NOW)


def refused(**more: object) -> str:
    with pytest.raises(Refused) as found:
        facts(**more)
    return found.value.code


def test_a_sure_row_accepts_and_dispatches_at_once() -> None:
    born, routed, accepted, dispatched = facts()
    assert isinstance(born, Reported)
    assert isinstance(routed, Routed)
    assert isinstance(accepted, Accepted)
    assert isinstance(dispatched, Dispatched)
    assert born.spot is not None
    assert (born.spot.grid, born.spot.community, born.spot.town) == ("TW-H1-G1", "TW-H1", "TW-H")
    assert (born.board, born.town_board, born.level, born.urgent) == ("streets", "q_service", "district", False)
    assert (routed.row, routed.owner) == ("R20", "roads") == (dispatched.row, dispatched.owner)
    assert [one.stage for one in routed.begun] == ["accept", "solve"]
    assert [one.stage for one in dispatched.begun] == ["sign"]


def test_an_unsure_row_waits_for_an_officer() -> None:
    _, routed = facts(type="street.noise")
    assert isinstance(routed, Routed)
    assert (routed.row, routed.owner) == ("R23", "q-harbor")


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("no_place", {"lon": None, "lat": None, "has_address": True}),
        ("no_place", {"lon": None, "lat": None, "has_address": True, "type": None}),
        ("no_type", {"type": None}),
        ("no_row", {"type": "other"}),
    ],
)
def test_what_nobody_can_be_found_for_goes_to_the_desk_with_deadlines(why: str, more: dict[str, object]) -> None:
    _, unrouted = facts(**more)
    assert isinstance(unrouted, Unrouted)
    assert (unrouted.why, unrouted.owner) == (why, "center")
    assert {one.stage for one in unrouted.begun} == {"accept", "solve"}


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("outside", {"lon": 0.0, "lat": 0.0}),
        ("swapped", {"lon": point("TW-H1-G1")[1], "lat": point("TW-H1-G1")[0]}),
        ("no_place", {"lon": None, "lat": None}),
        ("no_place", {"lon": None}),
        ("unknown_type", {"type": "no.such"}),
        ("unknown_source", {"source": "rumor"}),
        ("future", {"happened_at": NOW + timedelta(minutes=6)}),
        ("too_old", {"happened_at": NOW - timedelta(days=366 * 31)}),
        ("no_calendar", {"happened_at": NOW - timedelta(days=366 * 10)}),
    ],
)
def test_refusals(code: str, more: dict[str, object]) -> None:
    assert refused(**more) == code


def test_deadlines_run_from_when_it_happened() -> None:
    then = NOW - timedelta(hours=1)
    _, routed, *_ = facts(type="water.burst", happened_at=then)
    assert isinstance(routed, Routed)
    solve = next(one for one in routed.begun if one.stage == "solve")
    assert (solve.started_at, solve.due_at) == (then, then + timedelta(hours=2))
    assert all(fact.happened_at == then for fact in facts(happened_at=then))
    assert all(fact.happened_at is None for fact in facts(happened_at=NOW))


def test_the_journal_holds_utc_whatever_the_sender_writes() -> None:
    local = (NOW - timedelta(minutes=7)).astimezone(city().calendar.zone)
    for fact in facts(happened_at=local):
        assert fact.happened_at == local
        assert str(fact.happened_at).endswith("+00:00")


def test_urgent_by_type_cannot_be_talked_down_and_any_report_can_be_made_urgent() -> None:
    for asked, type, urgent in (
        (None, "water.burst", True), (False, "water.burst", True), (True, "water.burst", True),
        (None, "street.light", False), (False, "street.light", False), (True, "street.light", True),
        (True, None, True), (None, None, False),
    ):  # fmt: skip
        born = facts(urgent=asked, type=type)[0]
        assert isinstance(born, Reported)
        assert born.urgent is urgent
        accept = next(
            one
            for fact in facts(urgent=asked, type=type)
            for one in getattr(fact, "begun", ())
            if one.stage == "accept"
        )
        assert accept.due_at - accept.started_at == timedelta(minutes=5 if urgent else 30)


def test_the_owner_is_one_that_stands_on_that_day() -> None:
    before = facts(type="green.tree")[1]
    after = receive(report(type="green.tree"), city(), NOW + timedelta(days=60))[1]
    assert isinstance(before, Routed)
    assert isinstance(after, Routed)
    assert (before.owner, after.owner) == ("parks", "nature")


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_any_point_is_placed_or_refused(lon: float, lat: float) -> None:
    if not city().places.inside(lon, lat):
        assert refused(lon=lon, lat=lat) == "outside"
        return
    born = facts(lon=lon, lat=lat)[0]
    assert isinstance(born, Reported)
    assert born.spot is not None
    assert city().areas[born.spot.grid].level == "grid"


def test_a_report_is_taken_although_its_deadline_runs_into_a_year_without_calendar() -> None:
    last = max(city().calendar.years)
    eve = datetime(last, 12, 31, 9, tzinfo=UTC)
    born, routed, *_ = receive(report(), city(), eve)
    assert isinstance(born, Reported)
    assert isinstance(routed, Routed)
    solve = next(one for one in routed.begun if one.stage == "solve")
    assert (routed.owner, solve.missing, solve.due_at) == ("roads", last + 1, None)


def test_ground_that_no_grid_covers_is_kept_in_words_for_the_desk() -> None:
    whole = city()
    grid = whole.places.shapes["TW-H1-G1"]
    lon, lat = point("TW-H1-G1")
    holed = Places(
        [(code, shape) for code, shape in whole.places.shapes.items() if code != "TW-H1-G1"], whole.places.outline
    )
    torn = replace(whole, places=holed)
    assert grid.contains(Point(lon, lat))
    assert settle(torn, lon, lat, "by the quay") == (None, None, f"by the quay ({lat}, {lon})")
    assert settle(whole, lon, lat, "by the quay") == (lon, lat, "by the quay")
    with pytest.raises(Refused, match="outside"):
        settle(torn, 0.0, 0.0, None)


def test_a_row_that_asks_for_the_hour_is_asked_by_the_clocks_of_the_city() -> None:
    """22:00 in Tidewater (five hours and three quarters ahead) begins the night; the row is dated when it happened."""
    evening = datetime(2026, 1, 9, 16, 15, tzinfo=UTC)  # 22:00 in the city
    rows = []
    for happened in (evening - timedelta(minutes=1), evening):
        routed = receive(report(type="safety.dispute", happened_at=happened), city(), evening)[1]
        assert isinstance(routed, Routed)
        rows.append((routed.row, routed.owner, routed.judged_at))
    assert rows == [("R40", "q-harbor", None), ("R41", "watch", None)]


def test_whether_it_is_a_holiday_in_a_year_without_calendar_is_not_guessed() -> None:
    here = city()
    asking = tuple(replace(row, time="!holiday") if row.id == "R23" else row for row in here.routes)
    late = NOW.replace(year=max(here.calendar.years) + 1)
    unrouted = receive(report(type="street.noise"), replace(here, routes=asking), late)[1]
    assert isinstance(unrouted, Unrouted)
    assert (unrouted.why, unrouted.owner) == ("no_calendar", "center")


def test_what_a_report_says_besides_is_kept_and_decides() -> None:
    born, routed = facts(type="water.quality", attributes={"indoors": False})
    assert isinstance(born, Reported)
    assert isinstance(routed, Routed)
    assert (born.attributes, routed.row) == ({"indoors": False}, "R32")
    plain = facts(type="water.quality")
    assert b"attributes" not in msgspec.json.encode(plain[0]), "nothing said takes no room in the journal"
