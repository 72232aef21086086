"""The tail: wakes on NOTIFY, reads what was appended, and keeps the live pictures and the last happenings in memory.

Screens are fed from here (shell/web/live.py asks for ticks); nothing here writes.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.picture import KEPT, Band, Happening, Picture, Tiles, happening
from northbank.flows.see_wall import Snapshot
from northbank.ports import World
from northbank.shell.store.cases import PgCases
from northbank.shell.store.sql import statements

log = logging.getLogger(__name__)
SQL = statements("cases")
REMEMBERED = 20_000  # happenings kept in memory: a screen off the air for less than these resumes without a reset
SHOWN = 60  # happenings in a snapshot
CHUNK = 5_000
IDLE = 300.0  # seconds after which a picture that nobody watches is forgotten
WEEKS = 8
FEWEST_WEEKS = 3


class TickData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a live frame says."""

    position: int
    at: datetime
    tiles: Tiles | None = None
    cards: list[Card] = []
    stream: list[Happening] = []
    gone: list[str] = []


class Watched:
    """A picture that screens of one scope share."""

    def __init__(self, scope: Scope, picture: Picture, seen: float) -> None:
        self.scope = scope
        self.picture = picture
        self.seen = seen


class Tail:
    """One per process. `position` is the last entry folded; `fresh_at` when the journal was last known to be read."""

    def __init__(
        self, pool: asyncpg.Pool, cases: PgCases, world: World, encode: Callable[[int, bytes], object],
        ticks: Callable[[], float],
    ) -> None:  # fmt: skip
        self._pool = pool
        self._cases = cases
        self._world = world
        self._encode = encode
        self._ticks = ticks
        self._wake = asyncio.Event()
        self._changes: deque[tuple[Happening, Card]] = deque(maxlen=REMEMBERED)
        self._watched: dict[str, Watched] = {}
        self._usual: list[Band] | None = None
        self._usual_hour: datetime | None = None
        self.position = 0
        self._oldest = 0  # changes after this position are all remembered
        self.fresh_at = ticks()

    async def start(self) -> None:
        """Remember the newest happenings, so that screens resume over a restart."""
        tip = await self._world.journal.position()
        self.position = self._oldest = max(0, tip - CHUNK)
        await self._advance()

    async def run(self) -> None:
        """Follow the journal until cancelled; survives the loss of the database."""
        while True:
            try:
                await self._follow()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("the tail lost the database and tries again: %s", error)
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        async with self._pool.acquire() as connection:
            await connection.add_listener("journal", self._notified)
            try:
                while not connection.is_closed():
                    await self._advance()
                    self._forget_idle()
                    try:
                        await asyncio.wait_for(self._wake.wait(), timeout=1.0)
                        await asyncio.sleep(0.05)  # let neighbours gather: one read for all
                    except TimeoutError:
                        await connection.execute("select 1")
                    self._wake.clear()
                    self.fresh_at = self._ticks()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener("journal", self._notified)

    def _notified(self, *_: object) -> None:
        self._wake.set()

    async def _advance(self) -> None:
        while headers := await self._pool.fetch(SQL.headers, self.position, CHUNK):
            upto = headers[-1]["position"]
            cards = {card.id: card for card in await self._cases.changed(self.position, upto)}
            for row in headers:
                card = cards.get(row["stream"].partition(":")[2])
                if card is not None:
                    what = row["type"].partition(".")[2]
                    self._remember(happening(card, row["position"], what, row["at"]), card)
            for watched in self._watched.values():
                for card in cards.values():
                    _fold(watched, card)
            self.position = upto
        await self._refresh_usual()

    def _remember(self, line: Happening, card: Card) -> None:
        if len(self._changes) == REMEMBERED:
            self._oldest = self._changes[0][0].position
        self._changes.append((line, card))

    async def _refresh_usual(self) -> None:
        hour = self._world.clock.now().replace(minute=0, second=0, microsecond=0)
        if hour == self._usual_hour:
            return
        self._usual_hour = hour
        first = await self._pool.fetchval(SQL.first_report)
        rows = await self._pool.fetch(SQL.per_hour, hour - timedelta(weeks=WEEKS, days=1))
        self._usual = usual({row["hour"]: row["reports"] for row in rows}, hour, first)
        for watched in self._watched.values():
            watched.picture.usual = self._usual if watched.scope.everything else None
            watched.picture.prune(self._world.clock.now())

    def _forget_idle(self) -> None:
        edge = self._ticks() - IDLE
        for key in [key for key, one in self._watched.items() if one.seen < edge]:
            del self._watched[key]

    async def _watch(self, scope: Scope) -> Watched:
        watched = self._watched.get(scope.key)
        if watched is None:
            picture = Picture(ZoneInfo(self._world.city.timezone), self._usual if scope.everything else None)
            watched = Watched(scope, picture, self._ticks())
            self._watched[scope.key] = watched  # from here on it is fed; older cards never overwrite newer ones
            position, cards = await self._cases.live(scope, self._world.clock.now() - KEPT)
            for card in cards:
                _fold(watched, card)
            picture.position = max(picture.position, position)
        watched.seen = self._ticks()
        return watched

    async def snapshot(self, scope: Scope) -> Snapshot:
        """Everything a screen of this scope begins with."""
        watched = await self._watch(scope)
        lines: list[Happening] = []
        for line, card in reversed(self._changes):
            if scope.sees(card):
                lines.append(line)
                if len(lines) == SHOWN:
                    break
        now = self._world.clock.now()
        cards = list(watched.picture.cards.values())
        return Snapshot(self.position, now, scope.key, watched.picture.tiles(now), cards, lines)

    def tick(self, scope: Scope, after: int) -> object | None:
        """What changed for `scope` after that position; None when that is no longer remembered."""
        if after < self._oldest:
            return None
        watched = self._watched.get(scope.key)
        cards: dict[str, Card] = {}
        lines: list[Happening] = []
        gone: dict[str, None] = {}
        for line, card in reversed(self._changes):
            if line.position <= after:
                break
            if scope.sees(card):
                cards.setdefault(card.id, card)
                lines.append(line)
            elif card.id not in cards:
                gone[card.id] = None
        now = self._world.clock.now()
        tiles = None
        if watched is not None:
            watched.seen = self._ticks()
            tiles = watched.picture.tiles(now)
        left = [id for id in gone if id not in cards] if not scope.everything else []
        data = TickData(self.position, now, tiles, list(cards.values()), lines[:SHOWN], left)
        return self._encode(self.position, msgspec.json.encode(data))


def _fold(watched: Watched, card: Card) -> None:
    picture = watched.picture
    known = picture.cards.get(card.id)
    if known is not None and known.position > card.position:
        return
    if watched.scope.sees(card):
        picture.take(card)
    else:
        picture.drop(card.id)


def usual(counts: dict[datetime, int], hour: datetime, first: datetime | None) -> list[Band] | None:
    """The band of each of the last 24 hours from the same hours of the weeks before; None with under three weeks."""
    if first is None:
        return None
    weeks = min(WEEKS, (hour - first) // timedelta(weeks=1))
    if weeks < FEWEST_WEEKS:
        return None
    bands = []
    for back in range(23, -1, -1):
        same = [counts.get(hour - timedelta(hours=back, weeks=week), 0) for week in range(1, weeks + 1)]
        bands.append(Band(float(min(same)), float(max(same))))
    return bands
