"""Which cases tell of the same matter as a report being entered, or as a case: found in the reader's scope, judged by core.

Merging is an act of its own; here it is only proposed. Of people's words sketches are compared, never the words.
"""

from datetime import datetime, timedelta

import msgspec

from northbank.core.access import READS_PERSONS, REPORTERS, Actor, scope
from northbank.core.case import Case
from northbank.core.city import City
from northbank.core.duplicate_weights import DEFAULT, STREAM, Fitted
from northbank.core.duplicates import Opinion, Part, Sight, Weights, judge
from northbank.core.likeness import Sketch, sketch
from northbank.core.refusal import Refused
from northbank.flows.act import visible
from northbank.flows.report import Code, Contact, Text, Where, Words
from northbank.ports import Moment, Nearby, Neighborhood, World

MOST = 50  # cases compared for one question
SHOWN = 8
LEAST = 0.05  # probability below which nothing is shown
RECENT = timedelta(days=7)  # how long after its end a case is still compared

_decode_words = msgspec.json.Decoder(Words).decode


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known so far of a report that is being entered; the fields of a report, each of them optional."""

    type: Code | None = None
    place: Where | None = None
    text: Text | None = None
    contact: Contact | None = None
    happened_at: Moment | None = None


class Likely(msgspec.Struct, frozen=True):
    """A case that may tell of the same matter. parts: what speaks for and against it, in log-odds; they and `prior` make `odds`.

    into: the case to merge into: itself, or the one it was merged into. earlier: it came before the one asked about.
    """

    id: str
    number: str
    type: str | None
    state: str
    open: bool
    reported_at: datetime
    closed_at: datetime | None
    into: str
    earlier: bool
    probability: float
    odds: float
    prior: float
    parts: tuple[Part, ...]


class Duplicates(msgspec.Struct, frozen=True):
    """Likely duplicates, likeliest first. compared: cases in the reader's scope that were looked at; more: there were others.

    words: whether texts, addresses and contacts were compared too. learned: whether the weights were learned here or are defaults.
    """

    rows: list[Likely]
    compared: int
    more: bool
    words: bool
    learned: bool


async def weights(world: World) -> Weights:
    """The weights in force: those learned last, or the defaults."""
    last = DEFAULT
    async for entry in world.journal.read(STREAM):
        if isinstance(entry.data, Fitted):
            last = entry.data.weights
    return last


async def while_entering(world: World, actor: Actor, draft: Draft) -> Duplicates:
    """Candidates for a report that is not sent yet. Nothing is stored."""
    if actor.role not in REPORTERS:
        raise Refused("forbidden", role=actor.role.value)
    where = draft.place or Where()
    if (where.lon is None) != (where.lat is None):
        raise Refused("invalid", why="place: lon and lat go together")
    contact = draft.contact or Contact()
    words = sketch(draft.text, where.address, contact.phone, contact.email) if _compares(actor) else None
    now = world.clock.now()
    at = min(draft.happened_at, now) if draft.happened_at else now
    asked = sight(world.city, at, where.lon, where.lat, draft.type, None, words)
    return await _answer(world, actor, asked, None)


async def of_case(world: World, actor: Actor, case_id: str) -> Duplicates:
    """Candidates for a case, before and after it. Those answered as not the same are left out."""
    case = await visible(world, actor, case_id)
    words = await _sketches(world, actor, [case.subject])
    spot = case.spot
    asked = sight(
        world.city, case.reported_at, spot.lon if spot else None, spot.lat if spot else None, case.type,
        case.closed_at, words.get(case.subject),
    )  # fmt: skip
    return await _answer(world, actor, asked, case)


def sight(
    city: City, at: datetime, lon: float | None, lat: float | None, type: str | None, closed_at: datetime | None,
    words: Sketch | None,
) -> Sight:  # fmt: skip
    """What is compared of a report."""
    kind = city.types.get(type) if type else None
    klass = kind.klass if kind else None
    return Sight(at=at, lon=lon, lat=lat, type=type, klass=klass, closed_at=closed_at, words=words)


def _compares(actor: Actor) -> bool:
    """Words are compared for those who may read them: how alike two texts are tells something of both."""
    return actor.role in READS_PERSONS


async def _sketches(world: World, actor: Actor, subjects: list[str]) -> dict[str, Sketch]:
    if not subjects or not _compares(actor):
        return {}
    return await world.vault.sketches(subjects, drawn)


def drawn(words: bytes) -> Sketch:
    """The sketch of a report's words as they are sealed."""
    said = _decode_words(words)
    who = said.contact or Contact()
    return sketch(said.text, said.address, who.phone, who.email)


async def _answer(world: World, actor: Actor, asked: Sight, case: Case | None) -> Duplicates:
    table = await weights(world)
    span = timedelta(days=table.window(asked.type))
    found = await world.duplicates.near(
        Neighborhood(
            lon=asked.lon, lat=asked.lat, radius=table.radius, since=asked.at - span,
            until=asked.at + span if case else asked.at, ended_since=asked.at - RECENT, but=case.id if case else None,
            limit=MOST + 1,
        ),
        scope(actor),
    )  # fmt: skip
    rows = found[:MOST]
    if case is not None:
        settled = await world.duplicates.told_apart(case.id, [one.id for one in rows])
        rows = [
            one
            for one in rows
            if one.id not in settled
            and one.subject != case.subject  # split off from one another: told apart already
            and case.id not in (one.id, one.parent)
            and one.id != case.parent
        ]
    words = await _sketches(world, actor, [one.subject for one in rows])
    judged = [(one, judge(asked, _seen(world.city, one, words), table)) for one in rows]
    likely = await _likely(world, actor, asked, judged, case)
    return Duplicates(likely, len(rows), len(found) > MOST, _compares(actor), table.origin == "fitted")


def _seen(city: City, one: Nearby, words: dict[str, Sketch]) -> Sight:
    """A candidate as it is compared; what was merged ends when the case does that it was merged into."""
    return sight(city, one.reported_at, one.lon, one.lat, one.type, one.closed_at, words.get(one.subject))


async def _likely(
    world: World, actor: Actor, asked: Sight, judged: list[tuple[Nearby, Opinion]], case: Case | None
) -> list[Likely]:
    """The likeliest, one a matter: of a case and those merged into it only the one that is most alike."""
    own = {case.id, case.parent} if case else set()
    best: dict[str, tuple[Nearby, Opinion]] = {}
    for one, opinion in sorted(judged, key=lambda pair: (-pair[1].probability, pair[0].id)):
        into = one.parent or one.id
        if (
            opinion.probability >= LEAST
            and into not in own
            and (one.parent is None or await _may_see(world, actor, into))
        ):
            best.setdefault(into, (one, opinion))
    return [
        Likely(
            one.id, one.number, one.type, one.state, one.open, one.reported_at, one.closed_at, into,
            one.reported_at <= asked.at, round(opinion.probability, 4), round(opinion.odds, 3), opinion.prior,
            opinion.parts,
        )
        for into, (one, opinion) in list(best.items())[:SHOWN]
    ]  # fmt: skip


async def _may_see(world: World, actor: Actor, case_id: str) -> bool:
    case = await world.cases.get(case_id)
    return case is not None and scope(actor).holds(case)
