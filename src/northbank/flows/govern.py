"""A base database is built: golden records of its data sets by the newest links, as a batch of the base's own data set.

Versions that newer ones took the place of go like runs of links: the newest few stay on the disk, the journal tells of all.
"""

from hashlib import sha256

import msgspec

from northbank.core.bases import Base, Built
from northbank.core.dataset import AnyStatement, Collected, stream_of
from northbank.core.linking import LinkRun
from northbank.core.refusal import Refused
from northbank.flows.collect import past_of
from northbank.flows.entries import note
from northbank.flows.link import KEPT, links_past, sources_of
from northbank.flows.platform import Platform
from northbank.flows.tend import supersede
from northbank.ports import Stale, World
from northbank.ports.data import Progress


class BaseOutcome(msgspec.Struct, frozen=True):
    """What became of a command to build. built: None where nothing had changed since `last`."""

    built: Built | None
    last: Built | None
    healed: int = 0


def base_of(world: World, code: str) -> Base:
    """A base database of the pack. Refused: `no_base`."""
    found = world.city.bases.get(code)
    if found is None:
        raise Refused("no_base", code=code, allowed=", ".join(sorted(world.city.bases)) or "-")
    return found


async def govern(platform: Platform, code: str, tell: Progress) -> BaseOutcome:
    """Build once. Refused: `no_base`, `link_first`, `links_missing`, `linking`, `collecting`, `conflict`. Nothing is changed then.

    Rows are those that the links were made of: a base never mixes newer rows with older links.
    """
    world, lake = platform.world, platform.lake
    base = base_of(world, code)
    with platform.links.hold(f"base.{code}"), lake.hold(code):
        past = await past_of(world, code)
        healed = await _heal(platform, base, past)
        await supersede(world, lake, base.dataset, past, KEPT)  # also what a killed run left
        run = await _newest_run(world, base)
        sources = await sources_of(world, base.inputs, run.inputs if run else None)
        inputs = {name: batches[-1].n for name, (_, batches) in sources.items()}
        last = next((one for one in reversed(past) if isinstance(one, Built)), None)
        if last and (last.contract, last.inputs, last.run) == (base.version, inputs, run.n if run else 0):
            return BaseOutcome(None, last, healed)
        n, began = len(past) + 1, world.clock.now()
        rows, buckets = await platform.links.build(base, sources, run, tell)
        about = f"{base.version}:{sorted(inputs.items())}:{run.n if run else 0}"
        newest = max(
            (one.happened_at for _, batches in sources.values() for one in batches if one.happened_at), default=None
        )
        built = Built(
            n=n, folder=f"{n:06d}-{sha256(about.encode()).hexdigest()[:12]}", contract=base.version, files=(), rows=rows,
            good=rows, buckets=buckets, bad=0, repeated=0, score=100.0, inputs=inputs, run=run.n if run else 0, happened_at=newest,
            seconds=(world.clock.now() - began).total_seconds(),
        )  # fmt: skip
        await platform.links.land_base(base, built)
        await _tell(world, code, built)
        await supersede(world, lake, base.dataset, [*past, built], KEPT)
    return BaseOutcome(built, last, healed)


async def _newest_run(world: World, base: Base) -> LinkRun | None:
    if not base.link:
        return None
    runs = (await links_past(world, base.link)).runs
    if not runs:
        raise Refused("links_missing", model=base.link)
    return runs[-1]


async def _heal(platform: Platform, base: Base, past: list[AnyStatement]) -> int:
    """Tell the journal of versions that landed before a kill; `past` grows by them."""
    before = len(past)
    for one in platform.lake.landed(base.code):
        if one.n == len(past) + 1:
            await _tell(platform.world, base.code, one)
            past.append(one)
    return len(past) - before


async def _tell(world: World, code: str, one: AnyStatement | Collected) -> None:
    try:
        await note(world, stream_of(code), one.n - 1, one)
    except Stale:
        raise Refused("conflict") from None
