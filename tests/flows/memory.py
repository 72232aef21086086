"""A center in memory: journal, case view, vault, ids and clock behind the same ports as PostgreSQL, and a check of it all."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from flows.memory_candidates import MemoryCandidates
from rows import matches
from template import NOW, city

from northbank.core.access import Scope
from northbank.core.card import Card, card
from northbank.core.case import Case, Sealed
from northbank.core.case_facts import Reported, Step
from northbank.core.city import Name
from northbank.core.evolve import evolve
from northbank.core.facts import AnyFact, read
from northbank.core.journal import Entry, NewEntry, digest
from northbank.core.likeness import Sketch
from northbank.core.metrics import Part, belongs
from northbank.core.number import case_number
from northbank.core.reading import Reading
from northbank.core.refusal import Refused
from northbank.core.sharing import Grant, evolve_grant
from northbank.ports import (
    Again,
    CaseQuery,
    Change,
    ClientKey,
    Committed,
    Envelope,
    ImportProgress,
    Page,
    Secret,
    Stale,
    World,
)
from northbank.shell.clock import SeededIds, SteppedClock
from northbank.shell.store.cases import METERS_A_DEGREE


class Store:
    """What would lie on the disk."""

    def __init__(self) -> None:
        self.entries: list[NewEntry] = []
        self.heads: dict[str, int] = {}
        self.answers: dict[tuple[str, str], tuple[bytes, Committed]] = {}
        self.cases: dict[str, tuple[Case, int]] = {}
        self.earlier: dict[str, Case] = {}
        self.keys: dict[str, bytes] = {}
        self.secrets: dict[str, Secret] = {}
        self.readings: list[tuple[str, Reading]] = []
        self.grants: dict[str, Grant] = {}
        self.imports: dict[str, ImportProgress] = {}


class MemoryJournal:
    """Commits one change at a time, each whole or not at all. Every commit gives others a chance to come first."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def commit(self, change: Change) -> Committed:
        await asyncio.sleep(0)
        store = self.store
        if change.key is not None and (before := await self.answer(change.actor, change.key)) is not None:
            return before
        if any(store.heads.get(stream, 0) != version for stream, version in change.expected.items()):
            raise Stale
        self._refuse_unique(change)
        if any(one.subject not in {**store.keys, **change.subjects} for one in change.secrets):
            raise Stale
        if any(subject in store.keys for subject in change.subjects):
            raise Stale
        return self._store(change)

    def _refuse_unique(self, change: Change) -> None:
        for case in change.cases:
            for other, _ in self.store.cases.values():
                same = case.external is not None and (case.source, case.external) == (other.source, other.external)
                if case.id != other.id and (same or case.number == other.number):
                    raise Stale

    def _store(self, change: Change) -> Committed:
        store = self.store
        first = len(store.entries) + 1
        store.entries.extend(change.entries)
        store.heads |= {entry.stream: entry.version for entry in change.entries}
        last = len(store.entries)
        places = {entry.stream: place for place, entry in enumerate(store.entries[first - 1 :], first)}
        store.earlier |= {case.id: store.cases[case.id][0] for case in change.cases if case.id in store.cases}
        store.cases |= {case.id: (case, places[f"case:{case.id}"]) for case in change.cases}
        store.grants |= {grant.id: grant for grant in change.grants}
        store.keys |= change.subjects
        store.secrets |= {one.id: one for one in change.secrets}
        for subject in change.erase:
            store.keys.pop(subject, None)
            store.secrets = {id: one for id, one in store.secrets.items() if one.subject != subject}
        if change.progress is not None:
            store.imports[change.progress.file] = change.progress
        if change.key is not None:
            answer = Committed(first, last, change.reply)
            store.answers[change.actor, change.key.key] = (change.key.digest, answer)
        return Committed(first, last, cards=[card(case) for case in change.cases])

    async def answer(self, actor: str, key: ClientKey) -> Committed | None:
        found = self.store.answers.get((actor, key.key))
        if found is None:
            return None
        if found[0] != key.digest:
            raise Refused("key_reused")
        return found[1]

    async def progress(self, file: str, digest: bytes) -> ImportProgress | None:
        found = self.store.imports.get(file)
        return found if found is not None and found.digest == digest else None

    async def position(self) -> int:
        return len(self.store.entries)

    async def version(self, stream: str) -> int:
        return self.store.heads.get(stream, 0)

    async def read(self, stream: str) -> AsyncIterator[Entry[AnyFact]]:
        for place, one in enumerate(self.store.entries, 1):
            if one.stream == stream:
                yield Entry(place, one.id, stream, one.version, one.type, one.at, one.actor, one.cause, one.pack, one.rule,
                            read(one.type, one.schema, one.data))  # fmt: skip


