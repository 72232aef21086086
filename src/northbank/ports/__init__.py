"""What flows need from the world: small protocols, and the values that cross them. No implementation lives here."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec

from northbank.core.access import Actor, Scope
from northbank.core.card import Card
from northbank.core.case import Case, Sealed
from northbank.core.city import City, Metric, Name
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry, NewEntry
from northbank.core.likeness import Sketch
from northbank.core.metrics import By, Part, Tally
from northbank.core.metrics import Span as Period
from northbank.core.past import Then
from northbank.core.picture import Picture
from northbank.core.reading import Reading
from northbank.core.sharing import Grant
from northbank.core.suggest import About, Advice
from northbank.ports.audit import Ledger, ReadingQuery, ReadingRow, Signed, Signer, VerifierKey
from northbank.ports.metrics import Left, Metrics

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # a time that names its zone


class ClientKey(msgspec.Struct, frozen=True):
    """A key chosen by the sender and the digest of the request it stands for."""

    key: str
    digest: bytes


class Secret(msgspec.Struct, frozen=True, gc=False):
    """One sealed piece in the vault."""

    id: str
    subject: str
    kind: str
    sealed: bytes


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What sealing gives: a new key for the subject (None if it has one), the secrets, and what the journal may know."""

    wrapped: bytes | None
    secrets: tuple[Secret, ...]
    refs: tuple[Sealed, ...]


