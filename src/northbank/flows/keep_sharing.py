"""Upkeep of sharing: the journal fixes the records of uses; what questions need is made ahead, and removed when no grant needs it."""

from collections.abc import AsyncIterator
from contextlib import suppress

from northbank.core.dataset import Collected
from northbank.core.datause import USES
from northbank.core.refusal import Refused
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
    return platform.sharing.answerer.sweep(await _living(platform))


async def prepare_sharing(platform: Platform) -> int:
    """Make ahead what the first question would wait for: copies of what grants give, profiles of data sets; how many copies.

    One after the other; what is made already is not made again. What cannot be made stops no other.
    """
    answerer, city = platform.sharing.answerer, platform.world.city
    made = 0
    for given in await _living(platform):
        with suppress(Refused):  # the log tells of it, and so does the question
            made += await answerer.prepare(given) if given.batches else 0
    for dataset in city.datasets.values():
        if batches := await batches_of(platform, dataset):
            with suppress(Refused):
                await answerer.profile(dataset, batches, city.sharing.few)
    return made


async def _living(platform: Platform) -> list[Given]:
    """What every grant gives now."""
    found: list[Given] = []
    known: dict[str, tuple[Collected, ...]] = {}
    async for grant in _granted(platform):
        dataset = platform.world.city.datasets.get(grant.dataset)
        if dataset is None or grant.given is None:
            continue
        if dataset.code not in known:
            known[dataset.code] = await batches_of(platform, dataset)
        batches = known[dataset.code]
        found.append(
            Given(name=dataset.code, grant=grant.id, dataset=dataset, batches=batches, terms=grant.given)
        )  # fmt: skip
    return found


async def _granted(platform: Platform) -> AsyncIterator[Grant]:
    after = None
    while True:
        query = GrantQuery(state="granted", limit=200, after=after)
        rows, after = await platform.sharing.grants.page(query, GrantScope(everything=True))
        for one in rows:
            yield one
        if after is None:
            return
