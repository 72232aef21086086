"""Who had a case for how long: the stretches fill its life, and what was returned is the returner's."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from northbank.core.case import Case
from northbank.core.charges import OVER, WITH_NOBODY, charges, held, holder, total
from northbank.core.city import City
from northbank.core.moves import State
from tests.core.test_amend import with_offices
from tests.core.test_deadline import city, shanghai

HERE: City = with_offices(city())
HOUR = 3_600_000_000
BORN = Case(
    id="1", number="1", version=1, state=State.REPORTED, source="phone", level="district", subject="s", reporter="r",
    reported_at=shanghai(2024, 5, 20, 9), changed_at=shanghai(2024, 5, 20, 9),
)  # fmt: skip


def life(*steps: tuple[datetime, str, str | None]) -> list[tuple[datetime, Case]]:
    return [(at, replace(BORN, state=State(state), owner=owner)) for at, state, owner in steps]


def test_time_before_a_return_is_the_returners_in_its_own_office_hours() -> None:
    steps = life(
        (shanghai(2024, 5, 20, 9), "reported", None),
        (shanghai(2024, 5, 20, 10), "dispatched", "roads"),
        (shanghai(2024, 5, 20, 11), "signed", "roads"),
        (shanghai(2024, 5, 21, 10), "returned", "roads"),
        (shanghai(2024, 5, 21, 11), "dispatched", "patrol"),
        (shanghai(2024, 5, 22, 11), "suspended", "patrol"),
        (shanghai(2024, 5, 25, 11), "handling", "patrol"),
        (shanghai(2024, 5, 26, 11), "feedback", "patrol"),
        (shanghai(2024, 5, 26, 12), "closed", "patrol"),
    )
    found = held(steps, HERE, shanghai(2024, 6, 1))
    assert [(one.unit, one.ended, one.elapsed // HOUR) for one in found] == [
        ("dc", "dispatched", 1), ("roads", "returned", 24), ("dc", "dispatched", 1), ("patrol", "suspended", 24),
        ("patrol", "feedback", 24), ("dc", "closed", 1),
    ]  # fmt: skip
    each = charges(found)
    assert (each["roads"].returns, each["roads"].returned_worked) == (1, 7 * HOUR)
    assert (each["patrol"].worked, each["patrol"].returned_elapsed) == (16 * HOUR, 0)  # two nights of eight hours
    assert each["dc"].worked == 3 * HOUR  # open around the clock


def test_words_added_while_a_case_waits_do_not_return_it_again() -> None:
    at = shanghai(2024, 5, 20, 9)
    states = ["reported", "dispatched", "returned", "returned", "returned", "dispatched", "handling"]
    steps = life(*((at + timedelta(hours=n), state, "dc") for n, state in enumerate(states)))
    found = charges(held(steps, HERE, at + timedelta(hours=9)))
    assert (found["dc"].returns, found["dc"].elapsed // HOUR) == (1, 9)


def test_what_is_still_held_runs_until_now_and_a_year_without_calendar_is_not_guessed() -> None:
    steps = life((shanghai(2025, 12, 31, 9), "dispatched", "roads"))
    (today,) = held(steps, HERE, shanghai(2025, 12, 31, 11))
    assert (today.until, today.ended, today.worked) == (None, "", 2 * HOUR)
    (later,) = held(steps, HERE, shanghai(2026, 1, 5))
    assert later.worked is None
    assert charges([later])["roads"].worked is None


@given(
    st.lists(
        st.tuples(st.integers(-50, 3000), st.sampled_from(list(State)), st.sampled_from(["roads", "parks"])),
        max_size=12,
    )
)
def test_the_stretches_fill_the_life_but_for_suspensions_and_ends(told: list[tuple[int, State, str]]) -> None:
    at, clock, steps = BORN.reported_at, BORN.reported_at, [(BORN.reported_at, BORN)]
    free = timedelta(0)
    last = BORN
    for minutes, state, owner in told:
        at += timedelta(minutes=minutes)
        if holder(last, HERE) is None:
            free += max(at, clock) - clock
        clock = max(at, clock)
        last = replace(BORN, state=state, owner=owner)
        steps.append((at, last))
    now = clock + timedelta(hours=1)
    free += timedelta(hours=1) if holder(last, HERE) is None else timedelta(0)
    found = held(steps, HERE, now)
    assert total(found) + free == now - BORN.reported_at
    assert all(a.until is not None and a.until <= b.since for a, b in pairwise(found))
    assert sum(one.elapsed for one in charges(found).values()) == total(found) // timedelta(microseconds=1)
    assert sum(one.times for one in charges(found).values()) == len(found)


def test_an_ended_case_is_with_nobody() -> None:
    for state in State:
        if state.value in OVER | WITH_NOBODY:
            assert holder(replace(BORN, state=state, owner="roads"), HERE) is None
    assert holder(replace(BORN, state=State.HANDLING, owner="roads"), HERE) == "roads"
    assert holder(BORN, HERE) == "dc"
