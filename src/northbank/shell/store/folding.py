"""Cases from rows of the journal that come stream by stream: the fold that rebuilding, looking back and playing share."""

from collections.abc import Iterable, Iterator
from typing import Any

from northbank.core.case import Case
from northbank.core.evolve import evolve
from northbank.core.facts import read
from northbank.core.journal import Telling


class Fold:
    """Takes rows (position, stream, type, schema, at, actor, pack, data) batch by batch; a stream may go on in the next one."""

    def __init__(self) -> None:
        self._case: Case | None = None
        self._stream, self._last = "", 0

    def feed(self, rows: Iterable[Any]) -> Iterator[tuple[Case, int]]:
        """Each case that another one follows, with the position of its last entry."""
        case, before, last = self._case, self._stream, self._last
        for position, stream, type, schema, at, actor, pack, data in rows:
            if stream != before:
                if case is not None:
                    yield case, last
                case, before = None, stream
            case = evolve(case, Telling(stream, at, actor, pack), read(type, schema, data))  # type: ignore[arg-type]
            last = position
        self._case, self._stream, self._last = case, before, last

    def rest(self) -> Iterator[tuple[Case, int]]:
        """The last case, when no more rows come."""
        if self._case is not None:
            yield self._case, self._last


def fold(rows: Iterable[Any]) -> Iterator[tuple[Case, int]]:
    """The cases of rows that are all there."""
    whole = Fold()
    yield from whole.feed(rows)
    yield from whole.rest()
