"""A feed of running incidents replayed as updates of cases: every change of the list is what people do here, in order.

The feed is the status history of a territory's emergency incidents (519,734 changes of 191,308), where it lies beside the
checkout; else one of the same shape is made up. Its places and types are not ours: both are drawn by the incident's key.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb
import msgspec
from bodies import ROOT
from lives import CHECKER, DESK, body, doer, routed
from result import Result, machine, tidy

from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, report
from northbank.ports import World
from northbank.shell.clock import SteppedClock
from northbank.shell.settings import Settings
from northbank.wiring import open_center, settle

DATA = ROOT.parent / "shared" / "data" / "esa_act_events" / "observations.parquet"
# What a change becomes, here and nowhere else. An incident that appears is a report, or its case reopened and dispatched. A
# further status is the acts that lead there: resources pending a dispatched case, en route a signed one, on scene or burning
# one that is handled, under control or finished one fed back. Any other change, a step back too, is a note with the status in
# its words. Leaving the list checks and closes the case. Times are the feed's.
STAGES = ("dispatched", "signed", "handling", "feedback")
STATUS = {
    "Units On Route": 1, "Responding": 1, "On Scene": 2, "Out of control": 2, "Being controlled": 2,
    "Not yet controlled": 2, "Finished": 3, "Out / Completed": 3, "Under control": 3,
}  # fmt: skip
UP = (Act.SIGN, Act.START, Act.FEED_BACK)  # from one stage to the next
CLOSE = (Act.CHECK, Act.CLOSE)


class Change(msgspec.Struct, frozen=True):
    """One row of the feed."""

    at: datetime
    key: str
    kind: str
    status: str


class Size(msgspec.Struct, frozen=True):
    """How much is replayed; changes None: all."""

    changes: int | None = None
    together: int = 64
    pack: str = "jiangbei"


TINY = Size(60, 4, "_template")


class Told(msgspec.Struct):
    """What the feed says of one incident so far."""

    id: str = ""
    stage: int = -1  # -1: not on the list
    returns: int = 0
    left: datetime | None = None


async def measure(size: Size) -> Result:
    """Replay, then hold every case against what the feed says of its incident."""
    where = machine()
    feed = list(_feed(size.changes))
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as folder:
        given = Settings(pack=ROOT / "packs" / size.pack, data=Path(folder), port=0)
        async with open_center(given, live=False) as center:
            settle()
            news = await routed(center.world)
            begun_at = await center.journal.position()
            clock = SteppedClock(feed[0].at)
            replay = Replay(msgspec.structs.replace(center.world, clock=clock), clock, news)
            middle = len(feed) // 2
            begun = time.perf_counter()
            await replay.take(feed[:middle], size.together)
            took = time.perf_counter() - begun
            wrong_then, running = await replay.wrong(center.pool)
            begun = time.perf_counter()
            await replay.take(feed[middle:], size.together)
            took += time.perf_counter() - begun
            wrong, _ = await replay.wrong(center.pool)
            entries = await center.journal.position() - begun_at
            bare = await _bare(center.pool, feed, replay.commands)
    if wrong or wrong_then:
        raise RuntimeError(f"{wrong_then} cases then and {wrong} in the end are not as the feed says")
    figures: dict[str, Any] = {
        "changes": len(feed), "incidents": len(replay.told), "commands": replay.commands, "entries": entries,
        "changes_per_s": tidy(len(feed) / took), "commands_per_s": tidy(replay.commands / took),
        "running_at_half": running, "states_wrong": wrong + wrong_then,
    }  # fmt: skip
    ceiling = {"commands_per_s": tidy(bare)}
    ratio = {"commands_per_s": tidy(figures["commands_per_s"] / ceiling["commands_per_s"])}
    return Result(name="feed", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


def _feed(most: int | None) -> Iterator[Change]:
    if DATA.is_file():
        sql = "select epoch_us(observed_at), key, kind, status from read_parquet($1) order by observed_at, kind, key limit $2"
        for at, key, kind, status in duckdb.connect().execute(sql, [str(DATA), most or 10_000_000]).fetchall():
            yield Change(datetime.fromtimestamp(at / 1e6, UTC), key, kind, status or "")
        return
    chance, at = random.Random(4), datetime(2026, 1, 5, tzinfo=UTC)
    on: dict[str, int] = {}
    for n in range(most or 50_000):
        at += timedelta(seconds=chance.randrange(120))
        key = chance.choice([*sorted(on)[:40], f"made|{n % 5000}"])
        kind = "new" if key not in on else chance.choice(("update", "update", "left_list"))
        if kind == "left_list":
            on.pop(key)
        else:
            on[key] = n
        yield Change(at, key, kind, chance.choice(sorted(STATUS)) if kind != "left_list" else "")


class Replay:
    """Cases that follow the feed."""

    def __init__(self, world: World, clock: SteppedClock, news: list[NewReport]) -> None:
        self.world, self.clock, self.news = world, clock, news
        self.told: dict[str, Told] = {}
        self.commands = 0

    async def take(self, changes: list[Change], together: int) -> None:
        """In order; changes of different incidents that stand side by side go in together, at the time of the last."""
        group: dict[str, Change] = {}
        for change in changes:
            if change.key in group or len(group) == together:
                await self._group(group)
                group = {}
            group[change.key] = change
        await self._group(group)

    async def _group(self, group: dict[str, Change]) -> None:
        if group:
            last = max(one.at for one in group.values())
            self.clock.advance(max(timedelta(0), last - self.clock.now()))
            await asyncio.gather(*(self._one(change) for change in group.values()))

    async def _one(self, change: Change) -> None:
        told = self.told.setdefault(change.key, Told())
        if change.kind == "left_list":
            await self._walk(told, change, 3)
            for what in CLOSE:
                await self._act(told, what, change)
            told.stage, told.left = -1, change.at
            return
        stage = STATUS.get(change.status, 0)
        if told.stage < 0:
            await self._appear(told, change)
        elif stage <= told.stage:
            await self._act(told, Act.NOTE, change, change.status or "changed")
        await self._walk(told, change, stage)

    async def _appear(self, told: Told, change: Change) -> None:
        told.stage = 0
        if told.id:
            told.returns += 1
            await self._act(told, Act.REOPEN, change)
            await self._act(told, Act.DISPATCH, change)
            return
        new = self.news[crc32(change.key.encode()) % len(self.news)]
        new = msgspec.structs.replace(new, external=change.key[:120], happened_at=change.at)
        made = await report(self.world, DESK, new)
        self.commands += 1
        told.id = made.id

    async def _walk(self, told: Told, change: Change, stage: int) -> None:
        while told.stage < stage:
            await self._act(told, UP[told.stage], change)
            told.stage += 1

    async def _act(self, told: Told, what: Act, change: Change, note: str | None = None) -> None:
        said = body(what) if note is None else ActBody(note=note)
        if what is Act.REOPEN:
            said = ActBody(note="on the list again")
        who = CHECKER if what in CLOSE else doer(what)
        await act(self.world, who, told.id, what, msgspec.structs.replace(said, happened_at=change.at))
        self.commands += 1

    async def wrong(self, pool: Any) -> tuple[int, int]:
        """How many cases are not as the feed says, and how many of its incidents are on the list now."""
        sql = "select id::text, state, closed_at, coalesce((doc ->> 'reopenings')::int, 0) as again from cases where external is not null"
        rows = {row["id"]: row for row in await pool.fetch(sql, timeout=600)}
        wrong = 0
        for one in self.told.values():
            row = rows[one.id]
            state = "closed" if one.stage < 0 else STAGES[one.stage]
            ended = one.left if one.stage < 0 else None
            wrong += (row["state"], row["closed_at"], row["again"]) != (state, ended, one.returns)
        return wrong, sum(one.stage >= 0 for one in self.told.values())


async def _bare(pool: Any, feed: list[Change], commands: int) -> float:
    """The least program: one row a command, upserted in groups of 64 in transactions of their own."""
    await pool.execute("create table bare (key text primary key, status text not null, at timestamptz not null)")
    sql = "insert into bare select * from unnest($1::text[], $2::text[], $3::timestamptz[]) on conflict (key) do update set status = excluded.status, at = excluded.at"
    rows = (feed * (commands // len(feed) + 1))[: min(commands, 100_000)]
    begun = time.perf_counter()
    for start in range(0, len(rows), 64):
        part = {one.key: one for one in rows[start : start + 64]}.values()
        await pool.execute(sql, [one.key for one in part], [one.status for one in part], [one.at for one in part])
    return len(rows) / (time.perf_counter() - begun)
