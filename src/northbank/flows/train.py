"""Training the suggestions: the words and types of closed cases become a model, and the journal says which and how good.

Fitting is core/suggest_fit.py. The words are opened one case at a time, each reading recorded, and are not kept.
"""

from collections.abc import AsyncIterator, Callable
from hashlib import sha256

import msgspec

from northbank.core.access import SYSTEM
from northbank.core.city import City
from northbank.core.reading import Reading
from northbank.core.suggest import About, Trained
from northbank.core.suggest_fit import Example
from northbank.flows.entries import note
from northbank.flows.report import Words
from northbank.ports import ClosedCase, Stale, World

PURPOSE = "read.training"
STREAM = "model:suggest"


async def examples(world: World, closed: AsyncIterator[ClosedCase], read: Callable[[int], None]) -> list[Example]:
    """The words of closed cases with the types they were closed with; cases without words are left out.

    read: told after each case how many were looked at.
    """
    found: list[Example] = []
    seen = 0
    async for case in closed:
        seen += 1
        reading = Reading(world.clock.now(), SYSTEM.login, PURPOSE, "words", case.id)
        words = (await world.vault.open(case.subject, [case.words], reading)).get(case.words)
        text = msgspec.json.decode(words, type=Words).text if words else None
        if text and case.type in world.city.types:
            found.append(Example(text, case.type, case.reported_at))
        read(seen)
    return found


def salt_of(city: City, version: str) -> bytes:
    """What the digest of the training cases begins with, so that two models of one center do not share digests."""
    return sha256(f"{city.id} {version}".encode()).digest()


async def record(world: World, about: About) -> int:
    """Write down that a model was trained; returns the position."""
    for _ in range(3):
        version = len([entry async for entry in world.journal.read(STREAM)])
        try:
            return (await note(world, STREAM, version, Trained(about=about))).last
        except Stale:
            continue
    raise Stale
