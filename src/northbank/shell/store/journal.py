"""The journal in PostgreSQL: concurrent commands are committed in groups, one round trip and one sync a group.

A group forms itself from what queued while the last commit ran. A lone command waits for nobody. The rows of a command are
made when it comes, and a large crowd goes in two halves that take turns: one is decided while the other is stored.
"""

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import Any

import asyncpg
import msgspec

from northbank.core.card import Card, card
from northbank.core.case import Case
from northbank.core.facts import AnyFact, read
from northbank.core.journal import Entry, NewEntry
from northbank.core.refusal import Refused
from northbank.ports import Change, ClientKey, Committed, ImportProgress, Stale
from northbank.shell.log import describe
from northbank.shell.store.grants import save_grants
from northbank.shell.store.pool import UNAVAILABLE
from northbank.shell.store.recent import Recent
from northbank.shell.store.sql import statements

log = logging.getLogger(__name__)
SQL = statements("journal")
GROUP = 200  # commands a transaction; more only adds latency (docs/performance.md)
WHOLE = 16  # as many are never halved: a transaction costs something too
COMMITTERS = 1  # all commits take turns at one lock anyway; a second committer only makes groups smaller

_encode = msgspec.json.Encoder().encode
Rows = tuple[Sequence[tuple[Any, ...]], ...]
# First position, entries and cards of a stored change; the cards do not know their positions yet.
Hear = Callable[[int, Sequence[NewEntry], Sequence[Card]], None]


def case_row(case: Case, n: int) -> tuple[Any, ...]:
    """The row of the view `cases`; `n` stands in for the position until the journal gives one."""
    return _row(card(case, n), case)


def _row(card: Card, case: Case) -> tuple[Any, ...]:
    return (*msgspec.structs.astuple(card), _encode(case).decode())


def _entry_row(entry: NewEntry, n: int) -> tuple[Any, ...]:
    return (n, *msgspec.structs.astuple(entry))


def kept_key(key: ClientKey) -> tuple[str, bytes]:
    """What is kept of a client key: its digest, and that of the request under the key itself.

    A request holds words of people. Its plain digest would let somebody with the table try out phone numbers, also
    after the person was erased; without the sender's key there is nothing to try them against.
    """
    secret = key.key.encode()
    return sha256(b"northbank client key " + secret).hexdigest(), hmac.digest(secret, key.digest, "sha256")


def rows_of(change: Change, n: int, cards: Sequence[Card]) -> Rows:
    """What a change adds to the seven arguments of `append`. n: its number there; cards: those of its cases."""
    key = kept_key(change.key) if change.key else (None, None)
    return (
        ((n, change.actor, *key, change.reply),),
        [(n, stream, version) for stream, version in change.expected.items()],
        [_entry_row(entry, n) for entry in change.entries],
        [_row(card, case) for card, case in zip(cards, change.cases, strict=True)],
        [(n, subject, wrapped) for subject, wrapped in change.subjects.items()],
        [(n, one.id, one.subject, one.kind, one.sealed) for one in change.secrets],
        [(n, subject) for subject in change.erase],
    )


