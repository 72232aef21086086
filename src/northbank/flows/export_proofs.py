"""Entries with their proofs as lines for a file that outsiders can check without this program (tools/verify_receipt.py)."""

from collections.abc import AsyncIterator

import msgspec

from northbank.core.access import SYSTEM
from northbank.core.merkle import inclusion_spans
from northbank.core.receipt import ExportHead, ProvedEntry, in_base64, text_of
from northbank.core.refusal import Refused
from northbank.flows import see_cases, see_proofs
from northbank.ports import CaseQuery, Ledger, World

TOGETHER = 256  # entries whose proofs are made of one reading; a block of the tree

_encode = msgspec.json.Encoder().encode


async def receipt_line(world: World, ledger: Ledger, number: str) -> AsyncIterator[bytes]:
    """The receipt of the case with this number, as one line."""
    page = await see_cases.page(world, SYSTEM, CaseQuery(q=number, limit=500))
    found = next((row.id for row in page.rows if row.number == number), None)
    if found is None:
        raise Refused("not_found", what="case")
    receipt, _ = await see_proofs.receipt(world, ledger, SYSTEM, found)
    yield _encode(receipt) + b"\n"


async def growth_line(ledger: Ledger, since: int) -> AsyncIterator[bytes]:
    """The proof that the journal only grew since the checkpoint of that size, as one line."""
    yield _encode(await see_proofs.consistency(ledger, since, None)) + b"\n"


async def export(ledger: Ledger, first: int, last: int | None) -> AsyncIterator[bytes]:
    """Lines of JSON: a head, then each entry from `first` to `last` (else the newest checkpoint's last) with its proof."""
    point = await ledger.latest()
    if point is None or max(first, last or 1) > point.size:
        raise Refused("not_sealed", position=max(first, last or 1))
    last = last or point.size
    if first > last:
        raise Refused("invalid", why="first: it comes after the last one")
    yield _encode(ExportHead(first=first, last=last, checkpoint=point.note)) + b"\n"
    while first <= last:
        many = min(TOGETHER - (first - 1) % TOGETHER, last - first + 1)
        spans = {position: inclusion_spans(position - 1, point.size) for position in range(first, first + many)}
        wanted = list({span for some in spans.values() for span in some})
        hashes = dict(zip(wanted, await ledger.hashes(wanted), strict=True))
        for position, entry in await ledger.entries(first, many):
            proof = in_base64([hashes[span] for span in spans[position]])
            yield _encode(ProvedEntry(position=position, entry=text_of(entry), proof=proof)) + b"\n"
        first += many
