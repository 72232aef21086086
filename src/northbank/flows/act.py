"""Somebody acts on a case: accept, dispatch, return, close and the rest. Read, decide in core, append, once more if stale."""

from datetime import datetime
from typing import Annotated

import msgspec

from northbank.core.access import Actor, scope
from northbank.core.card import Card, card
from northbank.core.case import Case, CaseFact, Sealed
from northbank.core.handling import Do, decide
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.entries import fold
from northbank.flows.report import Code, Text, Where, request_digest
from northbank.ports import Change, ClientKey, Envelope, Moment, Stale, World

TRIES = 5


class ActBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What comes with an act. version: refuse if the case has moved on. note: words, sealed in the vault."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    reason: Code | None = None
    note: Text | None = None
    unit: Code | None = None
    place: Where | None = None
    type: Code | None = None
    outcome: Code | None = None
    happened_at: Moment | None = None


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_card = msgspec.json.Decoder(Card).decode


async def act(world: World, actor: Actor, case_id: str, what: Act, body: ActBody, key: str | None = None) -> Card:
    """Do it. Returns the card after it; the same client key gives the first answer again."""
    client = ClientKey(key, request_digest(case_id.encode(), what.encode(), _encode(body))) if key else None
    if client is not None and (before := await world.journal.answer(actor.login, client)) is not None:
        return msgspec.structs.replace(_decode_card(before.reply or ""), position=before.last)
    for _ in range(TRIES):
        case = await visible(world, actor, case_id)
        sealed = await _seal(world, case, body)
        now = world.clock.now()
        facts = decide(_do(what, body, sealed), case, world.city, now, actor)
        change = step(world, actor.login, case, facts, now, sealed, client)
        try:
            done = await world.journal.commit(change)
        except Stale:
            continue
        if done.reply is not None:
            return msgspec.structs.replace(_decode_card(done.reply), position=done.last)
        return card(change.cases[0], done.last)
    raise Refused("conflict")


async def visible(world: World, actor: Actor, case_id: str) -> Case:
    """The case, or `not_found` whether it does not exist or may not be seen: the two must not be told apart."""
    case = await world.cases.get(case_id)
    if case is None or not scope(actor).holds(case):
        raise Refused("not_found", what="case")
    return case


async def _seal(world: World, case: Case, body: ActBody) -> Envelope | None:
    if not body.note:
        return None
    return await world.vault.seal(case.subject, [("note", body.note.encode())], fresh=False)


def _do(what: Act, body: ActBody, sealed: Envelope | None) -> Do:
    place = body.place
    note: Sealed | None = sealed.refs[0] if sealed else None
    return Do(
        act=what, reason=body.reason, note=note, unit=body.unit, lon=place.lon if place else None,
        lat=place.lat if place else None, type=body.type, outcome=body.outcome, version=body.version,
        happened_at=body.happened_at,
    )  # fmt: skip


def step(
    world: World, actor: str, case: Case, facts: list[CaseFact], now: datetime, sealed: Envelope | None = None,
    client: ClientKey | None = None,
) -> Change:  # fmt: skip
    """The change that `facts` make to `case`."""
    stream = f"case:{case.id}"
    expected = {stream: case.version}
    case, entries = fold(world, case, stream, actor, facts, now)
    return Change(
        actor=actor, entries=entries, expected=expected, cases=(case,),
        subjects={case.subject: sealed.wrapped} if sealed and sealed.wrapped else {},
        secrets=sealed.secrets if sealed else (), key=client,
        reply=_encode(card(case)).decode() if client else "null",
    )  # fmt: skip
