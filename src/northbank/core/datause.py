"""The record of who used data under a grant: when, what for, how much came out. Never the cells, nor the question in clear.

Written by shell/store/grants.py before an answer goes out; the journal fixes the records as it does readings of the vault.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from northbank.core.journal import Fact

USES = "uses:center"  # the stream of the facts below
UseKind = Literal["query", "rows", "answer"]
_encode = msgspec.json.Encoder(order="deterministic").encode


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One question under one grant. asked: keyed digest of it. rows: in the answer. outcome: `ok`, or the code of the refusal."""

    at: datetime
    actor: str
    unit: str
    grant: str
    dataset: str
    what: UseKind
    purpose: str
    case: str = ""
    asked: bytes
    rows: int = 0
    outcome: str = "ok"

    @property
    def digest(self) -> bytes:
        """SHA-256 over the canonical JSON of the record."""
        return sha256(_encode(msgspec.structs.astuple(self))).digest()


class UsesSealed(Fact, frozen=True, kw_only=True, tag="uses_sealed"):
    """Records `first` to `last` are fixed: the root of the Merkle tree over their digests, in hex; how many of each data set."""

    first: int
    last: int
    count: int
    root: str
    datasets: dict[str, int] = {}
