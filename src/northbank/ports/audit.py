"""What proofs need from the world: the ledger beside the journal, its keys, and the record of readings. No implementation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

import msgspec

from northbank.core.city import Name
from northbank.core.journal import NewEntry
from northbank.core.merkle import Span
from northbank.core.reading import ReadingsSealed

UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint as it was published: the signed note over the first `size` entries."""

    size: int
    at: datetime
    note: str


class VerifierKey(msgspec.Struct, frozen=True):
    """A public key of the journal (`name+id+key`), in use since the journal had `since` entries."""

    verifier: str
    since: int
    at: datetime


class ReadingQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the record of readings; a field that is None is not asked. after: the last id of the page before.

    actor: login of the reader. subject: the person read about. since, until: from a moment on, and before one.
    """

    subject: Annotated[str, msgspec.Meta(pattern=UUID)] | None = None
    case: Annotated[str, msgspec.Meta(pattern=UUID)] | None = None
    actor: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    after: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None


class ReadingRow(msgspec.Struct, frozen=True):
    """One opening of the vault. pieces: how many were opened together. number: of the case. name: of the reader, if known."""

    id: int
    at: datetime
    actor: str
    purpose: str
    kind: str
    case: str | None
    subject: str
    pieces: int
    number: str | None = None
    name: Name | None = None


class Ledger(Protocol):
    """The Merkle tree of the journal with its signed checkpoints, and the record of readings."""

    async def size(self) -> int:
        """How many entries the tree holds."""

    async def grow(self) -> int:
        """Take in every entry the journal has; the size afterwards."""

    async def hashes(self, spans: Sequence[Span]) -> list[bytes]:
        """The hashes of subtrees, all of one moment."""

    async def root(self, size: int) -> bytes:
        """The root of the tree over the first `size` entries."""

    async def keys(self) -> list[VerifierKey]:
        """Public keys in the order in which they signed."""

    async def latest(self) -> Signed | None:
        """The newest checkpoint."""

    async def covering(self, position: int) -> Signed | None:
        """The first checkpoint over a position."""

    async def checkpoints(self, below: int, limit: int) -> list[Signed]:
        """Checkpoints below a size, newest first."""

    async def keep(self, signed: Signed) -> None:
        """Publish a checkpoint; of two over the same size the first stays."""

    async def entries(self, first: int, limit: int) -> list[tuple[int, NewEntry]]:
        """Entries as they were stored, by position, from one on."""

    async def first_of(self, stream: str) -> int | None:
        """Position of the first entry of a stream."""

    async def unsealed(self) -> tuple[int, ReadingsSealed] | None:
        """What the journal has to say of records of readings that it does not fix yet, and the version of that stream."""

    async def readings(self, query: ReadingQuery) -> list[ReadingRow]:
        """Records of readings, newest first."""


class Signer(Protocol):
    """The key of this center; it signs, and never shows itself."""

    @property
    def name(self) -> str:
        """The origin of the journal."""

    def sign(self, text: str) -> str:
        """The signed note of a text."""
