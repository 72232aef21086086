"""Asking for data, and everything people do to a request: read the grant, let core decide, store the fact with the grant after it."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.access import SYSTEM, Actor
from northbank.core.journal import Telling, write
from northbank.core.refusal import Refused
from northbank.core.share_steps import Asking, Doing, ask, decide, watch_grant
from northbank.core.sharing import Grant, ShareAct, evolve_grant, grant_stream
from northbank.core.sharing_facts import ShareFact
from northbank.core.terms import Terms
from northbank.flows.collect import dataset_of
from northbank.flows.platform import Platform, check_reader
from northbank.flows.see_grants import GrantView, sees, view_of
from northbank.flows.standing_batches import batches_of
from northbank.ports import Change, ClientKey, Stale

BATCH = 200
Words = Annotated[str, Meta(min_length=1, max_length=500)]
Reason = Annotated[str, Meta(max_length=2000)]
Act = Literal["clear", "approve", "confirm", "refuse", "dispute", "overrule", "uphold", "withdraw", "renew", "revoke"]


class DataRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request for data. purpose: what for, in words. application: the system or matter that uses them. case: its number, if any.

    kind `return`: a town asks for its own rows; area_column says which column names the place of a row.
    """

    dataset: Annotated[str, Meta(min_length=1, max_length=64)]
    kind: Literal["use", "return"] = "use"
    purpose: Words
    application: Words
    case: Annotated[str, Meta(max_length=100)] = ""
    terms: Terms
    area_column: Annotated[str, Meta(max_length=48)] = ""


class GrantAct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act on a request or grant. terms: of an approval, where they are narrower than asked; until: of a renewal.

    version: of the grant that the person looked at; another one is refused as `conflict`.
    """

    act: Act
    reason: Reason = ""
    terms: Terms | None = None
    until: date | None = None
    version: Annotated[int, Meta(ge=1)] | None = None


async def request_data(
    platform: Platform, actor: Actor, body: DataRequest, key: ClientKey | None = None
) -> GrantView:  # fmt: skip
    """Ask. Refused: `no_dataset`, `forbidden`, `no_unit`, `no_town`, `bad_terms`, `too_long_grant`."""
    world = platform.world
    check_reader(actor)
    if key is not None and (before := await world.journal.answer(actor.login, key)) is not None and before.reply:
        return view_of(world.city, await _known(platform, msgspec.json.decode(before.reply, type=str)), actor)
    dataset = dataset_of(world, body.dataset)
    asking = Asking(
        kind=body.kind, purpose=body.purpose.strip(), application=body.application.strip(), case=body.case.strip(),
        terms=body.terms, area_column=body.area_column,
    )  # fmt: skip
    collected = bool(await batches_of(platform, dataset))
    now = world.clock.now()
    fact = ask(world.city, dataset, actor, asking, now, collected)
    grant = await _store(platform, None, world.ids.new(), actor, fact, now, key)
    return view_of(world.city, grant, actor)


async def act_on_grant(
    platform: Platform, actor: Actor, id: str, body: GrantAct, key: ClientKey | None = None
) -> GrantView:  # fmt: skip
    """Do something to a request or grant. Refused: `not_found`, `conflict` and what core/share_steps.py refuses."""
    world = platform.world
    grant = await _known(platform, id)
    if not sees(actor, grant):
        raise Refused("not_found", what="grant")
    if key is not None and await world.journal.answer(actor.login, key) is not None:
        return view_of(world.city, grant, actor)
    if body.version is not None and body.version != grant.version:
        raise Refused("conflict_grant")
    dataset = dataset_of(world, grant.dataset)
    doing = Doing(act=ShareAct(body.act), reason=body.reason, terms=body.terms, until=body.until)
    collected = bool(await batches_of(platform, dataset))
    now = world.clock.now()
    fact = decide(world.city, dataset, grant, actor, doing, now, collected)
    return view_of(world.city, await _store(platform, grant, id, actor, fact, now, key), actor)


async def watch_grants(platform: Platform) -> int:
    """Write down what time alone brings: grants that are over, and requests that nobody answered. How many entries."""
    world, written = platform.world, 0
    now = world.clock.now()
    while found := await platform.sharing.grants.due(now, BATCH):
        stored = 0
        for grant in found:
            fact = watch_grant(world.city, grant, now)
            if fact is None:
                continue
            try:
                await _store(platform, grant, grant.id, SYSTEM, fact, now, None)
            except Refused:
                continue  # somebody acted meanwhile
            stored += 1
        written += stored
        if stored == 0 or len(found) < BATCH:
            break
    return written


async def _known(platform: Platform, id: str) -> Grant:
    found = await platform.sharing.grants.get(id)
    if found is None:
        raise Refused("not_found", what="grant")
    return found


async def _store(
    platform: Platform, grant: Grant | None, id: str, actor: Actor, fact: ShareFact, now: datetime, key: ClientKey | None
) -> Grant:  # fmt: skip
    world, stream = platform.world, grant_stream(id)
    version = grant.version if grant is not None else 0
    after = evolve_grant(grant, Telling(stream, now, actor.login, world.city.version), fact)
    entry = write(
        fact, id=world.ids.new(), stream=stream, version=version + 1, at=now, actor=actor.login, pack=world.city.version
    )  # fmt: skip
    change = Change(
        actor=actor.login, entries=(entry,), expected={stream: version}, grants=(after,), key=key,
        reply=msgspec.json.encode(id).decode(),
    )  # fmt: skip
    try:
        await world.journal.commit(change)
    except Stale:
        raise Refused("conflict_grant") from None
    return after
