"""Entries with their proofs as lines for a file that outsiders can check without this program (tools/verify_receipt.py)."""

from collections.abc import AsyncIterator

import msgspec

from northbank.core.merkle import inclusion_spans
from northbank.core.receipt import ExportHead, ProvedEntry, in_base64, text_of
from northbank.core.refusal import Refused
from northbank.ports import Ledger

TOGETHER = 256  # entries whose proofs are made of one reading; a block of the tree

_encode = msgspec.json.Encoder().encode


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
