"""One hash over all cases at a position: two stores that hold the same cases give the same hash.

SHA-256 over the cases in order of their ids; each contributes the SHA-256 of its position and its JSON with sorted keys,
values that are at their defaults left out. It is made of the fold, so a new program may fold to another hash.
"""

from hashlib import sha256

import msgspec

from northbank.core.case import Case

_encode = msgspec.json.Encoder(order="sorted").encode


class StateHash:
    """Takes cases in order of their ids, one by one."""

    def __init__(self) -> None:
        self._hash = sha256(b"northbank state 1\n")
        self._last = ""
        self.cases = 0

    def take(self, case: Case, position: int) -> None:
        """One more case with the position of its last entry."""
        if case.id <= self._last:
            raise ValueError(f"{case.id} comes after {self._last}")
        self._last = case.id
        self.cases += 1
        self._hash.update(sha256(b"%d\n" % position + _encode(case)).digest())

    def hex(self) -> str:
        """The hash of all that was taken."""
        return self._hash.hexdigest()
