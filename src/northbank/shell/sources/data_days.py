"""The data platform of the demonstration: small invented batches of every data set, over days that passed and from now on.

They are collected by the same flow as real files. So that there is what to see, one data set stays late, one batch is turned away and two
have so many bad rows that their providers are asked to correct them. Only data sets of CSV files are invented.
"""

import asyncio
import itertools
import logging
import os
import random
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from northbank.core.dataset import HOURS, Cycle, Dataset
from northbank.core.refusal import Refused
from northbank.core.shelf import age_of
from northbank.flows.collect import collect
from northbank.flows.correct import correct
from northbank.flows.follow_batches import follow_now, followers
from northbank.flows.list_datasets import shelf_of
from northbank.flows.platform import Platform
from northbank.shell.clock import SteppedClock, monotonic

log = logging.getLogger(__name__)
STOCK = timedelta(days=30)  # so long ago the first batches came, with what was there before
PAST: Mapping[Cycle, int] = {"hourly": 6, "daily": 5, "weekly": 3, "monthly": 2, "quarterly": 1, "yearly": 1, "once": 0}
FRESH = timedelta(hours=2)  # the batch that is turned away came so long ago
STOCK_ROWS = 600
MOST = 10.0  # a contract that takes a batch with more bad rows in a hundred is not one to show what bad rows lead to
ROWS, MORE = 110, 50  # of a batch of changes: so many and up to so many more
CALM = 160  # of so many rows one is bad: in a batch of changes one, in a stock fewer than contracts ask their providers to correct
EVERY = 240.0  # seconds between two batches once the past is told
REST = 2.0  # the past rests so many times as long as it works
SEED = 20_260_101


class Planned(msgspec.Struct, frozen=True):
    """A batch to invent. n: its number. made: when its file is. period: of so many rows one is bad.

    spoiled: its columns are not those of the contract.
    """

    dataset: Dataset
    n: int
    made: datetime
    rows: int
    period: int = CALM
    spoiled: bool = False


# The rows of a batch as one file in a folder. The keys of other data sets' stocks are referred to.
Invent = Callable[[Planned, Path], Awaitable[None]]


def in_order(datasets: Mapping[str, Dataset]) -> list[Dataset]:
    """Data sets so that each comes after those that it refers to."""
    found: list[Dataset] = []
    left = dict(sorted(datasets.items()))
    while left:
        ready = [one for one in left.values() if not {rule.dataset for rule in one.rules} & left.keys()]
        for one in ready or list(left.values()):
            found.append(left.pop(one.code))
    return found


def plan(every: Mapping[str, Dataset], now: datetime) -> list[Planned]:
    """The batches of the past, the oldest first. The same pack at the same moment gives the same."""
    datasets = {one.code: one for one in delivered(every)}
    chance = random.Random(SEED)
    late, spoiled, faulty = late_one(datasets), spoiled_one(datasets), faulty_ones(datasets)
    found = []
    for depth, dataset in enumerate(in_order(datasets)):
        found.append(Planned(dataset, 1, now - STOCK + timedelta(minutes=10 * depth), STOCK_ROWS))
        cycle = timedelta(hours=HOURS.get(dataset.cycle, 24))
        count = PAST[dataset.cycle]
        shift = 2.4 if dataset.code == late else chance.uniform(0.1, 0.6)
        for n in range(count):
            made = max(now - cycle * (count - 1 - n + shift), found[-1].made + timedelta(minutes=20))
            period = _faulty(dataset) if dataset.code in faulty and n == count - 1 else CALM
            found.append(Planned(dataset, n + 2, min(made, now), _rows(chance), period))
        if dataset.code == spoiled:
            found.append(Planned(dataset, count + 2, now - FRESH, _rows(chance), spoiled=True))
    return sorted(found, key=lambda one: (one.made, one.n))


def delivered(every: Mapping[str, Dataset]) -> list[Dataset]:
    """The data sets that files of this demonstration bring; base databases are made of them."""
    return [one for one in every.values() if one.format == "csv" and one.made == "collected"]


def _rows(chance: random.Random) -> int:
    return chance.randint(ROWS, ROWS + MORE)


def _faulty(dataset: Dataset) -> int:
    """Every how many rows one is bad where a batch is taken, but its provider is asked to correct it."""
    assert dataset.ticket is not None
    return round(200 / (dataset.ticket.share + dataset.bad_share))


def late_one(datasets: Mapping[str, Dataset]) -> str:
    """The data set that stays late: the one that should come most often; none where there is but one."""
    often = [code for code, one in sorted(datasets.items()) if one.cycle in HOURS]
    return min(often, key=lambda code: HOURS[datasets[code].cycle], default="") if len(datasets) > 1 else ""


def spoiled_one(datasets: Mapping[str, Dataset]) -> str:
    """The data set whose newest batch is turned away: the first with a header to write wrongly and batches of the past."""
    often = [
        code
        for code, one in sorted(datasets.items())
        if one.format == "csv" and one.drift != "quarantine" and PAST[one.cycle] > 2
    ]
    return next((code for code in often if code != late_one(datasets)), "")