def distance(one: Case, other: Case) -> float:
    """Meters between two cases; endless where one has no place."""
    if one.spot is None or other.spot is None:
        return float("inf")
    east = (one.spot.lon - other.spot.lon) * math.cos(math.radians(one.spot.lat))
    return math.hypot(east, one.spot.lat - other.spot.lat) * METERS_A_DEGREE


def came_back(old: Case, new: Case, days: int) -> bool:
    """Whether `new` is of the type of `old`, which ended with work done not long before."""
    ended = old.closed_at is not None and card(old).on_time is not None and old.id != new.id
    same = old.type is not None and old.type == new.type
    return same and ended and timedelta() <= new.reported_at - old.closed_at <= timedelta(days=days)  # type: ignore[operator]


def asked(case: Case, query: CaseQuery) -> bool:
    """Whether the units that the query names have a part or owe an answer."""
    if (query.part or query.answer) and not card(case).open:
        return False
    part = query.part is None or any(one.open and one.unit == query.part for one in case.tasks)
    return part and (query.answer is None or any(one.waits() and one.unit == query.answer for one in case.orders))


class MemoryCases:
    """The case view: cards are made when asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked = 0
        self.overtaken = True  # by another process, every other time

    def cards(self) -> list[Card]:
        return [card(case, place) for case, place in self.store.cases.values()]

    async def get(self, id: str) -> Case | None:
        found = self.store.cases.get(id)
        return found[0] if found else None

    def hot(self, id: str) -> Case | None:
        """What a process remembers whom another one has overtaken: every other time it is one change behind."""
        self.asked += 1
        return (
            self.store.earlier.get(id) if self.overtaken and self.asked % 2 else self.store.cases.get(id, (None, 0))[0]
        )

    async def many(self, ids: Sequence[str]) -> list[Case]:
        return [self.store.cases[id][0] for id in ids if id in self.store.cases]

    async def ended(self, since: datetime, until: datetime) -> list[str]:
        return sorted(
            one.id
            for one in self.cards()
            if one.on_time is not None and one.closed_at and since <= one.closed_at < until
        )

    async def again(self, since: datetime, meters: float, days: int) -> list[Again]:
        found = []
        for new, _ in self.store.cases.values():
            ended = [(distance(new, old), old) for old, _ in self.store.cases.values() if came_back(old, new, days)]
            near = [(far, old) for far, old in ended if far <= meters]
            if new.reported_at >= since and new.recurs is None and near:
                far, old = max(near, key=lambda one: (one[1].closed_at, one[1].id))
                found.append(Again(new.id, old.id, (new.reported_at - old.closed_at).days, round(far)))  # type: ignore[operator]
        return found

    async def page(self, query: CaseQuery, scope: Scope, part: Part | None = None) -> Page:
        kept = {c.id for c, _ in self.store.cases.values() if asked(c, query) and (part is None or belongs(c, part))}
        rows = [one for one in self.cards() if scope.sees(one) and matches(one, query) and one.id in kept]
        rows.sort(key=lambda one: (one.reported_at, one.id), reverse=True)
        return Page(len(self.store.entries), len(rows), rows[: query.limit], None)

    async def live(self, scope: Scope, since: datetime) -> tuple[int, list[Card]]:
        kept = [
            one for one in self.cards() if one.open or max(one.reported_at, one.closed_at or one.reported_at) >= since
        ]
        return len(self.store.entries), [one for one in kept if scope.sees(one)]

    async def due(self, now: datetime, limit: int) -> list[Case]:
        waiting = [(one.wake_at, one.id) for one in self.cards() if one.wake_at is not None and one.wake_at <= now]
        return [self.store.cases[id][0] for _, id in sorted(waiting)[:limit]]

    async def undated(self, after: str | None, limit: int) -> list[Case]:
        waiting = sorted(one.id for one in self.cards() if one.desk == "no_calendar" and one.id > (after or ""))
        return [self.store.cases[id][0] for id in waiting[:limit]]

    async def exists(self, source: str, external: str) -> str | None:
        return next((c.id for c, _ in self.store.cases.values() if (c.source, c.external) == (source, external)), None)

    async def known(self, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        have = {(case.source, case.external) for case, _ in self.store.cases.values() if case.external is not None}
        return have & set(pairs)


class MemoryVault:
    """A vault without ciphers: what was sealed under a key opens only while that key is there."""

    def __init__(self, store: Store, ids: SeededIds) -> None:
        self.store = store
        self.ids = ids
        self.made = 0

    async def seal(self, subject: str, pieces: Sequence[tuple[str, bytes]], *, fresh: bool) -> Envelope:
        await asyncio.sleep(0)
        known = None if fresh else self.store.keys.get(subject)
        self.made += 1
        key = known or f"key {self.made:09d} ".encode()
        secrets = tuple(Secret(self.ids.new(), subject, kind, key + plain) for kind, plain in pieces)
        refs = tuple(Sealed(one.id, sha256(one.sealed).hexdigest()) for one in secrets)
        return Envelope(None if known else key, secrets, refs)

    async def knows(self, subject: str) -> bool:
        return subject in self.store.keys

    async def sketches(self, subjects: Sequence[str], draw: Callable[[bytes], Sketch]) -> dict[str, Sketch]:
        held = [one for one in self.store.secrets.values() if one.subject in set(subjects) and one.kind == "words"]
        return {one.subject: draw(one.sealed.removeprefix(self.store.keys[one.subject])) for one in held}

    async def open(self, subject: str, ids: Sequence[str], reading: Reading) -> dict[str, bytes]:
        key = self.store.keys.get(subject)
        found = [self.store.secrets[id] for id in ids if id in self.store.secrets] if key else []
        if found:
            self.store.readings.append((subject, reading))
        if any(not one.sealed.startswith(key or b"") for one in found):
            raise Refused("tampered")
        return {one.id: one.sealed[len(key or b"") :] for one in found if one.subject == subject}

    async def note(self, subjects: Sequence[str], reading: Reading) -> None:
        self.store.readings.extend((one, reading) for one in subjects)


class MemoryIds(SeededIds):
    """Ids and numbers in order."""

    serial = 0

    def number(self) -> str:
        self.serial += 1
        return case_number(city().prefix, self.serial)


class MemoryPeople:
    """Names by login."""

    def __init__(self) -> None:
        self.known: dict[str, Name] = {}

    async def names(self, logins: Iterable[str]) -> dict[str, Name]:
        return {login: self.known[login] for login in logins if login in self.known}


class Memory:
    """A center: `world` is what flows are given."""

    def __init__(self) -> None:
        self.store = Store()
        self.ids = MemoryIds()
        self.clock = SteppedClock(NOW)
        self.journal = MemoryJournal(self.store)
        self.cases = MemoryCases(self.store)
        self.vault = MemoryVault(self.store, self.ids)
        self.people = MemoryPeople()
        candidates = MemoryCandidates(self.store.cases, self.store.entries)
        parts = (self.ids, self.journal, self.cases, self.vault, self.people, candidates)
        self.world = World(city(), self.clock, *parts)  # type: ignore[arg-type]

    def advance(self, **span: float) -> datetime:
        return self.clock.advance(timedelta(**span))

    def image(self) -> bytes:
        """Everything stored, to show that a refusal changed nothing."""
        return msgspec.json.encode(
            [vars(self.store)[name] for name in ("entries", "heads", "cases", "keys", "secrets")]
        )

    def check(self) -> None:
        """What must hold at any moment: rebuilt views are the live ones, streams have no gap, no reference dangles."""
        entries = self.store.entries
        folded: dict[str, tuple[Case, int]] = {}
        heads: dict[str, int] = {}
        grants: dict[str, Grant] = {}
        erased = {entry.stream.partition(":")[2] for entry in entries if entry.type == "subject.erased"}
        for place, entry in enumerate(entries, 1):
            assert entry.version == heads.get(entry.stream, 0) + 1
            assert entry.digest == digest(entry)
            heads[entry.stream] = entry.version
            fact = read(entry.type, entry.schema, entry.data)
            id = entry.stream.partition(":")[2]
            if entry.stream.startswith("grant:"):
                grants[id] = evolve_grant(grants.get(id), entry, fact)  # type: ignore[arg-type]
            if not entry.stream.startswith("case:"):
                continue
            before = folded[id][0] if id in folded else None
            folded[id] = (evolve(before, entry, fact), place)  # type: ignore[arg-type]
            refs = (
                [fact.words, *fact.photos]
                if isinstance(fact, Reported)
                else [fact.note, *fact.photos]
                if isinstance(fact, Step)
                else []
            )
            for ref in refs:
                assert ref is None or ref.id in self.store.secrets or folded[id][0].subject in erased
        assert msgspec.json.encode(folded) == msgspec.json.encode(self.store.cases)
        assert folded == self.store.cases
        assert heads == self.store.heads
        assert grants == self.store.grants
        assert {one.subject for one in self.store.secrets.values()} <= set(self.store.keys)
