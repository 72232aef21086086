"""Levels of vital signs: hysteresis, hold, staleness, both directions; held against a slow second telling of the same rule."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from northbank.core.name import Name
from northbank.core.vital_sign import LEVELS, SignReading, VitalSign, level_of

START = datetime(2026, 5, 4, tzinfo=UTC)
SIGN = VitalSign(
    code="x", name=Name("x", "x"), board="b", indicator="i", owner="o", normal=(0, 75), levels=(75, 115, 150, 250), hysteresis=5,
    stale_hours=3,
)  # fmt: skip


def readings(*values: float, minutes: int = 60) -> list[SignReading]:
    return [SignReading(START + timedelta(minutes=minutes * n), value) for n, value in enumerate(values)]


def level(sign: VitalSign, *values: float, late: float = 0) -> str:
    found = readings(*values)
    return level_of(sign, found, (found[-1].at if found else START) + timedelta(hours=late))


def test_a_level_is_reached_at_its_bound_and_left_only_past_the_hysteresis() -> None:
    assert level(SIGN, 74.9) == "normal"
    assert level(SIGN, 75) == "blue"
    assert level(SIGN, 300) == "red"
    assert level(SIGN, 120, 111) == "yellow"  # below 115, not yet below 110
    assert level(SIGN, 120, 110) == "yellow"
    assert level(SIGN, 120, 109.9) == "blue"
    assert level(SIGN, 300, 10) == "normal"


def test_a_level_rises_only_when_it_has_lasted() -> None:
    sign = replace(SIGN, hold=90)
    assert level(sign, 80) == "normal"
    assert level(sign, 80, 80) == "normal"
    assert level(sign, 80, 80, 80) == "blue"
    assert level(sign, 80, 70, 80, 80) == "normal"  # it was left meanwhile
    assert level(sign, 80, 120, 120, 80) == "blue"
    assert level(sign, 80, 120, 120, 120) == "yellow"


def test_a_sign_may_be_bad_when_it_falls() -> None:
    sign = replace(SIGN, normal=(90, 100), levels=(90, 80), above=False, hysteresis=2)
    assert [level(sign, value) for value in (90.1, 90, 80)] == ["normal", "blue", "yellow"]
    assert level(sign, 80, 82) == "yellow"
    assert level(sign, 80, 82.1) == "blue"


def test_late_or_missing_is_unknown() -> None:
    assert level(SIGN) == "unknown"
    assert level(SIGN, 300, late=3) == "red"
    assert level(SIGN, 300, late=3.01) == "unknown"


def slowly(sign: VitalSign, found: list[SignReading]) -> int:
    """The same rule told reading by reading: a level holds from its hold on, until a value is back by more than the hysteresis."""
    now = 0
    for n, one in enumerate(found):
        up = now
        for step in range(now + 1, len(sign.levels) + 1):
            first = n
            while first >= 0 and found[first].value >= sign.levels[step - 1]:
                first -= 1
            if first < n and one.at - found[first + 1].at >= timedelta(minutes=sign.hold):
                up = step
            else:
                break
        now = up
        while now and one.value < sign.levels[now - 1] - sign.hysteresis:
            now -= 1
    return now


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=30),
    st.sampled_from([0, 60, 120, 150]),
    st.sampled_from([0, 5, 60]),
)
def test_the_fold_is_what_the_slow_telling_says(values: list[int], hold: int, hysteresis: int) -> None:
    sign = replace(SIGN, hold=hold, hysteresis=hysteresis)
    assert level(sign, *values) == LEVELS[slowly(sign, readings(*values))]