def faulty_ones(datasets: Mapping[str, Dataset]) -> set[str]:
    """Two data sets of whose newest batch a case to the provider tells: the first and the last that come often and whose contracts want cases."""
    rest = {late_one(datasets), spoiled_one(datasets)}
    often = [
        code
        for code, one in sorted(datasets.items())
        if code not in rest
        and PAST[one.cycle] > 2
        and one.ticket is not None
        and one.ticket.share + 2 <= one.bad_share <= MOST
    ]
    return {*often[:1], *often[-1:]}


async def tell_data(platform: Platform, invent: Invent, inbox: Path, gathered: Callable[[], None]) -> None:
    """Tell the past that is not told yet, bring what became late since the last run, then a batch now and then, until cancelled.

    gathered: told once all of the past is there, linked and made into bases.
    """
    await tell_past(platform, invent, inbox)
    sets = {one.code: one for one in delivered(platform.world.city.datasets)}
    turns = [one for one in in_order(sets) if one.code != late_one(sets)]
    await _catch_up(platform, invent, inbox, turns)
    await _make_bases(platform)
    for one in sets.values():
        await _correct(platform, one)
    gathered()
    for one in itertools.cycle(turns):
        await asyncio.sleep(EVERY)
        await bring(platform, invent, inbox, await _next(platform, one))
        await _correct(platform, one)


async def tell_past(platform: Platform, invent: Invent, inbox: Path) -> int:
    """The batches that came before the demonstration began; those that an earlier run told are not told again. How many were."""
    told = {code: len(lines) for code, lines in (await shelf_of(platform).lines()).items()}
    count = 0
    for one in plan(platform.world.city.datasets, platform.world.clock.now()):
        if one.n > told.get(one.dataset.code, 0):
            begun = monotonic()
            await bring(platform, invent, inbox, one)
            await asyncio.sleep(REST * (monotonic() - begun))
            count += 1
    return count


async def _catch_up(platform: Platform, invent: Invent, inbox: Path, turns: Sequence[Dataset]) -> None:
    lines, now = await shelf_of(platform).lines(), platform.world.clock.now()
    for one in turns:
        newest = max((line.made for line in lines.get(one.code, ()) if line.taken), default=None)
        if age_of(one, newest, now)[1]:
            await bring(platform, invent, inbox, await _next(platform, one))


async def _make_bases(platform: Platform) -> None:
    """Link what came and make the base databases of it, as a steward would who has them run."""
    for what, one in followers(platform.world.city):
        done = await follow_now(platform, what, one, lambda step, share: None)
        if done.why is not None:
            log.warning("the demonstration could not run %s: %s", what, done.why, exc_info=done.error)


async def _correct(platform: Platform, one: Dataset) -> None:
    """Ask its provider to correct bad rows, as is done after any collection."""
    try:
        await correct(platform.world, one.code)
    except Exception:
        log.exception("the demonstration could not ask for corrections of %s", one.code)


async def _next(platform: Platform, dataset: Dataset) -> Planned:
    n = len((await shelf_of(platform).lines()).get(dataset.code, ())) + 1
    rows = _rows(random.Random(SEED + n))
    return Planned(dataset, n, platform.world.clock.now(), STOCK_ROWS if dataset.each == "whole" else rows)


async def bring(platform: Platform, invent: Invent, inbox: Path, one: Planned) -> None:
    """Invent the file of a batch and collect it as of its moment; what fails is logged, and the next one comes all the same."""
    folder = inbox / one.dataset.code
    world = platform.world
    if one.made < world.clock.now() - timedelta(minutes=5):
        world = msgspec.structs.replace(world, clock=SteppedClock(one.made + timedelta(minutes=4)))
    try:
        await asyncio.to_thread(shutil.rmtree, folder, True)
        await invent(one, folder)
        await asyncio.to_thread(_name, one, folder)
        await collect(world, platform.lake, one.dataset.code, folder, lambda step, share: None)
    except Refused as refused:
        log.warning("the demonstration's batch %s of %s waits: %s", one.n, one.dataset.code, refused)
    except Exception:
        log.exception("the demonstration's batch %s of %s failed", one.n, one.dataset.code)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)


def _name(one: Planned, folder: Path) -> None:
    """Give the file the name and the time that its sender would have given it."""
    for path in sorted(folder.glob("*.csv")):
        if one.spoiled:
            _spoil(path)
        path = path.rename(folder / f"{one.dataset.code}-{one.made:%Y%m%d-%H%M}{path.suffix}")
        os.utime(path, (one.made.timestamp(), one.made.timestamp()))


def _spoil(path: Path) -> None:
    """Call the columns something that no contract knows: as if the sender's system had been changed overnight."""
    head, _, rest = path.read_bytes().partition(b"\n")
    names = b",".join(b"F%03d" % n for n in range(1, head.count(b",") + 2))
    path.write_bytes(names + b"\n" + rest)
