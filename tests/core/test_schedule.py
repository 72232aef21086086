"""When a schedule is due: by the clocks of the city, after what was done, failed or left out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from northbank.core.schedule import AnyRun, Failed, Ran, Schedule, due, last_slot, next_slot

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)  # a Monday, noon there


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def weekdays(day: date) -> bool:
    return day.isoweekday() < 6


@pytest.mark.parametrize(
    ("schedule", "last", "following"),
    [
        (Schedule(every="day"), "2026-05-04 02:00", "2026-05-05 02:00"),
        (Schedule(every="day", at="13:30"), "2026-05-03 13:30", "2026-05-04 13:30"),
        (Schedule(every="day", at="13:30", working_days=True), "2026-05-01 13:30", "2026-05-04 13:30"),
        (Schedule(every="hour", hours=6, at="00:15"), "2026-05-04 06:15", "2026-05-04 12:15"),
        (Schedule(every="week", on=3), "2026-04-29 02:00", "2026-05-06 02:00"),
        (Schedule(every="month", on=28, at="23:00"), "2026-04-28 23:00", "2026-05-28 23:00"),
    ],
)  # fmt: skip
def test_moments_are_those_of_the_city(schedule: Schedule, last: str, following: str) -> None:
    assert last_slot(schedule, NOW, ZONE, weekdays) == at(last)
    assert next_slot(schedule, NOW, ZONE, weekdays) == at(following)


def failed(slot: str, attempt: int) -> Failed:
    return Failed(slot=at(slot), attempt=attempt, code="source_down", zh="", en="")


@pytest.mark.parametrize(
    ("run", "ago", "wanted"),
    [
        (None, 0, (1, 0)),
        (Ran(slot=at("2026-05-04 02:00")), 600, None),
        (Ran(slot=at("2026-05-03 02:00")), 2_000, (1, 0)),
        (Ran(slot=at("2026-04-30 02:00")), 6_000, (1, 3)),
        (failed("2026-05-04 02:00", 1), 0.9, None),
        (failed("2026-05-04 02:00", 1), 1, (2, 0)),
        (failed("2026-05-04 02:00", 5), 15, None),
        (failed("2026-05-04 02:00", 40), 60, (41, 0)),
        (failed("2026-05-03 02:00", 7), 1, (1, 0)),
    ],
)  # fmt: skip
def test_what_is_due_follows_from_what_was_told(run: AnyRun | None, ago: float, wanted: tuple[int, int] | None) -> None:
    last = None if run is None else (run, NOW - timedelta(minutes=ago))
    found = due(Schedule(every="day"), last, NOW, ZONE, weekdays)
    assert (found and (found.attempt, found.left_out)) == wanted
    assert found is None or found.slot == at("2026-05-04 02:00")
