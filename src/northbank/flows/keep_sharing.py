"""Upkeep of sharing: the journal fixes the records of uses, and copies that no grant needs any more are removed."""

from collections.abc import AsyncIterator

from northbank.core.datause import USES
from northbank.core.sharing import Grant
from northbank.flows.entries import note
from northbank.flows.platform import Platform
from northbank.flows.standing_batches import batches_of
from northbank.ports import Stale
from northbank.ports.sharing import Given, GrantQuery, GrantScope


async def fix_uses(platform: Platform) -> int:
    """Let the journal say what the records of uses are, as far as it does not yet; how many entries."""
    written = 0
    while (found := await platform.sharing.uses.unsealed()) is not None:
        version, fact = found
        try:
            await note(platform.world, USES, version, fact)
        except Stale:
            return written  # another process fixed them
        written += 1
    return written


async def sweep_copies(platform: Platform) -> int:
    """Remove what was copied for grants that ended, or from batches that are no longer the newest."""
    living: list[Given] = []
    async for grant in _granted(platform):
        dataset = platform.world.city.datasets.get(grant.dataset)
        if dataset is not None and grant.given is not None:
            batches = await batches_of(platform, dataset)
            living.append(
                Given(name=dataset.code, grant=grant.id, dataset=dataset, batches=batches, terms=grant.given)
            )  # fmt: skip
    return platform.sharing.answerer.sweep(living)


async def _granted(platform: Platform) -> AsyncIterator[Grant]:
    after = None
    while True:
        query = GrantQuery(state="granted", limit=200, after=after)
        rows, after = await platform.sharing.grants.page(query, GrantScope(everything=True))
        for one in rows:
            yield one
        if after is None:
            return
