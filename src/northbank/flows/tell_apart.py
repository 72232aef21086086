"""Somebody says that two cases are not the same matter, or takes that back. Yes is said by the act that merges."""

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.duplicate_weights import Judged, pair_stream
from northbank.core.refusal import Refused
from northbank.flows.act import visible
from northbank.flows.entries import note
from northbank.ports import Stale, World

JUDGES = frozenset({Role.ADMIN, Role.DUTY_OFFICER, Role.TOWN_OFFICER})
TRIES = 5


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """apart: the two are not the same matter and are not proposed again; false takes it back."""

    apart: bool


class VerdictReply(msgspec.Struct, frozen=True):
    """What holds now, and since which position of the journal."""

    apart: bool
    position: int


async def tell_apart(world: World, actor: Actor, case_id: str, other_id: str, verdict: Verdict) -> VerdictReply:
    """Note it in the journal, in the stream of the pair. Said again it changes nothing."""
    if actor.role not in JUDGES:
        raise Refused("forbidden", role=actor.role.value)
    if case_id == other_id:
        raise Refused("invalid", why="a case and itself")
    for one in (case_id, other_id):
        await visible(world, actor, one)
    stream = pair_stream(case_id, other_id)
    for _ in range(TRIES):
        past = [entry async for entry in world.journal.read(stream)]
        known = isinstance(past[-1].data, Judged) and past[-1].data.apart if past else False
        if known == verdict.apart:
            return VerdictReply(known, past[-1].position if past else 0)
        try:
            done = await note(world, stream, len(past), Judged(apart=verdict.apart), actor=actor.login)
        except Stale:
            continue
        return VerdictReply(verdict.apart, done.last)
    raise Refused("conflict")
