"""A report comes in: words into the vault, place, type, routing and deadlines by core, one change to the journal."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated

import msgspec

from northbank.core import intake
from northbank.core.access import REPORTERS, Actor, scope
from northbank.core.case import Case
from northbank.core.deadline import Deadline
from northbank.core.refusal import Refused
from northbank.flows.entries import fold
from northbank.flows.settle_type import settle_type
from northbank.ports import Change, ClientKey, Envelope, Moment, Stale, World

Text = Annotated[str, msgspec.Meta(max_length=4000)]
Line = Annotated[str, msgspec.Meta(max_length=200)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Value = bool | Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31)] | Code


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to reach the reporter; goes to the vault."""

    name: Line | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    email: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A point (WGS84 degrees), an address in words, or both. The address goes to the vault."""

    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    address: Line | None = None


class NewReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A report as somebody sends it. `external` is the sender's own number, taken once per source.

    attributes: what reports of its type may say besides, by the codes of the pack; other ones are refused.
    """

    type: Code | None = None
    place: Where | None = None
    text: Text | None = None
    contact: Contact | None = None
    source: Code | None = None
    happened_at: Moment | None = None
    urgent: bool | None = None
    external: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None
    attributes: Annotated[dict[Code, Value], msgspec.Meta(max_length=32)] = {}


class ReportReply(msgspec.Struct, frozen=True):
    """What became of a report."""

    id: str
    number: str
    state: str
    type: str | None
    grid: str | None
    community: str | None
    town: str | None
    owner: str | None
    row: str | None
    at_desk: bool
    due_at: datetime | None
    deadlines: tuple[Deadline, ...]
    position: int


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the vault keeps of a report as one sealed piece."""

    text: str | None = None
    address: str | None = None
    contact: Contact | None = None


DEFAULT_SOURCE = "desk"
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_reply = msgspec.json.Decoder(ReportReply).decode


def request_digest(*parts: bytes) -> bytes:
    """The digest a client key stands for: the same bytes again are the same request."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


async def report(
    world: World, actor: Actor, new: NewReport, key: str | None = None, photos: tuple[bytes, ...] = ()
) -> ReportReply:
    """Take a report. The same client key with the same content gives the first answer again."""
    if actor.role not in REPORTERS:
        raise Refused("forbidden", role=actor.role.value)
    source = new.source or _default_source(world)
    where = new.place or Where()
    if (where.lon is None) != (where.lat is None):
        raise Refused("invalid", why="place: lon and lat go together")
    if where.lon is None and where.address is None:
        raise Refused("no_place")
    client = ClientKey(key, request_digest(_encode(new), *photos)) if key else None
    try:
        return await _take(world, actor, new, where, source, client, photos)
    except Refused as refused:  # what was taken once stays taken, even if it would be refused today
        if client is None or refused.code in ("busy", "key_reused"):
            raise
        before = await world.journal.answer(actor.login, client)
        if before is None or before.reply is None:
            raise
        return msgspec.structs.replace(_decode_reply(before.reply), position=before.last)


async def _take(
    world: World, actor: Actor, new: NewReport, where: Where, source: str, client: ClientKey | None,
    photos: tuple[bytes, ...],
) -> ReportReply:  # fmt: skip
    await _refuse_known(world, actor, source, new.external)
    lon, lat, address = intake.settle(world.city, where.lon, where.lat, where.address)
    if lon != where.lon:
        where = Where(lon, lat, address)
        new = msgspec.structs.replace(new, place=where)
    now = world.clock.now()
    id, subject = world.ids.new(), world.ids.new()
    sealed = await world.vault.seal(subject, pieces(new, photos), fresh=True)
    facts = intake.receive(raw(world, actor, new, where, source, subject, sealed), world.city, now)
    case, entries = fold(world, None, f"case:{id}", actor.login, facts, now)
    case, typed = settle_type(world, case, new.text, now, entries[0].id)
    reply = _reply(case)
    change = Change(
        actor=actor.login, entries=[*entries, *typed], expected={f"case:{id}": 0}, cases=(case,),
        subjects={subject: sealed.wrapped} if sealed.wrapped and sealed.secrets else {}, secrets=sealed.secrets,
        key=client, reply=_encode(reply).decode() if client else "null",
    )  # fmt: skip
    try:
        done = await world.journal.commit(change)
    except Stale:
        await _refuse_known(world, actor, source, new.external)
        raise Refused("busy") from None
    if done.reply is not None:
        reply = _decode_reply(done.reply)
    return msgspec.structs.replace(reply, position=done.last)


def _default_source(world: World) -> str:
    return DEFAULT_SOURCE if DEFAULT_SOURCE in world.city.sources else next(iter(world.city.sources))


async def _refuse_known(world: World, actor: Actor, source: str, external: str | None) -> None:
    """Refuse a sender's own number that has a case; the case is named only to those who may see it."""
    if external is None:
        return
    known = await world.cases.exists(source, external)
    if known is not None:
        case = await world.cases.get(known)
        seen = case is not None and scope(actor).holds(case)
        raise Refused("already_reported", number=case.number if case is not None and seen else external)


def pieces(new: NewReport, photos: tuple[bytes, ...] = ()) -> list[tuple[str, bytes]]:
    """What goes to the vault: the words as one piece, each photo as one."""
    address = new.place.address if new.place else None
    found: list[tuple[str, bytes]] = []
    if new.text or address or new.contact:
        found.append(("words", _encode(Words(new.text, address, new.contact))))
    return found + [("photo", photo) for photo in photos]


def raw(
    world: World, actor: Actor, new: NewReport, where: Where, source: str, subject: str, sealed: Envelope
) -> intake.Report:
    """The report as the rules see it: references instead of words."""
    kinds = [one.kind for one in sealed.secrets]
    words = next((ref for kind, ref in zip(kinds, sealed.refs, strict=True) if kind == "words"), None)
    photos = tuple(ref for kind, ref in zip(kinds, sealed.refs, strict=True) if kind == "photo")
    return intake.Report(
        number=world.ids.number(), subject=subject, reporter=actor.login, source=source, type=new.type,
        lon=where.lon, lat=where.lat, urgent=new.urgent, external=new.external, words=words, photos=photos,
        happened_at=new.happened_at, has_address=where.address is not None,
        attributes=new.attributes,
    )  # fmt: skip


def _reply(case: Case) -> ReportReply:
    spot, solve = case.spot, case.deadline("solve")
    return ReportReply(
        id=case.id, number=case.number, state=case.state.value, type=case.type, grid=spot.grid if spot else None,
        community=spot.community if spot else None, town=spot.town if spot else None, owner=case.owner, row=case.row,
        at_desk=case.desk is not None, due_at=solve.due_at if solve else None, deadlines=case.deadlines, position=0,
    )  # fmt: skip
