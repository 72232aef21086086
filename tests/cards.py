"""Invented cards for pictures and lists: any mixture a city can produce, and some it cannot. Also as Hypothesis strategies."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import strategies as st
from template import NOW

from northbank.core.card import Card
from northbank.core.moves import ENDED, State

TOWNS = ("TW-H", "TW-O", "TW-U", None)
OWNERS = ("center", "roads", "clean", "q-harbor", None)
BOARDS = ("streets", "living", "water", None)
REPORTERS = ("phone", "quay.1", "roads")
STATES = tuple(state.value for state in State)
QUARTER = timedelta(minutes=15)


def card(n: int, seed: int, now: datetime = NOW, position: int = 0) -> Card:
    """The n-th case in the shape that `seed` gives; edges of hours and days come up more often than by chance."""
    chance = random.Random(f"{n} {seed}")
    state = chance.choice(STATES)
    ended = state in ("closed", "rejected")
    town = chance.choice(TOWNS)
    grid = f"{town}1-G{chance.randint(1, 2)}" if town else None
    reported = _moment(random.Random(n), now)
    closed = max(reported, _moment(chance, now)) if ended else None
    late = chance.random() < 0.3
    due = None if State(state) in ENDED else chance.choice((None, reported + timedelta(hours=chance.randint(0, 3))))
    return Card(
        id=f"00000000-0000-7000-8000-{n:012x}", number=f"TW-{n:07d}-0", position=position, version=1, state=state,
        type=chance.choice(("street.light", "street.waste", None)), board=chance.choice(BOARDS),
        town_board=chance.choice(("q_service", None)), town=town, community=f"{town}1" if town else None, grid=grid,
        urgent=chance.random() < 0.3, owner=chance.choice(OWNERS), source=chance.choice(("phone", "web")),
        level="district", reporter=REPORTERS[n % 3], external=None, reported_at=reported, changed_at=closed or reported,
        due_at=None, stage_due_at=due,
        closed_at=closed, wake_at=None, open=not ended, late=late, soon=not late and not ended and chance.random() < 0.3,
        needs=not ended and chance.random() < 0.4, on_time=chance.random() < 0.7 if state == "closed" else None,
        desk=chance.choice((None, "no_type", "returned")) if not ended else None, lon=None, lat=None, outcome=None,
        subject=f"00000000-0000-7000-9000-{n:012x}", support=chance.choice(((), (), ("clean",), ("roads", "q-harbor"))),
    )  # fmt: skip


def _moment(chance: random.Random, now: datetime) -> datetime:
    at = now - chance.random() * timedelta(hours=48)
    if chance.random() < 0.5:  # on the very edge of a quarter of an hour, or the last instant before it
        at = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        at -= chance.choice((timedelta(0), timedelta(microseconds=1)))
    return at


def history(seed: int, cases: int, steps: int, now: datetime = NOW) -> list[Card]:
    """Cards one after another: new cases and new shapes of old ones, positions counting up."""
    chance = random.Random(seed)
    return [card(chance.randrange(cases), chance.randrange(10**9), now, position) for position in range(1, steps + 1)]


def newest(cards: list[Card]) -> list[Card]:
    """Each case as it is in the end."""
    return list({one.id: one for one in cards}.values())


histories = st.builds(history, st.integers(0, 10**6), st.integers(1, 40), st.integers(0, 80))
moments = st.datetimes(datetime(2025, 2, 1), datetime(2026, 11, 1), timezones=st.just(UTC))


def as_rows(cards: list[Card]) -> list[tuple[object, ...]]:
    """The cards as rows of the case view; the folded case is left empty, lists never read it."""
    return [(*msgspec.structs.astuple(one), "{}") for one in cards]
