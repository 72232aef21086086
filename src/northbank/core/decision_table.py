"""Ordered decision tables over finite dimensions: what each row decides, what earlier rows took, what nobody decides.

Exact, by subtracting boxes; it knows nothing of cities. A box holds one set per dimension, a set is the bits of an int.
The questions are those of the literature on DMN: gaps, overlaps and masked rules of single-hit tables (Calvanese, Dumas,
Laurson, Maggi, Montali, Teinemaa: Semantics and analysis of DMN decision tables, BPM 2016).
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

Box = tuple[int, ...]
Boxes = tuple[Box, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What becomes of a table. decides: what is left of each row after the rows before it; rest: what no row takes."""

    decides: tuple[Boxes, ...]
    rest: Boxes


def meet(a: Box, b: Box) -> Box | None:
    """The points that are in both boxes; None where there are none."""
    found = tuple(x & y for x, y in zip(a, b, strict=True))
    return found if all(found) else None


def meet_all(some: Boxes, others: Boxes) -> Boxes:
    """The points of `some` that are in `others` too."""
    return tuple(found for a in some for b in others if (found := meet(a, b)) is not None)


def without(box: Box, other: Box) -> Iterator[Box]:
    """`box` without the points of `other`, as boxes that share no point: at most one for each dimension."""
    if meet(box, other) is None:
        yield box
        return
    left = list(box)
    for n, (mine, theirs) in enumerate(zip(box, other, strict=True)):
        if mine & ~theirs:
            yield (*left[:n], mine & ~theirs, *box[n + 1 :])
        left[n] = mine & theirs


def without_all(boxes: Iterable[Box], others: Iterable[Box]) -> Boxes:
    """`boxes` without the points of `others`."""
    left = tuple(box for box in boxes if all(box))
    for other in others:
        left = tuple(piece for box in left for piece in without(box, other))
        if not left:
            break
    return left


def inside(some: Boxes, others: Boxes) -> bool:
    """Whether every point of `some` is in `others`."""
    return not without_all(some, others)


def decide(everything: Box, rows: Sequence[Boxes]) -> Outcome:
    """What each row of an ordered table decides: the first row that holds a point takes it."""
    decides: list[Boxes] = []
    rest: Boxes = (everything,)
    for row in rows:
        taken = meet_all(rest, row)
        decides.append(apart(taken))
        rest = without_all(rest, row)
    return Outcome(tuple(decides), rest)


def apart(boxes: Boxes) -> Boxes:
    """The same points in boxes that share none."""
    found: Boxes = ()
    for box in boxes:
        found += without_all((box,), found)
    return found


def smallest(boxes: Boxes) -> tuple[int, ...] | None:
    """The first point in dictionary order (each coordinate the number of its bit); None where there is none."""
    points = [tuple((part & -part).bit_length() - 1 for part in box) for box in boxes if all(box)]
    return min(points, default=None)


def bits(flags: Iterable[bool]) -> int:
    """The set of the positions at which `flags` is true."""
    return sum(1 << n for n, flag in enumerate(flags) if flag)
