"""Reading somebody's personal data: who, when, of whom, what and why. Each opening of the vault, and of personal cells of the
lake, writes one such record.

Which purposes there are is the pack's (reasons.csv, act `read`); that nobody reads without a record is the vault's.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from northbank.core.city import City
from northbank.core.journal import Fact
from northbank.core.refusal import Refused

PURPOSES = "read"  # the family of reasons.csv
READINGS = "readings:center"  # the stream of the facts below
HANDLING = "read.handling"  # the purpose where nobody names one: work on the case itself
Kind = Literal["words", "photo", "records"]

_encode = msgspec.json.Encoder(order="deterministic").encode


class Reading(msgspec.Struct, frozen=True):
    """One opening of the vault, or of records of the lake (kind `records`) whose personal cells were shown.

    case: id of the case it was opened from. purpose: a code such as `read.handling`.
    """

    at: datetime
    actor: str
    purpose: str
    kind: Kind
    case: str | None = None


class ReadingsSealed(Fact, frozen=True, tag="readings_sealed"):
    """Records of readings `first` to `last` are fixed: the root of the Merkle tree over their digests, in hex.

    Nobody can change, drop or add one of them afterwards without the journal saying so.
    """

    first: int
    last: int
    count: int
    root: str


def reading_digest(reading: Reading, subject: str, pieces: list[str]) -> bytes:
    """SHA-256 over the canonical JSON of a record: its fields, the subject, and the ids of the pieces opened."""
    return sha256(_encode((*msgspec.structs.astuple(reading), subject, pieces))).digest()


def purpose_of(city: City, given: str | None) -> str:
    """The purpose as it is recorded; `unknown_purpose` where the pack has no such code."""
    known = [code for code in city.reasons if code.partition(".")[0] == PURPOSES] or [HANDLING]
    if given is None:
        return HANDLING if HANDLING in known else known[0]
    code = f"{PURPOSES}.{given}"
    if code not in known:
        raise Refused("unknown_purpose", purpose=given, allowed=", ".join(one.partition(".")[2] for one in known))
    return code
