"""What an outsider gets in hand: receipts, exported entries and proofs, and the short text in a receipt's QR code.

No personal data can be in them: an entry holds only salted digests of a person's words (journal.py).
"""

import base64
from collections.abc import Sequence

import msgspec

from northbank.core.journal import NewEntry, canonical

RECEIPT = "northbank-receipt-1"
ENTRIES = "northbank-entries-1"
CONSISTENCY = "northbank-consistency-1"


class ProvedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with its proof. entry: its canonical text. proof: hashes in base64, lowest first (RFC 9162, 2.1.3)."""

    position: int
    entry: str
    proof: list[str]


class Receipt(ProvedEntry, frozen=True, kw_only=True):
    """That a report was taken: its case number, its entry, and the signed checkpoint the proof leads to."""

    format: str = RECEIPT
    number: str
    checkpoint: str


class ExportHead(msgspec.Struct, frozen=True, kw_only=True):
    """First line of an export: it holds the entries `first` to `last`, all proved under one checkpoint."""

    format: str = ENTRIES
    first: int
    last: int
    checkpoint: str


class ConsistencyProof(msgspec.Struct, frozen=True, kw_only=True):
    """That the journal of the new checkpoint begins with that of the old one."""

    format: str = CONSISTENCY
    old: str
    new: str
    proof: list[str]


def text_of(entry: NewEntry) -> str:
    """The canonical text of an entry: one line of JSON with its header, then its data as stored."""
    return canonical(entry).decode()


def in_base64(hashes: Sequence[bytes]) -> list[str]:
    """Hashes as they travel."""
    return [base64.b64encode(one).decode() for one in hashes]


def code_of(position: int, digest: bytes) -> str:
    """What the QR code of a receipt holds: where the entry lies and what it must hash to. 54 characters or less."""
    return f"{position}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