class ImportProgress(msgspec.Struct, frozen=True):
    """Where the import of a file stands. file: name of the import; digest: of the file. place: records read so far."""

    file: str
    digest: bytes
    place: int
    rows: int
    rejected: int
    done: bool


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one command does, stored whole or not at all.

    expected: stream -> version it must still have. cases, grants: after-images, one per case or grant touched.
    reply: JSON text returned again when the same client key comes back.
    progress: where an import stands after it, stored with it.
    """

    actor: str
    entries: Sequence[NewEntry]
    expected: Mapping[str, int]
    cases: Sequence[Case] = ()
    subjects: Mapping[str, bytes] = {}
    secrets: Sequence[Secret] = ()
    erase: Sequence[str] = ()
    key: ClientKey | None = None
    reply: str = "null"
    progress: ImportProgress | None = None
    grants: Sequence[Grant] = ()


class Committed(msgspec.Struct, frozen=True, gc=False):
    """first, last: the positions given. reply: the first answer, when this was a repeat of an earlier command.

    cards: those of the cases of the change, in their order, without their positions; none for a repeat.
    """

    first: int
    last: int
    reply: str | None = None
    cards: Sequence[Card] = ()


class Stale(Exception):
    """Somebody else wrote one of the streams first: read again and decide again."""


class Journal(Protocol):
    """Append and read."""

    async def commit(self, change: Change) -> Committed:
        """Store a change durably. Raises Stale, or Refused("key_reused")."""

    async def answer(self, actor: str, key: ClientKey) -> Committed | None:
        """What a client key was answered before, or None. Raises Refused("key_reused")."""

    def read(self, stream: str) -> AsyncIterator[Entry[AnyFact]]:
        """The entries of one stream in order."""

    async def version(self, stream: str) -> int:
        """The version a stream stands at; 0 when nothing was told in it."""

    async def progress(self, file: str, digest: bytes) -> ImportProgress | None:
        """Where the import of a file stands; None when it was never begun."""

    async def position(self) -> int:
        """The last position; 0 when empty."""


class CaseQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of a case list; every field that is None is not asked. `after` is the cursor of the page before.

    desk: true or false, whether it waits for an officer; or why it does (no_type, wish, look_back, ...), several by commas.
    part: a unit with a part in the open case that is not done. answer: a unit that owes an answer to an order.
    metric (`code` or `code@version`): the rows behind the figure of the period `since` to `until`: those above the line, or
    below it (`side`); post: only where an account of that role did what the figure is about ("": none).
    """

    state: str | None = None
    board: str | None = None
    town_board: str | None = None
    town: str | None = None
    grid: str | None = None
    owner: str | None = None
    support: str | None = None
    type: str | None = None
    source: str | None = None
    q: str | None = None
    open: bool | None = None
    late: bool | None = None
    soon: bool | None = None
    needs: bool | None = None
    urgent: bool | None = None
    desk: Annotated[str, msgspec.Meta(pattern="^[a-z_]+(,[a-z_]+)*$", max_length=200)] | None = None
    part: str | None = None
    answer: str | None = None
    ids: Annotated[str, msgspec.Meta(max_length=37_000)] | None = None
    on_time: bool | None = None
    reported_from: Moment | None = None
    reported_to: Moment | None = None
    closed_from: Moment | None = None
    closed_to: Moment | None = None
    metric: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    side: Literal["numerator", "denominator"] = "numerator"
    since: Moment | None = None
    until: Moment | None = None
    post: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    sort: Literal["reported", "changed", "due"] = "reported"
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    after: str | None = None
    lang: str | None = None
    as_of: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of cards. total: count of all rows of the query at `position`. next: cursor or None.

    capped: there are more rows than `total` says; it is exact otherwise.
    """

    position: int
    total: int
    rows: list[Card]
    next: str | None
    capped: bool = False
    past: bool = False
    at: datetime | None = None


class Again(msgspec.Struct, frozen=True):
    """A case that is the trouble of an earlier one again. of: the case that ended; days since then, meters between."""

    id: str
    of: str
    days: int
    meters: int


class Cases(Protocol):
    """The case view."""

    async def get(self, id: str) -> Case | None:
        """The folded case."""

    def hot(self, id: str) -> Case | None:
        """The case as this process stored it last, where it remembers: perhaps out of date, so only for deciding what is
        committed against its version. A refusal decided on it has to be decided again on the case itself."""

    async def many(self, ids: Sequence[str]) -> list[Case]:
        """The folded cases of these ids that exist."""

    async def ended(self, since: datetime, until: datetime) -> list[str]:
        """Ids of the cases that ended with work done at or after `since` and before `until`."""

    async def again(self, since: datetime, meters: float, days: int) -> list[Again]:
        """Cases reported since then that came back: one of the same type ended nearby not longer than `days` before."""

    async def page(self, query: CaseQuery, scope: Scope, part: Part | None = None) -> Page:
        """One page inside `scope`; part: only the rows behind one side of a figure."""

    async def live(self, scope: Scope, since: datetime) -> tuple[int, list[Card]]:
        """Position and all cards that are open, or reported or closed at or after `since`."""

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Open cases whose wake_at has come, oldest first."""

    async def undated(self, after: str | None, limit: int) -> list[Case]:
        """Cases with a due time that no calendar told, by id, those after `after`."""

    async def exists(self, source: str, external: str) -> str | None:
        """Id of the case that a sender's own number already made, or None."""

    async def known(self, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (source, sender's own number) have a case."""


class Neighborhood(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when candidates for duplicates lie: meters around a point (None: those without a point), times of reports.

    ended_since: cases that ended before are left out. but: the case that is asked about.
    """

    lon: float | None
    lat: float | None
    radius: float
    since: datetime
    until: datetime
    ended_since: datetime
    limit: int
    but: str | None = None


class Nearby(msgspec.Struct, frozen=True):
    """A candidate for a duplicate. subject: whose sketch is compared. parent: the case it was merged into."""

    id: str
    number: str
    type: str | None
    state: str
    open: bool
    lon: float | None
    lat: float | None
    reported_at: datetime
    closed_at: datetime | None
    subject: str
    parent: str | None


class Candidates(Protocol):
    """What cases are compared with, and what was answered before."""

    async def near(self, where: Neighborhood, scope: Scope) -> list[Nearby]:
        """Cases of `scope` in a neighborhood, the nearest first."""

    async def told_apart(self, case_id: str, others: Sequence[str]) -> set[str]:
        """Which of `others` were last said not to be the same matter as `case_id`."""

    async def reported(self, since: datetime, until: datetime, after: Nearby | None, limit: int) -> list[Nearby]:
        """Cases with a point in the order in which they came, after the last one read."""

    async def before(self, ids: Sequence[str], radius: float, days: int, ended: int) -> dict[str, list[Nearby]]:
        """For each case, those near it that came in the days before it and had not ended more than `ended` days before."""


class Vault(Protocol):
    """Personal data, encrypted under a key per subject."""

    async def seal(self, subject: str, pieces: Sequence[tuple[str, bytes]], *, fresh: bool) -> Envelope:
        """Encrypt (kind, plaintext) pieces; `fresh` when the subject is new and no key need be looked up."""

    async def sketches(self, subjects: Sequence[str], draw: Callable[[bytes], Sketch]) -> dict[str, Sketch]:
        """What `draw` makes of the words of each subject; those erased are missing.

        The words do not leave the vault, and nobody can read them in a sketch: no reading is recorded.
        """

    async def knows(self, subject: str) -> bool:
        """Whether there are words under this subject that can still be read."""

    async def open(self, subject: str, ids: Sequence[str], reading: Reading) -> dict[str, bytes]:
        """Plaintexts by secret id; those erased are missing. Nothing is opened without the record of who reads it, and why."""

    async def note(self, subjects: Sequence[str], reading: Reading) -> None:
        """Record that records of the lake are read, one for each; durable when this returns. subjects: their keyed digests."""


class People(Protocol):
    """Who stands behind a login."""

    async def names(self, logins: Iterable[str]) -> dict[str, Name]:
        """The names of those logins that have an account, closed ones too."""


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Now, aware, UTC."""


class Ids(Protocol):
    """The only source of chance."""

    def new(self) -> str:
        """A new UUIDv7 as text."""

    def number(self) -> str:
        """A new case number, unique in this center."""


class Adviser(Protocol):
    """The model of suggestions in use."""

    @property
    def about(self) -> About | None:
        """What is known of it; None without one."""

    def advise(self, text: str) -> Advice | None:
        """Types the words speak of; None without a model, or where it knows nothing in them."""


class ClosedCase(msgspec.Struct, frozen=True, gc=False):
    """A closed case as training needs it. words: id of its words in the vault."""

    id: str
    type: str
    reported_at: datetime
    subject: str
    words: str


class PlacedCase(msgspec.Struct, frozen=True, gc=False):
    """A case as the search for hot issues needs it. words: id of its words in the vault while they can be opened."""

    id: str
    grid: str
    type: str | None
    reported_at: datetime
    subject: str
    words: str | None


class Scans(Protocol):
    """Reads across many cases: for training, and for the search for hot issues.

    sketches: keyed hashes of the terms of each case, in memory only. key: what they are hashed with, new at each start.
    """

    sketches: dict[str, frozenset[int]]
    key: bytes

    def closed(self) -> AsyncIterator[ClosedCase]:
        """Every closed case that has a type and words, oldest first."""

    async def placed(self, since: datetime) -> list[PlacedCase]:
        """Every case with a grid reported at or after `since`, oldest first."""

    async def cards(self, ids: Sequence[str], scope: Scope) -> list[Card]:
        """Those of the cases that lie inside `scope`, newest first."""

    async def last(self, stream: str, until: int | None = None) -> Entry[AnyFact] | None:
        """The newest entry of a stream, of those up to a position where one is given."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """An entry without its content."""

    position: int
    stream: str
    type: str
    at: datetime


class History(Protocol):
    """The case view as it was at a position of the past."""

    async def at(self, position: int) -> datetime | None:
        """When the entry of a position was recorded; None where there is none."""

    async def before(self, moment: datetime) -> int:
        """The last position recorded at or before a moment; 0 where there is none."""

    async def heads(self, position: int, limit: int) -> list[Head]:
        """The last entries of cases at a position, the newest first."""

    async def page(self, query: CaseQuery, scope: Scope, position: int, part: Part | None = None) -> Page:
        """One page inside `scope` as it was; part: only the rows behind one side of a figure."""

    async def figures(self, metrics: Sequence[Metric], span: Period, by: By, scope: Scope, position: int) -> Tally:
        """For each group with cases then the count of each metric, in their order."""

    async def left(self, span: Period, scope: Scope, position: int) -> Left:
        """What the cases of a period had left behind then for those who look for patterns."""

    async def live(self, scope: Scope, since: datetime, position: int) -> list[Card]:
        """All cards that were open, or reported or closed at or after `since`."""

    async def picture(self, scope: Scope, point: Then) -> Picture:
        """The wall's picture at a point; not to be changed. Playing on from an earlier one costs what happened between."""


class Rulebooks(Protocol):
    """The published versions of the pack."""

    async def rules(self, live: City, version: str) -> City:
        """The live city under the rules of a version; the live city itself where that version cannot be had."""

    async def simulated(self, id: str) -> str | None:
        """The pack version that a simulation was of; None where there is no such simulation."""


class World(msgspec.Struct, frozen=True):
    """What a flow is given. adviser: None where nothing was trained for; scans, metrics: None where nobody looks across cases."""

    city: City
    clock: Clock
    ids: Ids
    journal: Journal
    cases: Cases
    vault: Vault
    people: People
    duplicates: Candidates
    adviser: Adviser | None = None
    scans: Scans | None = None
    metrics: Metrics | None = None
    rulebooks: Rulebooks | None = None
    history: History | None = None

    async def rules_of(self, case: Case) -> City:
        """The city as decisions about a running case see it: under the rules of the pack version it began with."""
        if self.rulebooks is None or case.pack in ("", self.city.version):
            return self.city
        return await self.rulebooks.rules(self.city, case.pack)


__all__ = [
    "Actor",
    "Adviser",
    "Candidates",
    "Case",
    "CaseQuery",
    "Cases",
    "Change",
    "ClientKey",
    "Clock",
    "ClosedCase",
    "Committed",
    "Envelope",
    "History",
    "Ids",
    "ImportProgress",
    "Journal",
    "Ledger",
    "Left",
    "Metrics",
    "Nearby",
    "Neighborhood",
    "Page",
    "People",
    "PlacedCase",
    "ReadingQuery",
    "ReadingRow",
    "Rulebooks",
    "Scans",
    "Secret",
    "Signed",
    "Signer",
    "Stale",
    "Vault",
    "VerifierKey",
    "World",
]
