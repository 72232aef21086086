"""What sealing personal data needs from the world, and who works here. No implementation lives here."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from northbank.core.city import Name
from northbank.core.likeness import Sketch
from northbank.core.reading import Reading
from northbank.ports.journal import Envelope


class Vault(Protocol):
    """Personal data, encrypted under a key per subject."""

    async def seal(self, subject: str, pieces: Sequence[tuple[str, bytes]], *, fresh: bool) -> Envelope:
        """Encrypt (kind, plaintext) pieces; `fresh` when the subject is new and no key need be looked up."""

    async def sketches(self, subjects: Sequence[str], draw: Callable[[bytes], Sketch]) -> dict[str, Sketch]:
        """What `draw` makes of the words of each subject; those erased are missing.

        The words do not leave the vault, and nobody can read them in a sketch: no reading is recorded.
        """

    async def knows(self, subject: str) -> bool:
        """Whether there are words under this subject that can still be read."""

    async def open(self, subject: str, ids: Sequence[str], reading: Reading) -> dict[str, bytes]:
        """Plaintexts by secret id; those erased are missing. Nothing is opened without the record of who reads it, and why."""

    async def note(self, subjects: Sequence[str], reading: Reading) -> None:
        """Record that records of the lake are read, one for each; durable when this returns. subjects: their keyed digests."""


class People(Protocol):
    """Who stands behind a login."""

    async def names(self, logins: Iterable[str]) -> dict[str, Name]:
        """The names of those logins that have an account, closed ones too."""
