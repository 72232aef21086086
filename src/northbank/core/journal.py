"""The envelope of a journal entry and its digest.

What entries say (facts) lives in the file of their subject; facts.py lists them all. Nothing here reads or writes.
"""

from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Generic, TypeVar

import msgspec

F = TypeVar("F")

_encode = msgspec.json.Encoder(order="deterministic").encode


class Fact(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="fact",
):
    """Something that was decided or became known. Never changed, never deleted.

    happened_at: when it happened in the world, where that differs from when it was recorded
    (a phone that was without signal, a file of old records).
    """

    happened_at: datetime | None = None


class NewEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry before the journal gave it a position."""

    id: str
    stream: str
    version: int
    type: str
    schema: int
    at: datetime
    actor: str
    cause: str | None
    pack: str
    rule: str | None
    data: str
    digest: bytes


class Entry(msgspec.Struct, Generic[F], frozen=True):
    """An entry as read back: `data` is the decoded fact, `position` its contiguous place from 1."""

    position: int
    id: str
    stream: str
    version: int
    type: str
    at: datetime
    actor: str
    cause: str | None
    pack: str
    rule: str | None
    data: F


class Telling(msgspec.Struct, frozen=True, gc=False):
    """What the fold of a stream needs of an entry beside the fact, for entries that are not written yet."""

    stream: str
    at: datetime
    actor: str
    pack: str


def kind_of(fact: Fact) -> str:
    """The fact's own word: "reported", "closed", ..."""
    return _kind(type(fact))


@cache
def _kind(shape: type[Fact]) -> str:
    return str(shape.__struct_config__.tag)


def digest(entry: NewEntry) -> bytes:
    """SHA-256 over the canonical text of everything but the position (which the Merkle leaf index gives)."""
    return sha256(canonical(entry)).digest()


def canonical(entry: NewEntry) -> bytes:
    """What is hashed: the header as one line of canonical JSON, then the data text as it is stored.

    No later re-encoding of the data can change the digest; the header holds no line end.
    """
    header = (
        entry.id,
        entry.stream,
        entry.version,
        entry.type,
        entry.schema,
        entry.at,
        entry.actor,
        entry.cause,
        entry.pack,
        entry.rule,
    )
    return _canonical(header, entry.data.encode())


def _canonical(header: tuple[object, ...], data: bytes) -> bytes:
    return _encode(header) + b"\n" + data


def write(
    fact: Fact,
    *,
    id: str,
    stream: str,
    version: int,
    at: datetime,
    actor: str,
    pack: str,
    cause: str | None = None,
    rule: str | None = None,
) -> NewEntry:
    """Put a fact into its envelope. The entry type is `<stream family>.<fact>`, e.g. `case.reported`."""
    family = stream.partition(":")[0]
    header = (id, stream, version, f"{family}.{kind_of(fact)}", 1, at, actor, cause, pack, rule)
    data = _encode(fact)
    return NewEntry(*header, data.decode(), sha256(_canonical(header, data)).digest())
