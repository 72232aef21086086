"""Proofs by HTTP: keys, checkpoints, inclusion, consistency and receipts for anybody; who read whose data for stewards.

What everybody may ask here is made of hashes and signatures; nothing in it says what an entry holds.
"""

import io
from typing import Annotated

import msgspec
import segno
from msgspec import Meta

from northbank.core.city import Name
from northbank.core.receipt import ConsistencyProof, Receipt
from northbank.core.refusal import Refused
from northbank.flows import see_proofs, see_readings
from northbank.flows.see_proofs import CheckpointPage, CheckpointView, InclusionView, KeysView, Place
from northbank.flows.see_readings import STEWARDS, ReadingPage
from northbank.ports import ReadingQuery
from northbank.shell.web.origin import origin, receipt_address
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.wire import NO_STORE, Reply

SVG = "image/svg+xml"


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """below: only checkpoints of fewer entries."""

    below: Place | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class InclusionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """position: of the entry. size: of the checkpoint; left out, the newest."""

    position: Place
    size: Place | None = None


class ConsistencyQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """old, new: sizes of two checkpoints; without `new` the newest."""

    old: Place
    new: Place | None = None


async def see_keys(face: Face, call: Call) -> KeysView:
    """The public keys."""
    return await see_proofs.keys(face.ledger)


async def see_checkpoint(face: Face, call: Call) -> CheckpointView:
    """The newest checkpoint."""
    return await see_proofs.latest(face.ledger)


async def list_checkpoints(face: Face, call: Call) -> CheckpointPage:
    """Checkpoints, newest first."""
    query: PageQuery = call.params
    return await see_proofs.checkpoints(face.ledger, query.below, query.limit)


async def prove_entry(face: Face, call: Call) -> InclusionView:
    """The inclusion proof of an entry."""
    query: InclusionQuery = call.params
    return await see_proofs.inclusion(face.world, face.ledger, query.position, query.size)


async def prove_growth(face: Face, call: Call) -> ConsistencyProof:
    """The consistency proof of two checkpoints."""
    query: ConsistencyQuery = call.params
    return await see_proofs.consistency(face.ledger, query.old, query.new)


async def see_receipt(face: Face, call: Call) -> Receipt:
    """The receipt of a case."""
    found, _ = await see_proofs.receipt(face.world, face.ledger, call.actor, call.path["id"])
    return found


async def see_receipt_code(face: Face, call: Call) -> Reply:
    """The QR code of a receipt: the address of the page that checks it, and what to check there."""
    found, entry = await see_proofs.receipt(face.world, face.ledger, call.actor, call.path["id"])
    base = origin(face, call.scope)
    if base is None:
        raise Refused("invalid", why="Host: the name this center is reached by is expected")
    address = receipt_address(base, found.position, entry.digest)
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=8, border=4, title=found.number)
    return Reply(200, drawn.getvalue(), SVG.encode(), NO_STORE)


async def list_readings(face: Face, call: Call) -> ReadingPage:
    """Who read whose personal data."""
    return await see_readings.readings(face.ledger, call.actor, call.params)


OPERATIONS = (
    Operation(
        name="see_keys", method="GET", path="/api/v1/audit/keys", tag="audit", reply=KeysView, run=see_keys, who="anyone",
        summary=Name(zh="检查点公钥", en="Public keys that checkpoints are signed with"),
    ),
    Operation(
        name="see_checkpoint", method="GET", path="/api/v1/audit/checkpoint", tag="audit", reply=CheckpointView,
        run=see_checkpoint, who="anyone", refusals=("not_sealed",),
        summary=Name(zh="最新检查点", en="The newest signed checkpoint"),
    ),
    Operation(
        name="list_checkpoints", method="GET", path="/api/v1/audit/checkpoints", tag="audit", params=PageQuery,
        reply=CheckpointPage, run=list_checkpoints, who="anyone",
        summary=Name(zh="检查点列表", en="Signed checkpoints, newest first"),
    ),
    Operation(
        name="prove_entry", method="GET", path="/api/v1/audit/inclusion", tag="audit", params=InclusionQuery,
        reply=InclusionView, run=prove_entry, who="anyone", refusals=("not_found", "not_sealed"),
        summary=Name(zh="包含证明", en="Proof that an entry is under a checkpoint"),
    ),
    Operation(
        name="prove_growth", method="GET", path="/api/v1/audit/consistency", tag="audit", params=ConsistencyQuery,
        reply=ConsistencyProof, run=prove_growth, who="anyone", refusals=("not_found",),
        summary=Name(zh="一致性证明", en="Proof that one checkpoint goes on from another"),
    ),
    Operation(
        name="see_receipt", method="GET", path="/api/v1/cases/{id}/receipt", tag="audit", reply=Receipt,
        run=see_receipt, refusals=("not_sealed",),
        summary=Name(zh="上报回执", en="The receipt of a report"),
    ),
    Operation(
        name="see_receipt_code", method="GET", path="/api/v1/cases/{id}/receipt/qr", tag="audit", reply=bytes, media=SVG,
        run=see_receipt_code, refusals=("not_sealed",),
        summary=Name(zh="回执二维码", en="The QR code of a receipt"),
    ),
    Operation(
        name="list_readings", method="GET", path="/api/v1/readings", tag="people", params=ReadingQuery,
        reply=ReadingPage, run=list_readings, roles=STEWARDS,
        summary=Name(zh="个人信息查阅记录", en="Who read personal data, when and why"),
    ),
)  # fmt: skip
