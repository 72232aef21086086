"""Collects what is due by the schedules of the contracts. What ran and what failed is told in the journal, so that a restart knows.

A batch is known by its content or its mark, so that a run cut off between batch and journal brings nothing twice when run again.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from northbank.core import schedule
from northbank.core.dataset import Dataset
from northbank.core.name import Name
from northbank.core.refusal import Refused
from northbank.core.schedule import AnyRun, Failed, Ran, Schedule
from northbank.core.worktime import is_workday
from northbank.flows.collect import Outcome, collect_from_origin, dataset_of
from northbank.flows.correct import correct
from northbank.flows.entries import note
from northbank.ports import Stale, World
from northbank.ports.data import Lake, Progress
from northbank.ports.sources import Sources

SHOWN = 8  # runs that are told of
Begin = Callable[[str], Progress]  # what a run of a data set is told to
BUSY = ("collecting", "linking")  # refusals that say that somebody else does the work


class Run(msgspec.Struct, frozen=True):
    """What became of one run. outcome: None where it failed, for `why`; error: where it was none of the refusals, for the log alone."""

    dataset: str
    outcome: Outcome | None
    why: Refused | None = None
    error: Exception | None = None


class RunView(msgspec.Struct, frozen=True):
    """A run that was told. slot: the moment it was due. batch: that it brought. why: it failed."""

    at: datetime
    slot: datetime
    batch: int | None
    why: Name | None


class ScheduleView(msgspec.Struct, frozen=True):
    """How a schedule stands. next: its next moment, or when a failed run is tried again. failed: why the last run did.

    runs: the newest, the newest first.
    """

    last: datetime | None
    next: datetime | None
    failed: Failed | None
    runs: list[RunView] = []


async def collect_due(world: World, lake: Lake, sources: Sources, begin: Begin) -> list[Run]:
    """Collect each data set whose time has come, one after the other. One that fails keeps none of the others from running."""
    runs = []
    for code, dataset in sorted(world.city.datasets.items()):
        version, last = await last_run(world, code)
        found = dataset.schedule and due_by(world, dataset.schedule, last)
        if found:
            runs.append(await _run(world, lake, sources, dataset, found, version, begin(code)))
    return runs


async def collect_now(world: World, lake: Lake, sources: Sources, code: str, tell: Progress) -> Outcome:
    """Run a data set without waiting for its time: it counts as the run of the moment that is due or was last.

    Refused: as `collect_from_origin`; `run_failed`, with its cause, where anything else went wrong. It is tried again like any other.
    """
    dataset = dataset_of(world, code)
    if dataset.origin is None:
        raise Refused("no_origin", code=code)
    version, last = await last_run(world, code)
    run = await _run(world, lake, sources, dataset, due_now(world, dataset.schedule, last), version, tell)
    if run.outcome is None:
        raise run.why or Refused("run_failed", what="-") from run.error
    return run.outcome


async def _run(
    world: World, lake: Lake, sources: Sources, dataset: Dataset, due: schedule.Due, version: int, tell: Progress
) -> Run:  # fmt: skip
    outcome: Outcome | None = None

    async def work() -> int | None:
        nonlocal outcome
        outcome = await collect_from_origin(world, lake, sources, dataset.code, tell)
        await correct(world, dataset.code)
        return outcome.statement.n if outcome.statement else None

    why, error = await attempt(world, dataset.code, due, version, work)
    return Run(dataset.code, None if why else outcome, why, error)


async def attempt(
    world: World, what: str, due: schedule.Due, version: int, work: Callable[[], Awaitable[int | None]]
) -> tuple[Refused | None, Exception | None]:
    """Work, which says the number of what it made, and tell on the stream of `what` what became of it.

    Why it failed, where it did, and the error behind it, where that is a fault of the program.
    """
    try:
        made = await work()
    except Refused as refused:
        if refused.code not in BUSY:  # somebody else is at it: then it is not due any more, or again in a moment
            await _tell(world, what, version, _failed(due, refused))
        return refused, None
    except Exception as error:  # whatever it is, it is told, and the others have their turn
        why = Refused("run_failed", what=type(error).__name__)  # its words may hold a cell: they are for the log alone
        await _tell(world, what, version, _failed(due, why))
        return why, error
    await _tell(world, what, version, Ran(slot=due.slot, batch=made, left_out=due.left_out))
    return None, None


def _failed(due: schedule.Due, why: Refused) -> Failed:
    return Failed(slot=due.slot, attempt=due.attempt, code=why.code, zh=why.say("zh"), en=why.say("en"))


async def see_schedule(world: World, code: str) -> ScheduleView | None:
    """How the schedule of a data set stands; None where it has none. Refused: `no_dataset`."""
    dataset = dataset_of(world, code)
    return None if dataset.schedule is None else await standing_of(world, code, dataset.schedule)


async def standing_of(world: World, what: str, planned: Schedule | None) -> ScheduleView:
    """How the runs of a data set, link model or base stand; next: without a schedule only when a failed run is tried again."""
    _, runs = await _runs(world, what)
    told = [_view(*one) for one in reversed(runs)]
    now = world.clock.now()
    upcoming = schedule.next_slot(planned, now, _zone(world), _works_on(world)) if planned is not None else None
    if not runs:
        return ScheduleView(None, upcoming, None)
    run, at = runs[-1]
    if isinstance(run, Failed):
        again = schedule.try_at(run, at)
        return ScheduleView(at, min(again, upcoming) if upcoming else again, run, told)
    return ScheduleView(at, upcoming, None, told)


def _view(run: AnyRun, at: datetime) -> RunView:
    if isinstance(run, Failed):
        return RunView(at, run.slot, None, Name(zh=run.zh, en=run.en))
    return RunView(at, run.slot, run.batch, None)


def due_by(world: World, planned: Schedule, last: tuple[AnyRun, datetime] | None) -> schedule.Due | None:
    """What a schedule says is to be run now, by the calendar of the city."""
    return schedule.due(planned, last, world.clock.now(), _zone(world), _works_on(world))


def due_now(world: World, planned: Schedule | None, last: tuple[AnyRun, datetime] | None) -> schedule.Due:
    """A run that somebody asks for: it stands for the newest moment of the schedule."""
    now = world.clock.now()
    slot = planned and schedule.last_slot(planned, now, _zone(world), _works_on(world))
    tries = last[0].attempt + 1 if last and isinstance(last[0], Failed) and last[0].slot == slot else 1
    return schedule.Due(slot or now, tries, 0)


async def last_run(world: World, what: str) -> tuple[int, tuple[AnyRun, datetime] | None]:
    """How many entries the runs of a data set, link model or base have, and the newest with its time."""
    version, runs = await _runs(world, what)
    return version, runs[-1] if runs else None


async def _runs(world: World, what: str) -> tuple[int, Sequence[tuple[AnyRun, datetime]]]:
    """How many entries such runs have, and the newest of them, the oldest first."""
    version, runs = 0, deque[tuple[AnyRun, datetime]](maxlen=SHOWN)
    async for entry in world.journal.read(schedule.stream_of(what)):
        version = entry.version
        if isinstance(entry.data, Ran | Failed):
            runs.append((entry.data, entry.at))
    return version, runs


async def _tell(world: World, what: str, version: int, run: AnyRun) -> None:
    try:
        await note(world, schedule.stream_of(what), version, run)
    except Stale:
        return  # another run of the same moment told it first


def _zone(world: World) -> ZoneInfo:
    return ZoneInfo(world.city.timezone)


def _works_on(world: World) -> schedule.WorksOn:
    def works_on(day: date) -> bool:
        try:
            return is_workday(world.city.calendar, day)
        except Refused:  # a year without calendar: rather once too often than not at all
            return True

    return works_on