def most_of(waiting: int, before: int) -> int:
    """How many of those that wait go into one group, when the last one had `before`: half of all that are under way.

    Else everybody would wait for everybody: the database while a whole crowd is decided, the rules while it is stored.
    """
    return min(GROUP, max(WHOLE, (waiting + before + 1) // 2))


class Waiting:
    """A command on its way into a group. n: what the database calls it by, once among those that wait."""

    __slots__ = ("cards", "change", "future", "marks", "n", "rows")

    def __init__(self, change: Change, n: int) -> None:
        self.change, self.n = change, n
        self.future: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
        self.cards = [card(case, n) for case in change.cases]
        self.rows = rows_of(change, n, self.cards)
        self.marks = _marks(change)


class PgJournal:
    """Appends through self-forming groups; reads on the pool. Start it before use, close it after."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._queue: deque[Waiting] = deque()
        self._count = 0
        self._before = 0  # commands in the last group
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._hear: Hear | None = None
        self.recent = Recent()

    def tell(self, hear: Hear) -> None:
        """Call `hear` with whatever this process stores from now on, once it is stored; not in order of positions."""
        self._hear = hear

    async def start(self) -> None:
        """Begin committing."""
        self._tasks = [asyncio.create_task(self._work(), name=f"committer-{n}") for n in range(COMMITTERS)]

    async def close(self) -> None:
        """Take nothing more, finish what was taken, then stop."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(*self._tasks)

    async def commit(self, change: Change) -> Committed:
        """Store a change durably and give its positions. Raises Stale, or Refused: key_reused, busy, invalid."""
        if self._closing:
            raise Refused("busy")
        self._count = (self._count + 1) % 2**31
        one = Waiting(change, self._count)
        self._queue.append(one)
        self._wake.set()
        return await one.future

    async def _work(self) -> None:
        while self._queue or not self._closing:
            await self._wake.wait()
            group = self._take()
            if not group:
                if not self._closing:
                    self._wake.clear()
                continue
            try:
                await self._store(group)
            except Exception as error:
                await self._store_apart(group, error)

    def _take(self) -> list[Waiting]:
        """As many waiting commands as may go together: no stream, client key or subject twice in a group."""
        group: list[Waiting] = []
        later: list[Waiting] = []
        taken: set[object] = set()
        most = most_of(len(self._queue), self._before)
        while self._queue and len(group) < most:
            one = self._queue.popleft()
            if one.future.done():
                continue
            if not taken.isdisjoint(one.marks):
                later.append(one)
                continue
            taken |= one.marks
            group.append(one)
        self._queue.extendleft(reversed(later))
        self._before = len(group)
        return group

    async def _store(self, group: list[Waiting]) -> None:
        values = [list(chain.from_iterable(rows)) for rows in zip(*(one.rows for one in group), strict=True)]
        if any(one.change.progress is not None or one.change.grants for one in group):
            rows = await self._append_with_more({one.n: one.change for one in group}, values)
        else:
            rows = await self._pool.fetch(SQL.append, *values)
        by_n = {one.n: one for one in group}
        for row in rows:
            one = by_n[row["n"]]
            if row["outcome"] == "stored":
                self._stored(row["first"], one.change, one.cards)
            if not one.future.done():
                _answer(one.future, row, one.cards)
        for one in group:
            if not one.future.done():
                one.future.set_exception(RuntimeError("the journal gave no answer for a command"))

    def _stored(self, first: int, change: Change, cards: list[Card]) -> None:
        if self._hear is not None:
            self._hear(first, change.entries, cards)
        if change.progress is None:  # what an import brings is over
            for case in change.cases:
                self.recent.take(case)

    async def _append_with_more(self, changes: Mapping[int, Change], values: list[Any]) -> list[asyncpg.Record]:
        """Entries with where their import stands after them, or the grants they are about: both or neither."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows: list[asyncpg.Record] = await connection.fetch(SQL.append, *values)
            for row in rows:
                if row["outcome"] != "stored":
                    continue
                change = changes[row["n"]]
                if change.progress is not None:
                    await connection.execute(SQL.save_progress, *msgspec.structs.astuple(change.progress))
                if change.grants:
                    await save_grants(connection, change.grants)
            return rows

    async def _store_apart(self, group: list[Waiting], error: Exception) -> None:
        """A group that failed as a whole is tried one by one, so that only the guilty command fails."""
        if len(group) == 1 or isinstance(error, UNAVAILABLE):
            for one in group:
                if not one.future.done():
                    one.future.set_exception(_explain(error))
            return
        log.warning("a group of %d commands is stored one by one after: %s", len(group), describe(error))
        for one in group:
            try:
                await self._store([one])
            except Exception as alone:
                if not one.future.done():
                    one.future.set_exception(_explain(alone))

    async def answer(self, actor: str, key: ClientKey) -> Committed | None:
        """What a client key was answered before, or None."""
        kept, digest = kept_key(key)
        row = await self._pool.fetchrow(SQL.answer, actor, kept)
        if row is None:
            return None
        if row["digest"] != digest:
            raise Refused("key_reused")
        return Committed(row["first"], row["last"], row["reply"])

    async def progress(self, file: str, digest: bytes) -> ImportProgress | None:
        """Where the import of a file stands; None when it was never begun."""
        row = await self._pool.fetchrow(SQL.progress, file, digest)
        return None if row is None else ImportProgress(file, digest, *row.values())

    async def position(self) -> int:
        """The last position."""
        return int(await self._pool.fetchval(SQL.tip))

    async def version(self, stream: str) -> int:
        """The version a stream stands at; 0 when nothing was told in it."""
        return int(await self._pool.fetchval(SQL.version, stream))

    async def read(self, stream: str) -> AsyncIterator[Entry[AnyFact]]:
        """The entries of one stream in order."""
        for row in await self._pool.fetch(SQL.stream, stream):
            yield entry_of(row)


def _answer(future: "asyncio.Future[Committed]", row: asyncpg.Record, cards: list[Card]) -> None:
    match row["outcome"]:
        case "stored":
            future.set_result(Committed(row["first"], row["last"], cards=cards))
        case "repeat":
            future.set_result(Committed(row["first"], row["last"], row["reply"]))
        case "reused":
            future.set_exception(Refused("key_reused"))
        case _:
            future.set_exception(Stale())


def _marks(change: Change) -> set[object]:
    """What a change touches that its neighbours in a group must not touch too."""
    marks: set[object] = {*change.expected, *change.erase, *(one.subject for one in change.secrets)}
    if change.key is not None:
        marks.add((change.actor, change.key.key))
    return marks


def _explain(error: Exception) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        return Stale()
    if isinstance(error, (*UNAVAILABLE, asyncpg.TransactionRollbackError)):
        return Refused("busy")
    if isinstance(error, asyncpg.DataError):
        return Refused("invalid", why="the database cannot store one of its values")
    return error


def entry_of(row: asyncpg.Record) -> Entry[AnyFact]:
    """A journal row as an entry with its fact decoded and lifted."""
    return Entry(
        position=row["position"], id=str(row["id"]), stream=row["stream"], version=row["version"], type=row["type"],
        at=row["at"], actor=row["actor"], cause=str(row["cause"]) if row["cause"] else None, pack=row["pack"],
        rule=row["rule"], data=read(row["type"], row["schema"], row["data"]),
    )  # fmt: skip
