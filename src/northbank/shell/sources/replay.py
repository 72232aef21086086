"""Plays a file of records on a live center at their own times: each is reported when it was, and ended when it ended.

Everything goes through the flows that people use. What was played before is known by its number and not played again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.case import Case
from northbank.core.history import acts_to_close, settle
from northbank.core.importing import Draft, RecordMap
from northbank.core.moves import Act, State
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.ports import World
from northbank.shell.clock import Clock
from northbank.shell.sources.timeline import Moment, Timeline

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


async def replay_file(center: Playing, timeline: Timeline, map: RecordMap, *, stop: asyncio.Event) -> ReplayFigures:
    """Play a file sorted by time by the center's clock until its end or until told to stop.

    map: that of the file, checked against the center's city.
    """
    player = _Player(center.world, map)
    try:
        await player.play(timeline.pages(), stop)
    finally:
        await player.close()
    log.info("replay ended", extra=msgspec.structs.asdict(player.figures))
    return player.figures


class _Player:
    """Goes through beginnings and ends in order of time; the end of a case waits for its own beginning.

    Only what is under way is held: the case of an end is found by the sender's number, as any later run finds it.
    """

    def __init__(self, world: World, rules: RecordMap) -> None:
        self.figures = ReplayFigures()
        self._world = world
        self._clock: Clock = world.clock  # type: ignore[assignment] # a center's clock can wait too
        self._rules = rules
        self._room = asyncio.Semaphore(AT_ONCE)
        self._begun: dict[int, asyncio.Task[str | None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def play(self, pages: Iterator[list[Moment]], stop: asyncio.Event) -> None:
        """Start each moment when its time has come."""
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            known = await self._known(page)
            for moment in page:
                await self._wait(moment.at, stop)
                if stop.is_set():
                    return
                await self._start(moment, known)
        await asyncio.gather(*self._running)

    async def _known(self, page: list[Moment]) -> set[tuple[str, str]]:
        """What has a case already: asked for a page at once, so that a later run soon comes to where it ended."""
        pairs = [(one.draft.source, one.draft.external) for one in page if not one.ends]
        return await _patiently(partial(self._world.cases.known, pairs)) if pairs else set()

    async def _wait(self, at: datetime, stop: asyncio.Event) -> None:
        while (left := self._clock.seconds_until(at)) > 0 and not stop.is_set():
            try:
                async with asyncio.timeout(min(left, 1.0)):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _start(self, moment: Moment, known: set[tuple[str, str]]) -> None:
        draft = moment.draft
        if not moment.ends and (draft.source, draft.external) in known:
            self.figures.known += 1
            return
        await self._room.acquire()
        if moment.ends:
            self._run(self._end(draft, self._begun.get(draft.place)))
            return
        begun = self._begun[draft.place] = asyncio.create_task(self._begin(draft))
        self._run(self._freed(draft.place, begun))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Let what is under way end."""
        await asyncio.gather(*self._running, *self._begun.values(), return_exceptions=True)

    async def _freed(self, place: int, begun: "asyncio.Task[str | None]") -> None:
        try:
            await begun
        finally:
            del self._begun[place]
            self._room.release()

    async def _begin(self, draft: Draft) -> str | None:
        """Report a draft; the id of its case, None where the center refuses it."""
        try:
            placed = settle(draft, self._world.city)
            made = await _patiently(partial(report, self._world, PLAYER, _report_of(placed), draft.external))
        except Refused as refusal:
            if refusal.code == "already_reported":
                self.figures.known += 1
                return await self._world.cases.exists(draft.source, draft.external)
            log.info("a record was refused", extra={"code": refusal.code, "line": draft.line})
            self.figures.unfit += 1
            return None
        except Exception:  # one record must not end the replay of the others
            log.exception("a record could not be played", extra={"line": draft.line})
            self.figures.unfit += 1
            return None
        self.figures.reported += 1
        return made.id

    async def _end(self, draft: Draft, begun: "asyncio.Task[str | None] | None") -> None:
        try:
            case = await self._case(draft, begun)
            if case is None or case.state in (State.CLOSED, State.REJECTED):
                return
            acts = _ending(draft, case)
            if not acts:  # nobody placed or typed it: it waits at the desk, as it would have
                self.figures.left += 1
                return
            for what in acts:
                await _patiently(partial(act, self._world, PLAYER, case.id, what, self._body(draft, what)))
            self.figures.ended += 1
        except Refused as refusal:
            log.info("the end of a case was refused", extra={"code": refusal.code, "line": draft.line})
            self.figures.left += 1
        except Exception:
            log.exception("the end of a case could not be played", extra={"line": draft.line})
            self.figures.left += 1
        finally:
            self._room.release()

    async def _case(self, draft: Draft, begun: "asyncio.Task[str | None] | None") -> Case | None:
        cases = self._world.cases
        find = partial(cases.exists, draft.source, draft.external)
        id = await begun if begun is not None else await _patiently(find)
        return await _patiently(partial(cases.get, id)) if id is not None else None

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
