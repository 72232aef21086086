"""The journal walked from its first entry to its last: does each match its digest, the tree, and every signed checkpoint?

Pure: entries, kept leaf hashes and checkpoints come in; faults with their positions come out.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from northbank.core.merkle import carry, leaf_hash, root_of


class Flaw(msgspec.Struct, frozen=True):
    """Something that does not hold, at the first position known for sure to be wrong. last: where a stretch ends."""

    position: int
    what: str
    last: int | None = None

    def __str__(self) -> str:
        place = f"position {self.position}" if self.last is None else f"positions {self.position} to {self.last}"
        return f"{place}: {self.what}"


class Walk:
    """A walk in progress. checkpoints: root by size. nodes met on the way are compared by `made`."""

    def __init__(self, checkpoints: Mapping[int, bytes]) -> None:
        self.position = 0
        self.sure = 0  # everything up to here is under a checkpoint that held
        self.checkpoints = checkpoints
        self.flaws: list[Flaw] = []
        self.broken = False
        self._peaks: list[bytes] = []

    def step(self, position: int, text: bytes, digest: bytes, kept: bytes | None) -> list[tuple[int, int, bytes]]:
        """Take the next entry: its canonical text, its digest and the leaf hash the tree kept (None: none yet).

        Returns the nodes of the tree that are full now: (height, number, hash).
        """
        if position != self.position + 1:
            last = position - 1 if position > self.position + 2 else None
            self.flaws.append(Flaw(self.position + 1, "no such entry in the journal", last))
            self.broken = True
        self.position = position
        true = sha256(text).digest()
        leaf = leaf_hash(true)
        if true != digest:
            self.flaws.append(Flaw(position, "the entry is not what its digest was made of"))
        if kept is not None and leaf != kept and (true == digest or kept != leaf_hash(digest)):
            self.flaws.append(Flaw(position, "the entry is not the one the tree was made of"))
        if self.broken:
            return []
        made = carry(self._peaks, position - 1, leaf if kept is None else kept)  # one flaw is told once
        self._meet()
        return made

    def _meet(self) -> None:
        """Compare with the checkpoint of this size; the first that fails says where the wrong stretch begins at the latest."""
        signed = self.checkpoints.get(self.position)
        if signed is None:
            return
        if signed == root_of(self._peaks):
            self.sure = self.position
        elif not any(self.sure < flaw.position <= self.position for flaw in self.flaws):
            what = "an entry is not the one under the signed checkpoint"
            self.flaws.append(Flaw(self.sure + 1, what, self.position))
            self.broken = True
        else:
            self.broken = True

    def end(self) -> list[Flaw]:
        """Everything found, after the last entry."""
        signed = max(self.checkpoints, default=0)
        if signed > self.position:
            self.flaws.append(Flaw(self.position + 1, "signed for, and not in the journal", signed))
        return self.flaws


def precise(flaws: list[Flaw]) -> list[Flaw]:
    """By position, without stretches inside which something was found more exactly."""
    kept = [
        one
        for one in flaws
        if one.last is None
        or not any(
            one.position <= other.position <= one.last
            and (other.last or other.position) - other.position < one.last - one.position
            for other in flaws
        )
    ]
    return sorted(kept, key=lambda flaw: flaw.position)
