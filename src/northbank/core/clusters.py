"""Records become entities: groups held together by links, taken apart where a person said that two are not one, with lasting ids.

Large groups of links are made by an engine; here are the few that a person's word concerns, and what tests hold the engine against.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

Pair = tuple[str, str]


def pair(a: str, b: str) -> Pair:
    """Two records in the order in which pairs are kept."""
    return (a, b) if a < b else (b, a)


class _Groups:
    """Which records are together."""

    def __init__(self, records: Iterable[str]) -> None:
        self._of = {one: one for one in records}

    def top(self, one: str) -> str:
        """The record that stands for a group."""
        while self._of[one] != one:
            self._of[one] = one = self._of[self._of[one]]
        return one

    def join(self, a: str, b: str) -> None:
        """Put two groups together; the smaller record stands for both."""
        first, second = sorted((self.top(a), self.top(b)))
        self._of[second] = first

    def all(self) -> dict[str, list[str]]:
        """Each group by the record that stands for it."""
        found: dict[str, list[str]] = {}
        for one in sorted(self._of):
            found.setdefault(self.top(one), []).append(one)
        return found


def cluster(records: Iterable[str], links: Iterable[tuple[str, str, float]], apart: Iterable[Pair] = ()) -> list[list[str]]:  # fmt: skip
    """Groups of linked records. links: with how strong each is; of two that join what is apart, the weaker one gives way."""
    groups = _Groups(records)
    barred = [(a, b) for a, b in apart]
    for a, b, _ in sorted(links, key=lambda one: (-one[2], one[0], one[1])):
        x, y = groups.top(a), groups.top(b)
        if x != y and not any({groups.top(p), groups.top(q)} == {x, y} for p, q in barred):
            groups.join(a, b)
    return list(groups.all().values())


def lasting_ids(groups: Sequence[Sequence[str]], before: Mapping[str, str], run: int) -> list[str]:
    """An id for each group. An old id stays with the group that has most of its records (of equal ones that with the smallest record);
    a group that keeps several bears the one most of its records had (of equal ones the first); others get a new one.

    run: number of the run.
    """
    claims = [
        (id, -count, min(group), n)
        for n, group in enumerate(groups)
        for id, count in Counter(before[one] for one in group if one in before).items()
    ]
    kept: dict[str, tuple[int, int]] = {}
    for id, count, _, n in sorted(claims):
        kept.setdefault(id, (count, n))
    best: dict[int, str] = {}
    for _, id, n in sorted((count, id, n) for id, (count, n) in kept.items()):
        best.setdefault(n, id)
    return [best.get(n) or new_id(min(group), run) for n, group in enumerate(groups)]


def new_id(anchor: str, run: int) -> str:
    """The id of an entity that is first seen in a run, in the form of a UUID, made of its smallest record."""
    return str(UUID(sha256(f"{run}:{anchor}".encode()).hexdigest()[:32]))
