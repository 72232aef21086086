"""Proofs for anybody: that an entry is under a signed checkpoint, that one checkpoint goes on from another, a case's receipt."""

from typing import Annotated

import msgspec

from northbank.core.access import Actor
from northbank.core.journal import NewEntry
from northbank.core.merkle import consistency_spans, inclusion_spans
from northbank.core.receipt import ConsistencyProof, Receipt, in_base64, text_of
from northbank.core.refusal import Refused
from northbank.flows.act import visible
from northbank.ports import Ledger, Moment, Signed, VerifierKey, World

Place = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


class CheckpointView(msgspec.Struct, frozen=True):
    """A checkpoint: the signed note over the first `size` entries, signed `at`."""

    size: int
    at: Moment
    note: str


class CheckpointPage(msgspec.Struct, frozen=True):
    """Checkpoints, newest first. next: the size to ask below for the next page, or None."""

    rows: list[CheckpointView]
    next: int | None


class KeysView(msgspec.Struct, frozen=True):
    """Public keys of this journal in the order in which they signed; the last one signs today. origin: whose journal."""

    origin: str
    keys: list[VerifierKey]


class InclusionView(msgspec.Struct, frozen=True):
    """The hashes that lead from the entry at `position` to the root of the checkpoint, in base64, lowest first."""

    position: int
    proof: list[str]
    checkpoint: str


async def keys(ledger: Ledger) -> KeysView:
    """The keys to check signatures by."""
    found = await ledger.keys()
    return KeysView(found[-1].verifier.partition("+")[0] if found else "", found)


async def latest(ledger: Ledger) -> CheckpointView:
    """The newest checkpoint."""
    found = await ledger.latest()
    if found is None:
        raise Refused("not_sealed", position=1)
    return _view(found)


async def checkpoints(ledger: Ledger, below: int | None, limit: int) -> CheckpointPage:
    """A page of checkpoints, newest first."""
    rows = await ledger.checkpoints(below or 2**62, limit + 1)
    more = len(rows) > limit
    return CheckpointPage([_view(one) for one in rows[:limit]], rows[limit - 1].size if more else None)


async def inclusion(world: World, ledger: Ledger, position: int, size: int | None) -> InclusionView:
    """The proof for an entry under the checkpoint of `size`, else under the newest."""
    point = await _point(world, ledger, position, size)
    return InclusionView(position, await proof_of(ledger, position, point.size), point.note)


async def consistency(ledger: Ledger, old: int, new: int | None) -> ConsistencyProof:
    """The proof that the journal of checkpoint `new` (else the newest) begins with that of checkpoint `old`."""
    first, last = await _checkpoint(ledger, old), await _checkpoint(ledger, new)
    if first.size > last.size:
        raise Refused("invalid", why="old: the older checkpoint is the smaller one")
    hashes = await ledger.hashes(consistency_spans(first.size, last.size))
    return ConsistencyProof(old=first.note, new=last.note, proof=in_base64(hashes))


async def receipt(world: World, ledger: Ledger, actor: Actor, case_id: str) -> tuple[Receipt, NewEntry]:
    """The receipt of a case the actor may see, and the entry it is about."""
    case = await visible(world, actor, case_id)
    position = await ledger.first_of(f"case:{case.id}")
    if position is None:
        raise Refused("not_found", what="case")
    point = await _point(world, ledger, position, None)
    [(_, entry)] = await ledger.entries(position, 1)
    proof = await proof_of(ledger, position, point.size)
    return (
        Receipt(position=position, entry=text_of(entry), proof=proof, number=case.number, checkpoint=point.note),
        entry,
    )


async def proof_of(ledger: Ledger, position: int, size: int) -> list[str]:
    """The inclusion proof of a position, in base64."""
    return in_base64(await ledger.hashes(inclusion_spans(position - 1, size)))


async def _point(world: World, ledger: Ledger, position: int, size: int | None) -> Signed:
    """The checkpoint of `size` (else the newest), where it covers the position."""
    point = await _checkpoint(ledger, size) if size is not None else await ledger.latest()
    if point is not None and position <= point.size:
        return point
    if position > await world.journal.position():
        raise Refused("not_found", what="entry")
    raise Refused("not_sealed", position=position)


async def _checkpoint(ledger: Ledger, size: int | None) -> Signed:
    found = await ledger.latest() if size is None else await ledger.covering(size)
    if found is None or size not in (None, found.size):
        raise Refused("not_found", what="checkpoint")
    return found


def _view(one: Signed) -> CheckpointView:
    return CheckpointView(one.size, one.at, one.note)
