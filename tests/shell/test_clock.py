"""Clocks and ids: what replay and tests can rely on."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest

from northbank.shell import clock
from northbank.shell.clock import ReplayClock, SeededIds, SteppedClock, SystemClock, SystemIds

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_system_clock_says_aware_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_system_clock_never_waits_for_the_past() -> None:
    assert SystemClock().seconds_until(NOON - timedelta(days=9999)) == 0


@pytest.mark.parametrize(
    ("speed", "real", "shown"), [(1.0, 10, 10), (60.0, 10, 600), (0.5, 10, 5), (3600.0, 24, 86400)]
)
def test_a_replay_clock_runs_at_its_speed(speed: float, real: int, shown: int) -> None:
    replay = ReplayClock(NOON, speed, anchor=1000.0, steady=lambda: 1000.0 + real)
    assert replay.now() == NOON + timedelta(seconds=shown)
    assert replay.seconds_until(NOON + timedelta(seconds=2 * shown)) == pytest.approx(real)
    assert replay.seconds_until(NOON) == 0


def test_a_replay_clock_starts_at_its_start_in_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    replay = ReplayClock(datetime(2026, 11, 22, 20, 0, tzinfo=beijing))
    assert replay.start == NOON
    assert replay.now().tzinfo is UTC
    assert replay.now() >= NOON


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_replay_clock_needs_a_speed(speed: float) -> None:
    with pytest.raises(ValueError, match="speed above 0"):
        ReplayClock(NOON, speed)


@pytest.mark.parametrize("kind", [ReplayClock, SteppedClock])
def test_clocks_refuse_a_naive_start(kind: type) -> None:
    with pytest.raises(ValueError, match="aware"):
        kind(datetime(2026, 11, 22))


def test_a_stepped_clock_moves_only_forward() -> None:
    stepped = SteppedClock(NOON)
    assert stepped.now() == stepped.now() == NOON
    assert stepped.advance(timedelta(hours=1)) == stepped.now() == NOON + timedelta(hours=1)
    assert stepped.seconds_until(NOON + timedelta(hours=2)) == 3600
    with pytest.raises(ValueError, match="never goes back"):
        stepped.move_to(NOON)


@pytest.mark.parametrize("ids", [SystemIds(), SeededIds(7)])
def test_ids_are_uuid7_in_order_and_never_twice(ids: SystemIds | SeededIds) -> None:
    made = [ids.new() for _ in range(5000)]
    assert made == sorted(set(made))
    for text in made[:50]:
        parsed = uuid.UUID(text)
        assert (str(parsed), parsed.version, parsed.variant) == (text, 7, uuid.RFC_4122)


def test_seeded_ids_repeat_for_the_same_seed_only() -> None:
    def first(seed: int) -> list[str]:
        ids = SeededIds(seed)
        return [ids.new() for _ in range(10)]

    assert first(1) == first(1)
    assert not set(first(1)) & set(first(2))


def test_secrets_are_long_and_never_twice() -> None:
    assert len(clock.new_key()) == 32
    assert len({clock.new_key() for _ in range(100)} | {clock.new_token().encode() for _ in range(100)}) == 200
