"""Somebody acts on a case: accept, dispatch, return, close and the rest. Read, decide in core, append, once more if stale."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from northbank.core import dividing, merging
from northbank.core.access import Actor, refuse_act, scope
from northbank.core.card import Card, card
from northbank.core.case import Case, Sealed
from northbank.core.case_facts import CaseFact
from northbank.core.city import City
from northbank.core.doing import Do, Matter, Want
from northbank.core.handling import decide
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.entries import fold
from northbank.flows.report import Code, Text, Value, Where, request_digest
from northbank.ports import Change, ClientKey, Envelope, Moment, Stale, World

TRIES = 6  # the first may be on a case as it was remembered
Small = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class MatterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A matter that the report tells of besides its first. place: a point, where it is another than that of the report.

    note: what of the words is meant; sealed in the vault beside them.
    """

    type: Code
    place: Where | None = None
    attributes: Annotated[dict[Code, Value], msgspec.Meta(max_length=32)] = {}
    note: Text | None = None


class ActBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What comes with an act. version: refuse if the case has moved on. note: words, sealed in the vault.

    support: units asked for their part. task, order: number of a part or an order in the case. amount: of the solving
    deadline's own unit. until: when to look at it again. score: 1 to 5. into: id of the case this one is the same as.
    basis: id of the routing row cited. attributes: to correct or complete; null takes one away. matters: to split off.
    """

    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    reason: Code | None = None
    note: Text | None = None
    unit: Code | None = None
    support: Annotated[tuple[Code, ...], msgspec.Meta(max_length=20)] | None = None
    place: Where | None = None
    type: Code | None = None
    outcome: Code | None = None
    task: Small | None = None
    order: Small | None = None
    amount: Small | None = None
    until: Moment | None = None
    score: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    into: Annotated[str, msgspec.Meta(pattern=UUID)] | None = None
    basis: Code | None = None
    attributes: Annotated[dict[Code, Value | None], msgspec.Meta(max_length=32)] = {}
    matters: Annotated[tuple[MatterBody, ...], msgspec.Meta(max_length=50)] = ()
    happened_at: Moment | None = None


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_card = msgspec.json.Decoder(Card).decode


async def act(
    world: World, actor: Actor, case_id: str, what: Act, body: ActBody, key: str | None = None,
    photos: tuple[bytes, ...] = (),
) -> Card:  # fmt: skip
    """Do it. Returns the card after it; the same client key gives the first answer again."""
    client = None
    if key:
        client = ClientKey(key, request_digest(case_id.encode(), what.encode(), _encode(body), *photos))
        if (before := await world.journal.answer(actor.login, client)) is not None:
            return msgspec.structs.replace(_decode_card(before.reply or ""), position=before.last)
    if body.matters and what is not Act.DIVIDE:
        body = msgspec.structs.replace(body, matters=())  # no words are sealed that nothing refers to
    named: list[tuple[str, str]] = []
    hot = world.cases.hot(case_id)
    for _ in range(TRIES):
        try:
            case = visible_to(actor, hot or await world.cases.get(case_id))
            named = named or _named(world, body)
            change = await _decided(world, actor, case, what, body, photos, named, client)
        except Refused:
            if hot is None:
                raise
            hot = None  # what was remembered may be out of date
            continue
        try:
            done = await world.journal.commit(change)
        except Stale:
            hot = None
            continue
        return msgspec.structs.replace(_decode_card(done.reply) if done.reply else done.cards[0], position=done.last)
    raise Refused("conflict")


async def _decided(
    world: World, actor: Actor, case: Case, what: Act, body: ActBody, photos: tuple[bytes, ...],
    named: Sequence[tuple[str, str]], client: ClientKey | None,
) -> Change:  # fmt: skip
    """What the act makes of the case as it stands, and of those it says something to."""
    other = await _other(world, actor, case, what, body)
    sealed = await _seal(world, case, body, photos)
    now = world.clock.now()
    do = _do(what, body, sealed, named)
    rules = await world.rules_of(case)
    facts = decide(do, case, rules, now, actor, other)
    change = step(world, actor.login, case, facts, now, sealed, client, rules)
    change = await _echoed(world, actor.login, do, case, other, change, now)
    return split_off(world, do, case, change, actor, now, rules) if what is Act.DIVIDE else change


async def _other(world: World, actor: Actor, case: Case, what: Act, body: ActBody) -> Case | None:
    """The case that this one is merged into or split from; the actor must see it and have the same right there."""
    if what is Act.SPLIT and case.parent is not None:
        return await world.cases.get(case.parent)
    if what is not Act.MERGE or body.into is None:
        return None
    other = await visible(world, actor, body.into)
    if (refusal := refuse_act(actor, what, other)) is not None:
        raise refusal
    return other


async def _echoed(
    world: World, actor: str, do: Do, before: Case, other: Case | None, change: Change, now: datetime
) -> Change:  # fmt: skip
    """The change with what it says to other cases: the one merged into, or those that follow this one."""
    told: list[tuple[Case, list[CaseFact]]] = []
    if other is not None and (echoes := merging.echo(do, before)):
        told.append((other, echoes))
    after = change.cases[0]
    if followed := merging.follow(before, after):
        told += [(child, followed) for child in await world.cases.many(after.children)]
    entries, expected, cases = list(change.entries), dict(change.expected), list(change.cases)
    for case, facts in told:
        stream = f"case:{case.id}"
        expected[stream] = case.version
        folded, more = fold(world, case, stream, actor, facts, now, cause=entries[0].id)
        entries += more
        cases.append(folded)
    return msgspec.structs.replace(change, entries=entries, expected=expected, cases=cases) if told else change


def split_off(
    world: World, do: Do, before: Case, change: Change, actor: Actor, now: datetime, rules: City
) -> Change:  # fmt: skip
    """The change with the cases that are born of it, under the rules that the report went by."""
    want = Want(do, before, rules, actor, do.happened_at or now, now)
    entries, expected, cases = list(change.entries), dict(change.expected), list(change.cases)
    for matter, facts in dividing.births(want):
        stream = f"case:{matter.id}"
        expected[stream] = 0
        case, born = fold(world, None, stream, actor.login, facts[:1], now, change.entries[0].id, rules)
        case, more = fold(world, case, stream, actor.login, facts[1:], now, born[0].id, rules)
        entries += [*born, *more]
        cases.append(case)
    return msgspec.structs.replace(change, entries=entries, expected=expected, cases=cases)


async def visible(world: World, actor: Actor, case_id: str) -> Case:
    """The case, or `not_found` whether it does not exist or may not be seen: the two must not be told apart."""
    return visible_to(actor, await world.cases.get(case_id))


def visible_to(actor: Actor, case: Case | None) -> Case:
    """The same for a case that was looked for."""
    if case is None or not scope(actor).holds(case):
        raise Refused("not_found", what="case")
    return case


async def _seal(world: World, case: Case, body: ActBody, photos: tuple[bytes, ...]) -> Envelope | None:
    pieces = [("note", body.note.encode())] if body.note else []
    pieces += [("note", one.note.encode()) for one in body.matters if one.note]
    pieces += [("photo", photo) for photo in photos]
    return await world.vault.seal(case.subject, pieces, fresh=False) if pieces else None


def _named(world: World, body: ActBody) -> list[tuple[str, str]]:
    """Ids and numbers of the cases that may be born; the same ones when it is tried again."""
    return [(world.ids.new(), world.ids.number()) for _ in body.matters[: dividing.MOST]]


def _matters(body: ActBody, named: Sequence[tuple[str, str]], notes: list[Sealed]) -> tuple[Matter, ...]:
    """The matters as the rules need them; those beyond what a report can be split into are only counted."""
    made = []
    for n, one in enumerate(body.matters):
        id, number = named[n] if n < len(named) else ("", "")
        place = one.place or Where()
        if (one.place is not None and place.lon is None) or (place.lon is None) != (place.lat is None):
            raise Refused("no_place")
        note = notes.pop(0) if one.note else None
        made.append(Matter(
            id=id, number=number, type=one.type, lon=place.lon, lat=place.lat, attributes=one.attributes, note=note
        ))  # fmt: skip
    return tuple(made)


def _do(what: Act, body: ActBody, sealed: Envelope | None, named: Sequence[tuple[str, str]]) -> Do:
    place = body.place
    refs = list(sealed.refs) if sealed else []
    note = refs.pop(0) if body.note else None
    matters = _matters(body, named, refs)
    return Do(
        act=what, reason=body.reason, note=note, photos=tuple(refs), unit=body.unit, support=body.support,
        lon=place.lon if place else None, lat=place.lat if place else None, type=body.type, outcome=body.outcome,
        task=body.task, order=body.order, amount=body.amount, until=body.until.astimezone(UTC) if body.until else None,
        score=body.score, into=body.into, basis=body.basis, version=body.version, happened_at=body.happened_at,
        attributes=body.attributes, matters=matters,
    )  # fmt: skip


def step(
    world: World, actor: str, case: Case, facts: list[CaseFact], now: datetime, sealed: Envelope | None = None,
    client: ClientKey | None = None, rules: City | None = None,
) -> Change:  # fmt: skip
    """The change that `facts` make to `case`. rules: what decided them, where that is not the live pack."""
    stream = f"case:{case.id}"
    expected = {stream: case.version}
    case, entries = fold(world, case, stream, actor, facts, now, rules=rules)
    return Change(
        actor=actor, entries=entries, expected=expected, cases=(case,),
        subjects={case.subject: sealed.wrapped} if sealed and sealed.wrapped else {},
        secrets=sealed.secrets if sealed else (), key=client,
        reply=_encode(card(case)).decode() if client else "null",
    )  # fmt: skip
