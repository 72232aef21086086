"""Words in common: the pieces of a text as terms, and which of them are said more in some texts than elsewhere.

Pure. Between scans a term is kept as a hash only; its letters are shown to those who may read the texts themselves.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from math import log

import msgspec

LENGTHS = (2, 3, 4)  # Chinese characters of a term
LONGEST = 1000  # characters of a text that are looked at
SHOWN = 6
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_LATIN = re.compile(r"[a-z]{4,20}")


class Term(msgspec.Struct, frozen=True):
    """A term said in `inside` of the texts; `elsewhere`: share of the other texts that say it."""

    text: str
    inside: int
    elsewhere: float


def terms(text: str) -> frozenset[str]:
    """Runs of 2 to 4 Chinese characters, and words of 4 letters and more. Numbers and names of letters and digits are none."""
    found: set[str] = set()
    low = text[:LONGEST].lower()
    for run in _HAN.findall(low):
        for n in LENGTHS:
            found.update(run[k : k + n] for k in range(len(run) - n + 1))
    found.update(_LATIN.findall(low))
    return frozenset(found)


def hashed(text: str, key: bytes) -> frozenset[int]:
    """The terms of a text as keyed hashes; without the key nobody can try out words."""
    return frozenset(hash_of(term, key) for term in terms(text))


def hash_of(term: str, key: bytes) -> int:
    """One term as a keyed hash of 63 bits."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8, key=key).digest(), "big") >> 1


def over_represented(texts: Sequence[str], share: Callable[[str], float], least: int = 2) -> list[Term]:
    """Terms said in at least `least` of the texts and more often than elsewhere, by log likelihood ratio (Dunning 1993).

    share: in how many of the other texts, 0 to 1, a term stands. Of terms that overlap one is kept.
    """
    counts = Counter(term for text in texts for term in terms(text))
    total = len(texts)
    found: list[tuple[float, Term]] = []
    for term, inside in counts.items():
        elsewhere = share(term)
        if inside >= least and inside / total > elsewhere:
            found.append((_weight(inside, total, elsewhere) * len(term), Term(term, inside, round(elsewhere, 4))))
    found.sort(key=lambda one: (-one[0], one[1].text))
    kept: list[Term] = []
    for _, one in found:
        if len(kept) < SHOWN and not any(_pairs(one.text) & _pairs(other.text) for other in kept):
            kept.append(one)
    return kept


def _pairs(term: str) -> set[str]:
    return {term[k : k + 2] for k in range(len(term) - 1)}


def _weight(inside: int, total: int, elsewhere: float) -> float:
    expected = max(elsewhere, 0.5 / (total + 1))
    seen = inside / total
    rest = (1 - seen) * log((1 - seen) / (1 - expected)) if seen < 1 else 0.0
    return total * (seen * log(seen / expected) + rest)
