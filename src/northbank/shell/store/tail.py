"""The tail: wakes on NOTIFY, learns what was appended, and keeps the live pictures and the last happenings in memory.

What this process stored itself it is told (`hear`) and need not read again; everything else is read (docs/decisions/0009).

Screens are fed from here (shell/web/live.py asks for ticks); nothing here writes.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from msgspec.structs import replace

from northbank.core.access import Scope
from northbank.core.card import Card, shown
from northbank.core.journal import NewEntry
from northbank.core.picture import KEPT, Band, Happening, Picture, Tiles, happening
from northbank.flows.see_wall import Snapshot
from northbank.ports import World
from northbank.shell.log import describe
from northbank.shell.store.cases import Head, News, PgCases
from northbank.shell.store.pool import UNAVAILABLE
from northbank.shell.store.sql import statements

log = logging.getLogger(__name__)
SQL = statements("cases")
REMEMBERED = 20_000  # happenings kept in memory: a screen off the air for less than these resumes without a reset
HELD = 2_000  # stored changes that wait here to be folded; what is beyond is read from the journal
SHOWN = 60  # happenings in a snapshot
CHUNK = 5_000
POLL = 1.0  # seconds after which the tail looks although nobody woke it
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
    """A picture that screens of one scope share. since: the position it was loaded at; left: cases that went out.

    pruned: ended cases that the picture forgot and screens may still hold.
    """

    def __init__(self, scope: Scope, picture: Picture, seen: float) -> None:
        self.scope = scope
        self.picture = picture
        self.seen = seen
        self.since = picture.position
        self.left: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        self.pruned: dict[str, None] = {}

    def fold(self, card: Card, position: int) -> None:
        """Take a card in, or out when it is no longer inside the scope; seen when the tail stood at `position`."""
        if self.scope.sees(card):
            self.picture.take(card)
            self.pruned.pop(card.id, None)
        elif self.picture.drop(card.id) or card.id in self.pruned:
            self.pruned.pop(card.id, None)
            if len(self.left) == REMEMBERED:
                self.since = self.left[0][0]
            self.left.append((position, card.id))

    def prune(self, now: datetime) -> None:
        """Forget old ended cases; what is too much to remember makes screens begin anew."""
        self.pruned |= dict.fromkeys(self.picture.prune(now))
        if len(self.pruned) > REMEMBERED:
            self.pruned.clear()
            self.since = self.picture.position


class Tail:
    """One per process. `position` is the last entry folded; `fresh_at` when the journal was last known to be read."""

    def __init__(
        self, pool: asyncpg.Pool, cases: PgCases, world: World, encode: Callable[[int, bytes, bool], object],
        ticks: Callable[[], float],
    ) -> None:  # fmt: skip
        self._pool = pool
        self._cases = cases
        self._world = world
        self._encode = encode
        self._ticks = ticks
        self._wake = asyncio.Event()
        self._heard: dict[int, tuple[Sequence[NewEntry], Sequence[Card]]] = {}  # by first position
        self._tip = 0  # the last position the database spoke of
        self._reading = asyncio.Lock()
        self._changes: deque[tuple[Happening, Card]] = deque(maxlen=REMEMBERED)
        self._watched: dict[str, Watched] = {}
        self._usual: list[Band] | None = None
        self._usual_hour: datetime | None = None
        self.on_account: Callable[[str | None], None] = lambda _: (
            None
        )  # told of accounts that changed; None: any may have
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
            except UNAVAILABLE as error:
                log.warning("the tail lost the database and tries again: %s", describe(error))
            except Exception:
                log.exception("the tail failed and tries again")
            await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        async with self._pool.acquire() as connection:
            try:  # begins before the first listener: one left on a connection keeps it from going back to the pool
                await connection.add_listener("journal", self._notified)
                await connection.add_listener("account", self._account_changed)
                self.on_account(None)  # nobody listened until now
                while not connection.is_closed():
                    await self._advance()
                    self.fresh_at = self._ticks()
                    self._forget_idle()
                    if self.position < self._tip:  # somebody else's: read at once
                        self._wake.set()
                    try:
                        async with asyncio.timeout(POLL):  # wait_for of 3.11 may swallow a cancellation
                            await self._wake.wait()
                        await asyncio.sleep(0.05)  # let neighbours gather: one read for all
                    except TimeoutError:
                        await connection.execute("select 1")
                    self._wake.clear()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener("journal", self._notified)
                    await connection.remove_listener("account", self._account_changed)

    def _notified(self, _connection: object, _pid: int, _channel: str, tip: object) -> None:
        self._tip = max(self._tip, int(str(tip)))
        self._wake.set()

    def _account_changed(self, _connection: object, _pid: int, _channel: str, login: object) -> None:
        self.on_account(str(login))

    def hear(self, first: int, entries: Sequence[NewEntry], cards: Sequence[Card]) -> None:
        """What this process stored: entries from position `first` on, and the cards after them."""
        if first > self.position and len(self._heard) < HELD:
            self._heard[first] = (entries, cards)

    def _own(self) -> News | None:
        """What was heard, as far as it goes on from here without a gap; None: the journal has to be read."""
        heads: list[Head] = []
        cards: dict[str, Card] = {}
        position = self.position
        while (heard := self._heard.pop(position + 1, None)) is not None:
            spoken: dict[str, int] = {}
            for position, entry in enumerate(heard[0], position + 1):  # noqa: B020 - goes on from where it stood
                heads.append(Head(position, entry.stream, entry.type, entry.at))
                spoken[entry.stream] = position
            for card in heard[1]:
                if (at := spoken.get(f"case:{card.id}")) is not None:
                    cards[card.id] = replace(card, position=at)
        return News(position, self.position, heads, list(cards.values()), []) if heads else None

    async def _advance(self, scope: Scope | None = None) -> None:
        """Read on to the tip, and load a picture for `scope` in the same snapshot.

        Figures, cards and position change together between two awaits: whoever looks sees one position.
        """
        async with self._reading:
            new = [scope] if scope is not None and scope.key not in self._watched else []
            now = self._world.clock.now()
            news = None if new else self._own()
            if news is None:
                news = await self._cases.news(self.position, REMEMBERED, new, now - KEPT)
                self._heard = {at: heard for at, heard in self._heard.items() if at > news.position}
            if news.after > self.position:  # away for too long: screens begin anew
                self._changes.clear()
                self._watched.clear()
                self._oldest = news.after
            self._take(news)
            for one, cards in zip(new, news.loaded, strict=True):
                self._begin(one, news.position, cards)
        await self._refresh_usual()

    def _take(self, news: News) -> None:
        cards = {card.id: card for card in news.cards}
        for head in news.heads:
            card = cards.get(head.stream.partition(":")[2])
            if card is not None and (card.open or card.changed_at >= head.at - KEPT):  # else told long after: no news
                self._remember(happening(card, head.position, head.type.partition(".")[2], head.at), card)
        for watched in self._watched.values():
            for card in news.cards:
                watched.fold(card, news.position)
            watched.picture.position = news.position
        self.position = news.position

    def _begin(self, scope: Scope, position: int, cards: list[Card]) -> None:
        picture = Picture(ZoneInfo(self._world.city.timezone), self._usual if scope.everything else None)
        picture.load(position, cards)
        self._watched[scope.key] = Watched(scope, picture, self._ticks())

    def _remember(self, line: Happening, card: Card) -> None:
        if len(self._changes) == REMEMBERED:
            self._oldest = self._changes[0][0].position
        self._changes.append((line, card))

    def recount(self) -> None:
        """Look at the usual again with the next news: much was told of weeks long past."""
        self._usual_hour = None

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
            watched.prune(self._world.clock.now())

    def _forget_idle(self) -> None:
        edge = self._ticks() - IDLE
        for key in [key for key, one in self._watched.items() if one.seen < edge]:
            del self._watched[key]

    async def _watch(self, scope: Scope) -> Watched:
        while (watched := self._watched.get(scope.key)) is None:
            await self._advance(scope)
        watched.seen = self._ticks()
        return watched

    async def snapshot(self, scope: Scope) -> Snapshot:
        """Everything a screen of this scope begins with."""
        watched = await self._watch(scope)
        _, lines = self._news(scope, self._oldest, SHOWN)
        now = self._world.clock.now()
        cards = [shown(card) for card in watched.picture.cards.values()]
        tiles, cursor = watched.picture.tiles(now), scope.cursor(self.position)
        return Snapshot(self.position, now, scope.key, tiles, cards, lines, cursor=cursor)

    def tick(self, scope: Scope, after: int) -> object | None:
        """What changed for `scope` after that position; None when that is no longer remembered."""
        watched = self._watched.get(scope.key)
        if after < self._oldest or not self._knows_gone(scope, watched, after):
            return None
        cards, lines = self._news(scope, after, None)
        now = self._world.clock.now()
        tiles, gone = None, []
        if watched is not None:
            watched.seen = self._ticks()
            tiles = watched.picture.tiles(now)
            gone = list({id for at, id in watched.left if at > after and id not in cards})
        data = TickData(self.position, now, tiles, [shown(card) for card in cards.values()], lines[:SHOWN], gone)
        return self._encode(self.position, msgspec.json.encode(data), not (cards or lines or gone))

    def _news(self, scope: Scope, after: int, most: int | None) -> tuple[dict[str, Card], list[Happening]]:
        """Cards that changed after a position and the lines about them, newest first; by where a case is now."""
        newest: dict[str, Card] = {}
        lines: list[Happening] = []
        for line, card in reversed(self._changes):
            if line.position <= after or len(lines) == most:
                break
            if scope.sees(newest.setdefault(card.id, card)):
                lines.append(line)
        return {id: card for id, card in newest.items() if scope.sees(card)}, lines

    def _knows_gone(self, scope: Scope, watched: Watched | None, after: int) -> bool:
        """Whether it can be said which cases left the scope after a position."""
        if scope.everything or (watched is not None and watched.since <= after):
            return True
        edge = self.position if watched is None else watched.since
        return all(scope.sees(card) for line, card in self._changes if after < line.position <= edge)


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
