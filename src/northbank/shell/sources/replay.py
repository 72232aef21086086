"""Plays a file of records on a live center at their own times: each is reported when it was, and ended when it ended.

Everything goes through the flows that people use. What was played before is known by its number and not played again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.case import Case
from northbank.core.history import acts_to_close, settle
from northbank.core.importing import Draft, Mapper, RecordMap, Unfit
from northbank.core.moves import Act, State
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.ports import World
from northbank.shell.clock import Clock
from northbank.shell.sources.mapfile import missing_columns, open_source, read_map
from northbank.shell.sources.rows import SourceError

log = logging.getLogger(__name__)
T = TypeVar("T")
PLAYER = Actor("replay", Role.ADMIN)
AT_ONCE = 32  # records being played at the same time
TRIES = 20
PAUSE = 0.5
NO_ADDRESS = "见正文 see the text"


class Playing(Protocol):
    """A center as far as a replay needs it."""

    world: World


class ReplayFigures(msgspec.Struct):
    """What was played. left: ends that could not be played, such as of a case that nobody placed."""

    reported: int = 0
    known: int = 0
    ended: int = 0
    left: int = 0
    unfit: int = 0


def first_moment(file: Path, map: Path) -> datetime:
    """When the first record of the file was reported: where the clock of a replay begins."""
    first = min((one.reported_at for one in _drafts(file, read_map(map))), default=None)
    if first is None:
        raise SourceError(f"{file} holds no record that this map can read.")
    return first


async def replay_file(center: Playing, file: Path, map: Path, *, stop: asyncio.Event) -> ReplayFigures:
    """Play the file by the center's clock until its end or until told to stop. Its drafts are held in memory."""
    world = center.world
    rules = read_map(map, world.city)
    figures = ReplayFigures()
    drafts = []
    for draft in await asyncio.to_thread(lambda: list(_drafts(file, rules))):
        try:
            drafts.append(settle(draft, world.city))
        except Refused:
            figures.unfit += 1
    player = _Player(world, rules, drafts, figures)
    try:
        await player.play(stop)
    finally:
        await player.close()
    log.info("replay ended", extra=msgspec.structs.asdict(figures))
    return figures


def _drafts(file: Path, rules: RecordMap) -> Iterator[Draft]:
    """The records that the map can read; an import would list the others."""
    source = open_source(file, rules)
    try:
        missing_columns(rules, source, file)
        mapper = Mapper(rules, file.name)
        for row in source:
            if row.why is not None:
                continue
            try:
                yield mapper.draft(row.record, row.place, row.line)
            except Unfit:
                continue
    finally:
        source.close()


class _Player:
    """Goes through beginnings and ends in order of time; the end of a case waits for its own beginning."""

    def __init__(self, world: World, rules: RecordMap, drafts: list[Draft], figures: ReplayFigures) -> None:
        self._world = world
        self._clock: Clock = world.clock  # type: ignore[assignment] # a center's clock can wait too
        self._rules = rules
        self._drafts = drafts
        self._figures = figures
        self._room = asyncio.Semaphore(AT_ONCE)
        self._begun: dict[int, asyncio.Task[str | None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def _moments(self) -> list[tuple[datetime, int, int]]:
        begin = [(one.reported_at, 0, n) for n, one in enumerate(self._drafts)]
        end = [(one.ended_at, 1, n) for n, one in enumerate(self._drafts) if one.ended_at is not None]
        return sorted(begin + end)

    async def play(self, stop: asyncio.Event) -> None:
        """Start each moment when its time has come."""
        for at, end, n in self._moments():
            while (left := self._clock.seconds_until(at)) > 0 and not stop.is_set():
                try:
                    async with asyncio.timeout(min(left, 1.0)):
                        await stop.wait()
                except TimeoutError:
                    continue
            await self._room.acquire()
            if stop.is_set():
                self._room.release()
                return
            if end:
                self._run(self._end(n))
            else:
                self._begun[n] = asyncio.create_task(self._begin(self._drafts[n]))
                self._run(self._freed(self._begun[n]))
        await asyncio.gather(*self._running)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Let what is under way end."""
        await asyncio.gather(*self._running, *self._begun.values(), return_exceptions=True)

    async def _freed(self, begun: "asyncio.Task[str | None]") -> None:
        try:
            await begun
        finally:
            self._room.release()

    async def _begin(self, draft: Draft) -> str | None:
        """Report a draft; the id of its case, None where the center refuses it."""
        known = await self._world.cases.exists(draft.source, draft.external)
        if known is not None:
            self._figures.known += 1
            return known
        try:
            made = await _patiently(partial(report, self._world, PLAYER, _report_of(draft), draft.external))
        except Refused as refusal:
            if refusal.code == "already_reported":
                return await self._world.cases.exists(draft.source, draft.external)
            log.info("a record was refused", extra={"code": refusal.code, "line": draft.line})
            self._figures.unfit += 1
            return None
        except Exception:  # one record must not end the replay of the others
            log.exception("a record could not be played", extra={"line": draft.line})
            self._figures.unfit += 1
            return None
        self._figures.reported += 1
        return made.id

    async def _end(self, n: int) -> None:
        draft = self._drafts[n]
        try:
            id = await self._begun.pop(n)
            case = await self._world.cases.get(id) if id is not None else None
            if case is None or case.state in (State.CLOSED, State.REJECTED):
                return
            acts = _ending(draft, case)
            if not acts:  # nobody placed or typed it: it waits at the desk, as it would have
                self._figures.left += 1
                return
            for what in acts:
                await _patiently(partial(act, self._world, PLAYER, case.id, what, self._body(draft, what)))
            self._figures.ended += 1
        except Refused as refusal:
            log.info("the end of a case was refused", extra={"code": refusal.code, "line": draft.line})
            self._figures.left += 1
        finally:
            self._room.release()

    def _body(self, draft: Draft, what: Act) -> ActBody:
        reason = self._rules.defaults.reason if what is Act.REJECT else None
        if what is Act.RETURN:  # any reason to return will do: the record says only that it was turned down
            reason = next((code for code in self._world.city.reasons if code.startswith("return.")), None)
        outcome = draft.outcome if what in (Act.FEED_BACK, Act.CLOSE) else None
        return ActBody(reason=reason or None, outcome=outcome, happened_at=draft.ended_at)


def _ending(draft: Draft, case: Case) -> tuple[Act, ...]:
    """The acts that end a case as the record says; none where it cannot go to a unit."""
    if draft.end == "rejected":
        return (Act.REJECT,) if case.state in (State.REPORTED, State.ACCEPTED) else (Act.RETURN, Act.REJECT)
    return () if case.spot is None or case.type is None else acts_to_close(case.state)


def _report_of(draft: Draft) -> NewReport:
    contact = Contact(draft.name, draft.phone, draft.email) if draft.name or draft.phone or draft.email else None
    address = draft.address or (NO_ADDRESS if draft.text and draft.lon is None else None)
    return NewReport(
        type=draft.type, place=Where(draft.lon, draft.lat, address), text=draft.text, contact=contact,
        source=draft.source, happened_at=draft.reported_at, external=draft.external,
    )  # fmt: skip


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Try again while the database is away; everything here can be sent twice."""
    for _ in range(TRIES):
        try:
            return await work()
        except Refused as refusal:
            if refusal.status != 503:
                raise
            await asyncio.sleep(PAUSE)
    return await work()
