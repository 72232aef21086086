"""The wall's picture moving forward through the past: from one moment to a later one only what happened between is folded.

A few moments are kept, so that several screens may play at once; one that plays on takes its own from there.
"""

import asyncio
from zoneinfo import ZoneInfo

import asyncpg

from northbank.core.access import Scope
from northbank.core.card import card
from northbank.core.case import Case
from northbank.core.evolve import evolve
from northbank.core.past import Then
from northbank.core.picture import KEPT, Picture
from northbank.shell.store.folding import fold
from northbank.shell.store.journal import SQL as JOURNAL
from northbank.shell.store.journal import entry_of
from northbank.shell.store.past import PgPast
from northbank.shell.store.sql import statements

SQL = statements("past")
FORWARD = 20_000  # entries that are played on; beyond that the picture is made anew
MOST = 8
LONG = 600.0


class Frame:
    """A picture at a position, and the cases that were folded on the way."""

    def __init__(self, picture: Picture, cases: dict[str, Case]) -> None:
        self.picture = picture
        self.cases = cases


class PgHistory(PgPast):
    """The past of one journal with moving pictures, by scope and position."""

    def __init__(self, pool: asyncpg.Pool, zone: ZoneInfo) -> None:
        super().__init__(pool)
        self._zone = zone
        self._playing = asyncio.Lock()
        self._frames: dict[tuple[str, int], Frame] = {}

    async def picture(self, scope: Scope, point: Then) -> Picture:
        """The picture of a scope at a point; not to be changed."""
        async with self._playing:
            frame = self._frames.pop((scope.key, point.position), None) or await self._make(scope, point)
            self._frames[scope.key, point.position] = frame
            while len(self._frames) > MOST:
                self._frames.pop(next(iter(self._frames)))
            return frame.picture

    async def _make(self, scope: Scope, point: Then) -> Frame:
        before = [at for key, at in self._frames if key == scope.key and 0 <= point.position - at <= FORWARD]
        if before:
            return await self._on(scope, max(before), point)
        picture = Picture(self._zone)
        picture.load(point.position, await self.live(scope, point.at - KEPT, point.position))
        return Frame(picture, {})

    async def _on(self, scope: Scope, start: int, point: Then) -> Frame:
        old = self._frames[scope.key, start]
        picture, cases = old.picture.copy(), dict(old.cases)
        rows = await self._pool.fetch(JOURNAL.after, start, point.position - start, timeout=LONG)
        entries = [entry_of(row) for row in rows if row["stream"].startswith("case:")]
        strange = list({one.stream for one in entries} - cases.keys())
        begun = await self._pool.fetch(SQL.streams_until, strange, start, timeout=LONG) if strange else ()
        cases |= {f"case:{case.id}": case for case, _ in fold(begun)}
        for entry in entries:
            case = cases[entry.stream] = evolve(cases.get(entry.stream), entry, entry.data)  # type: ignore[arg-type]
            shown = card(case, entry.position)
            if scope.sees(shown):
                picture.take(shown)
            else:
                picture.drop(case.id)
        picture.position = point.position
        picture.prune(point.at)
        return Frame(picture, cases)
