"""A batch of old records comes in: known ones are left out, the others become cases with their whole life, in one change.

Reading files and writing down what was turned down is the business of shell/sources.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.case import Case
from northbank.core.case_facts import CaseFact
from northbank.core.facts import Imported
from northbank.core.history import agrees, hand_over, receive_old, report_of, settle
from northbank.core.importing import Draft, RecordMap
from northbank.core.intake import check_time
from northbank.core.journal import NewEntry, write
from northbank.core.refusal import Refused
from northbank.flows.entries import fold
from northbank.flows.report import Contact, Words
from northbank.ports import Change, Envelope, ImportProgress, World

IMPORTER = Actor("import", Role.INTAKE)
BREATH = 20  # records between two pauses, in which the batch before is sent to the database
WAIT = 0.02

_encode = msgspec.json.Encoder(order="deterministic").encode


class Item(msgspec.Struct, frozen=True):
    """A record of the file: in our words, and as it stood there (for those that are turned down)."""

    draft: Draft
    raw: str


class Reject(msgspec.Struct, frozen=True):
    """A record that was turned down. place: its number in the file; line: where it begins; column, found: what is wrong."""

    place: int
    line: int
    column: str
    found: str
    refusal: Refused
    raw: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What was read since the last batch. name: of the import; title, digest: of the file. place: records read by now.

    version: batches of this import that the journal holds before it.
    """

    map: RecordMap
    name: str
    title: str
    digest: bytes
    version: int
    items: Sequence[Item]
    rejects: Sequence[Reject]
    place: int
    last: bool


class Figures(msgspec.Struct):
    """What became of records. agreed of compared: the file names the same area as our map.

    between: their point lies in the city, but in no grid. desk: they wait for an officer.
    """

    taken: int = 0
    known: int = 0
    rejected: int = 0
    closed: int = 0
    turned_down: int = 0
    desk: int = 0
    between: int = 0
    compared: int = 0
    agreed: int = 0

    def add(self, other: "Figures") -> None:
        """Sum up."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Prepared(msgspec.Struct, frozen=True):
    """A batch ready to be committed. rejects: all of it, in the order of the file."""

    change: Change
    rejects: Sequence[Reject]
    figures: Figures

    def after(self, before: ImportProgress, batch: Batch) -> ImportProgress:
        """Where the import stands once this is stored."""
        rows, rejected = before.rows + self.figures.taken, before.rejected + self.figures.rejected
        return ImportProgress(batch.name, batch.digest, batch.place, rows, rejected, batch.last)


class _Making:
    """What a batch adds, while it is put together."""

    def __init__(self, batch: Batch, world: World) -> None:
        self.batch = batch
        self.world = world
        self.now = world.clock.now()
        self.cause = world.ids.new()
        self.entries: list[NewEntry] = []
        self.expected: dict[str, int] = {}
        self.cases: list[Case] = []
        self.sealed: list[Envelope] = []
        self.rejects: list[Reject] = list(batch.rejects)
        self.figures = Figures()


async def prepare(world: World, batch: Batch) -> Prepared:
    """Everything a batch does, decided but not yet stored. Deciding again after Stale is harmless."""
    making = _Making(batch, world)
    pairs = [(item.draft.source, item.draft.external) for item in batch.items]
    known = await world.cases.known(pairs) if pairs else set()
    for n, item in enumerate(batch.items):
        if n % BREATH == 0:
            await asyncio.sleep(0)
        if (item.draft.source, item.draft.external) in known:
            making.figures.known += 1
        else:
            await _take(making, item)
    return _finish(making)


async def _take(making: _Making, item: Item) -> None:
    world, city = making.world, making.world.city
    agreed = agrees(item.draft, city)
    if agreed is not None:
        making.figures.compared += 1
        making.figures.agreed += agreed
    try:
        field = "reported"
        check_time(item.draft.reported_at, making.now)
        given = item.draft
        if making.batch.map.begins == "import":
            given = hand_over(given, city, making.now)
        field = "closed"
        check_time(given.ended_at, making.now)
        field = "lon"
        draft = settle(given, city)
        id, subject, number = world.ids.new(), world.ids.new(), await _number(world)
        sealed = await world.vault.seal(subject, _pieces(draft), fresh=True)
        words = sealed.refs[0] if sealed.refs else None
        field = "reported"  # what is left to refuse: a year without calendar
        report = report_of(draft, number, subject, IMPORTER.login, words)
        facts = receive_old(report, draft, city, making.now, making.batch.map.defaults.reason)
    except Refused as refusal:
        if refusal.status >= 500:
            raise
        # Its traceback leads back to this batch: a circle that would keep every batch with a reject in memory for long.
        making.rejects.append(_reject(item, field, refusal.with_traceback(None), making.batch.map))
        return
    case = _write(making, id, facts)
    making.sealed += [sealed] if sealed.secrets else []
    _count(making.figures, item.draft, draft, case)


def _write(making: _Making, id: str, facts: Sequence[CaseFact]) -> Case:
    stream = f"case:{id}"
    case, entries = fold(making.world, None, stream, IMPORTER.login, facts, making.now, making.cause)
    making.entries += entries
    making.expected[stream] = 0
    making.cases.append(case)
    return case


def _finish(making: _Making) -> Prepared:
    batch = making.batch
    rejects = sorted(making.rejects, key=lambda one: one.place)
    making.figures.rejected = len(rejects)
    stream = f"import:{batch.name}"
    fact = Imported(
        file=batch.title, digest=batch.digest.hex(), place=batch.place, rows=len(making.cases), rejected=len(rejects)
    )
    first = write(
        fact, id=making.cause, stream=stream, version=batch.version + 1, at=making.now, actor=IMPORTER.login,
        pack=making.world.city.version,
    )  # fmt: skip
    change = Change(
        actor=IMPORTER.login, entries=[first, *making.entries], expected={stream: batch.version, **making.expected},
        cases=making.cases,
        subjects={one.secrets[0].subject: one.wrapped for one in making.sealed if one.wrapped},
        secrets=[secret for one in making.sealed for secret in one.secrets],
    )  # fmt: skip
    return Prepared(change, rejects, making.figures)


async def _number(world: World) -> str:
    """A case number; waits where the next block of them is on its way."""
    for _ in range(500):
        try:
            return world.ids.number()
        except Refused as refusal:
            if refusal.code != "busy":
                raise
            await asyncio.sleep(WAIT)
    return world.ids.number()


def _pieces(draft: Draft) -> list[tuple[str, bytes]]:
    contact = None
    if draft.name or draft.phone or draft.email:
        contact = Contact(draft.name, draft.phone, draft.email)
    if not (draft.text or draft.address or contact):
        return []
    return [("words", _encode(Words(draft.text, draft.address, contact)))]


def _count(figures: Figures, found: Draft, draft: Draft, case: Case) -> None:
    figures.taken += 1
    figures.closed += draft.end == "closed"
    figures.turned_down += draft.end == "rejected"
    figures.desk += case.desk is not None
    figures.between += found.lon is not None and draft.lon is None


def _reject(item: Item, field: str, refusal: Refused, map: RecordMap) -> Reject:
    draft = item.draft
    names = map.columns.lon + map.columns.lat if field == "lon" else getattr(map.columns, field)
    at = draft.reported_at if field == "reported" else draft.ended_at
    found = f"{draft.lon}, {draft.lat}" if field == "lon" else at.isoformat() if at else ""
    return Reject(draft.place, draft.line, " / ".join(names), found, refusal, item.raw)
