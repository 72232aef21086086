"""Weights of duplicates learned from what a district merged itself: pairs as they stood when the later report came."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from northbank.core.city import City
from northbank.core.duplicate_fit import Marked, fit, squared_error
from northbank.core.duplicate_weights import DEFAULT, STREAM, Fitted
from northbank.core.duplicates import Part, Weights, compare
from northbank.core.likeness import Sketch
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.flows.see_duplicates import RECENT, drawn, sight
from northbank.ports import Nearby, Stale, World

BATCH = 500
MEASURED = 0.25  # the newest share of the pairs, first learned without and measured on


class Learned(msgspec.Struct, frozen=True):
    """New weights and how good they are: mean squared error on pairs not learned from, and that of always saying the share."""

    weights: Weights
    brier: float
    base: float


async def learn(world: World, since: datetime, until: datetime, progress: Callable[[int], None]) -> Learned:
    """Learn from the cases reported in [since, until), and put the weights in force. Raises TooFew."""
    pairs = await gather(world, since, until, progress)
    held = len(pairs) - round(len(pairs) * MEASURED)
    before, after = pairs[:held], pairs[held:]
    trial = fit(before, DEFAULT)
    share = sum(same for _, same in after) / max(1, len(after))
    learned = Learned(fit(pairs, DEFAULT), squared_error(after, trial), share * (1 - share))
    await _put_in_force(world, learned)
    return learned


async def gather(world: World, since: datetime, until: datetime, progress: Callable[[int], None]) -> list[Marked]:
    """Marked pairs, oldest first, every part as it was when the later report came."""
    pairs: list[Marked] = []
    after: Nearby | None = None
    done = 0
    while True:
        batch = await world.duplicates.reported(since, until, after, BATCH)
        if not batch:
            return pairs
        before = await world.duplicates.before([one.id for one in batch], DEFAULT.radius, DEFAULT.days, RECENT.days)
        subjects = {one.subject for one in batch} | {other.subject for found in before.values() for other in found}
        words = await world.vault.sketches(sorted(subjects), drawn)
        for one in batch:
            pairs.extend(_marked(world.city, one, before.get(one.id, []), words))
        after, done = batch[-1], done + len(batch)
        progress(done)


def _marked(city: City, one: Nearby, others: list[Nearby], words: dict[str, Sketch]) -> list[Marked]:
    """The pairs of a case with those before it: of its own matter only the newest, so that a long row does not count double.

    Cases split off from one report have its words in common, whatever they tell of: from them nothing is learned.
    """
    others = [other for other in others if other.subject != one.subject]
    same = [other for other in others if _matter(other) == _matter(one)]
    apart = [other for other in others if _matter(other) != _matter(one)]
    kept = [(max(same, key=lambda other: (other.reported_at, other.id)), True)] if same else []
    return [(_parts(city, one, other, words), mark) for other, mark in [*kept, *((other, False) for other in apart)]]


def _matter(one: Nearby) -> str:
    return one.parent or one.id


def _parts(city: City, one: Nearby, other: Nearby, words: dict[str, Sketch]) -> tuple[Part, ...]:
    a, b = (
        sight(city, each.reported_at, each.lon, each.lat, each.type, each.closed_at, words.get(each.subject))
        for each in (other, one)
    )
    return compare(a, b)


async def _put_in_force(world: World, learned: Learned) -> None:
    past = [entry async for entry in world.journal.read(STREAM)]
    try:
        await note(world, STREAM, len(past), Fitted(weights=learned.weights, brier=round(learned.brier, 6)))
    except Stale as error:
        raise Refused("conflict") from error
