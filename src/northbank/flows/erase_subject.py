"""Erase a person: the key and every sealed piece go, the journal says so, and the case lives on without them."""

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.facts import Erased
from northbank.core.refusal import Refused
from northbank.flows.entries import note
from northbank.flows.report import Code
from northbank.ports import Stale, World


class EraseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a subject is erased: a code such as `request` or `retention`."""

    reason: Code


class EraseReply(msgspec.Struct, frozen=True):
    """The journal position of the erasure."""

    subject: str
    position: int


async def erase(world: World, actor: Actor, subject: str, body: EraseBody) -> EraseReply:
    """Destroy the subject's key and pieces in the same transaction as the entry that says so.

    Asked again it gives the first answer; a subject nobody ever had words of is not found.
    """
    if actor.role not in (Role.ADMIN, Role.DUTY_OFFICER):
        raise Refused("forbidden", role=actor.role.value)
    stream = f"subject:{subject}"
    for _ in range(3):
        past = [entry async for entry in world.journal.read(stream)]
        if not await world.vault.knows(subject):
            if not past:
                raise Refused("not_found", what="subject")
            return EraseReply(subject, past[-1].position)
        fact = Erased(reason=body.reason)
        try:
            done = await note(world, stream, len(past), fact, actor=actor.login, erase=(subject,))
        except Stale:
            continue
        return EraseReply(subject, done.last)
    raise Refused("conflict")
