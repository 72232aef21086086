"""What storing needs from the world: one change of the journal with the views it moves, and the answer to it. No implementation lives here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from northbank.core.card import Card
from northbank.core.case import Case, Sealed
from northbank.core.facts import AnyFact
from northbank.core.journal import Entry, NewEntry
from northbank.core.sharing import Grant


class ClientKey(msgspec.Struct, frozen=True):
    """A key chosen by the sender and the digest of the request it stands for."""

    key: str
    digest: bytes


class Secret(msgspec.Struct, frozen=True, gc=False):
    """One sealed piece in the vault."""

    id: str
    subject: str
    kind: str
    sealed: bytes


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What sealing gives: a new key for the subject (None if it has one), the secrets, and what the journal may know."""

    wrapped: bytes | None
    secrets: tuple[Secret, ...]
    refs: tuple[Sealed, ...]


class ImportProgress(msgspec.Struct, frozen=True):
    """Where the import of a file stands. file: name of the import; digest: of the file. place: records read so far."""

    file: str
    digest: bytes
    place: int
    rows: int
    rejected: int
    done: bool


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one command does, stored whole or not at all.

    expected: stream -> version it must still have. cases, grants: after-images, one per case or grant touched.
    reply: JSON text returned again when the same client key comes back.
    progress: where an import stands after it, stored with it.
    """

    actor: str
    entries: Sequence[NewEntry]
    expected: Mapping[str, int]
    cases: Sequence[Case] = ()
    subjects: Mapping[str, bytes] = {}
    secrets: Sequence[Secret] = ()
    erase: Sequence[str] = ()
    key: ClientKey | None = None
    reply: str = "null"
    progress: ImportProgress | None = None
    grants: Sequence[Grant] = ()


class Committed(msgspec.Struct, frozen=True, gc=False):
    """first, last: the positions given. reply: the first answer, when this was a repeat of an earlier command.

    cards: those of the cases of the change, in their order, without their positions; none for a repeat.
    """

    first: int
    last: int
    reply: str | None = None
    cards: Sequence[Card] = ()


class Stale(Exception):
    """Somebody else wrote one of the streams first: read again and decide again."""


class Journal(Protocol):
    """Append and read."""

    async def commit(self, change: Change) -> Committed:
        """Store a change durably. Raises Stale, or Refused("key_reused")."""

    async def answer(self, actor: str, key: ClientKey) -> Committed | None:
        """What a client key was answered before, or None. Raises Refused("key_reused")."""

    def read(self, stream: str) -> AsyncIterator[Entry[AnyFact]]:
        """The entries of one stream in order."""

    async def version(self, stream: str) -> int:
        """The version a stream stands at; 0 when nothing was told in it."""

    async def progress(self, file: str, digest: bytes) -> ImportProgress | None:
        """Where the import of a file stands; None when it was never begun."""

    async def position(self) -> int:
        """The last position; 0 when empty."""
