"""Links and base databases follow the data: when new batches landed, or a schedule says so, models run and bases are built, one after the other.

What each run does is in link.py and govern.py; what became of it is told in the journal, so that a restart knows.
"""

from collections.abc import Iterator

import msgspec

from northbank.core.bases import Base, Built
from northbank.core.city import City
from northbank.core.dataset import standing, stream_of
from northbank.core.linking import LinkRun, runs_stream
from northbank.core.match import Model
from northbank.core.refusal import Refused
from northbank.core.schedule import Due, due_after
from northbank.core.schedule import stream_of as runs_by_clock
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.govern import govern
from northbank.flows.link import link, links_past
from northbank.flows.platform import Platform
from northbank.flows.scheduled import Begin, attempt, due_by, due_now, last_run
from northbank.ports import World
from northbank.ports.data import Progress


class Followed(msgspec.Struct, frozen=True):
    """What became of a run. what: `link.<code>` or `base.<code>`. n: of the run of links or the version of the base; None: nothing new, or failed.

    error: the fault of the program behind `why`, where there is one; its words are for the log alone.
    """

    what: str
    n: int | None
    why: Refused | None = None
    error: Exception | None = None


class Follower:
    """Keeps in mind what it saw, so that a look at which nothing was told since the last one asks for versions of streams alone."""

    def __init__(self) -> None:
        self._still: dict[str, tuple[int, ...]] = {}

    async def follow(self, platform: Platform, begin: Begin) -> list[Followed]:
        """Run what is due, models before bases. One that fails keeps none of the others from running."""
        done = []
        for what, one in followers(platform.world.city):
            if one.schedule is None and not one.pause:
                continue
            version, due = await self._due(platform.world, what, one)
            if due is not None:
                done.append(await _run(platform, what, one, due, version, begin(what)))
        return done

    async def _due(self, world: World, what: str, one: Model | Base) -> tuple[int, Due | None]:
        if one.schedule is not None:
            version, last = await last_run(world, what)
            return version, due_by(world, one.schedule, last)
        seen = await _versions(world, what, one)
        if self._still.get(what) == seen:
            return 0, None
        if not await touched(world, one):
            self._still[what] = seen
            return 0, None
        version, last = await last_run(world, what)
        return version, due_after(one.pause, last, world.clock.now())


async def follow_now(platform: Platform, what: str, one: Model | Base, tell: Progress) -> Followed:
    """Run one without waiting for its time: it counts as the run of the moment that is due or was last, and is tried again like any other."""
    version, last = await last_run(platform.world, what)
    return await _run(platform, what, one, due_now(platform.world, one.schedule, last), version, tell)


def followers(city: City) -> Iterator[tuple[str, Model | Base]]:
    """What may run by itself, models before bases, each under the name that its runs are told by."""
    yield from ((f"link.{code}", model) for code, model in sorted(city.links.items()))
    yield from ((f"base.{code}", base) for code, base in sorted(city.bases.items()))


async def _versions(world: World, what: str, one: Model | Base) -> tuple[int, ...]:
    """Where the streams stand that say whether a run has something to do."""
    streams = [runs_by_clock(what), *(stream_of(code) for code in one.inputs)]
    if isinstance(one, Model):
        streams.append(runs_stream(one.code))
    else:
        streams += [stream_of(one.code), *([runs_stream(one.link)] if one.link else [])]
    return tuple([await world.journal.version(stream) for stream in streams])


async def touched(world: World, one: Model | Base) -> bool:
    """Whether batches came, or for a base links, that its newest version was not made of."""
    if isinstance(one, Model) or not one.link:
        now = {code: n for code in one.inputs if (n := await _newest(world, code))}
        last: LinkRun | Built | None
        if isinstance(one, Model):
            last = next(reversed((await links_past(world, one.code)).runs), None)
        else:
            last = await _built(world, one)
        return bool(now) and (last is None or last.inputs != now)
    runs = (await links_past(world, one.link)).runs
    built = await _built(world, one)
    return bool(runs) and (built is None or built.run != runs[-1].n)


async def _newest(world: World, code: str) -> int:
    """The number of the newest batch that a data set is made of; 0: none."""
    batches = standing(dataset_of(world, code), await past_of(world, code))
    return batches[-1].n if batches else 0


async def _built(world: World, base: Base) -> Built | None:
    return next((one for one in reversed(await past_of(world, base.code)) if isinstance(one, Built)), None)


async def _run(platform: Platform, what: str, one: Model | Base, due: Due, version: int, tell: Progress) -> Followed:
    n: int | None = None

    async def work() -> int | None:
        nonlocal n
        if isinstance(one, Model):
            run = (await link(platform, one.code, False, tell)).run
            n = run.n if run else None
        else:
            built = (await govern(platform, one.code, tell)).built
            n = built.n if built else None
        return n

    why, error = await attempt(platform.world, what, due, version, work)
    return Followed(what, None if why else n, why, error)
