"""A policy simulation: the cases of a span lived again under another pack version, summed up and kept under an id."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from northbank.core.city import City
from northbank.core.journal import Entry
from northbank.core.policy import Asked, Result, Sums, lived
from northbank.core.rules import on_ground_of
from northbank.ports import World

BATCH = 100  # cases a thread lives again at once: a running center goes on meanwhile

Told = Callable[[int], None]


async def simulate(
    world: World, new: City, since: datetime, until: datetime, cases: AsyncIterator[Sequence[Entry[Any]]],
    progress: Told = lambda _: None, *, id: str | None = None, asked: Asked | None = None,
) -> Result:  # fmt: skip
    """Live `cases` (the entries of each, whole) again under `new`; nothing is stored. Memory does not grow with the span.

    Late is judged at `until`, or at the last moment of the journal where that is earlier.
    """
    live = world.city
    after = on_ground_of(new, live)
    last = await world.history.at(await world.journal.position()) if world.history is not None else None
    sums, known, done = Sums(until if last is None else min(until, last)), dict[str, City](), 0
    batch: list[Sequence[Entry[Any]]] = []
    async for entries in cases:
        pack = entries[0].pack
        if pack not in known:
            rules = live if world.rulebooks is None else await world.rulebooks.rules(live, pack)
            known[pack] = on_ground_of(rules, new)
        batch.append(entries)
        done += len(entries)
        if len(batch) == BATCH:
            await asyncio.to_thread(_live, batch, known, after, sums)
            batch = []
            progress(done)
    await asyncio.to_thread(_live, batch, known, after, sums)
    progress(done)
    return replace(sums.result(id or world.ids.new(), world.clock.now(), after, since, until), asked=asked)


def _live(batch: Sequence[Sequence[Entry[Any]]], known: Mapping[str, City], after: City, sums: Sums) -> None:
    for entries in batch:
        sums.take(*lived(entries, known[entries[0].pack], after, sums.until), len(entries))
