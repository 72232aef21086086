"""Which of several records of one entity a cell of its golden record is taken from. Pure; an engine's SQL of the same is in shell/lake/golden.py."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from northbank.core.name import Name

Survives = Literal["trusted", "recent", "longest", "frequent"]
RULES: Mapping[Survives, Name] = {
    "trusted": Name("最可信来源", "the most trusted source"),
    "recent": Name("最新", "the most recent"),
    "longest": Name("最长", "the longest"),
    "frequent": Name("出现最多", "the most frequent"),
}


class Candidate(msgspec.Struct, frozen=True):
    """A cell that is there. trust: place of its source among the inputs, from 0. when: anything that orders records by age. record: its number."""

    value: str
    trust: int
    when: tuple[float, ...]
    record: int


def survivor(rule: Survives, cells: Sequence[Candidate]) -> Candidate | None:
    """The cell that stays. Of equal ones the more trusted source, then the more recent, then the lower record counts."""
    if not cells:
        return None
    often = Counter(one.value for one in cells)

    def rank(one: Candidate) -> tuple[object, ...]:
        newest = tuple(-part for part in one.when)
        plain = (one.trust, newest, one.record)
        match rule:
            case "trusted":
                return plain
            case "recent":
                return (newest, *plain)
            case "longest":
                return (-len(one.value), *plain)
            case "frequent":
                return (-often[one.value], *plain)

    return min(cells, key=rank)
