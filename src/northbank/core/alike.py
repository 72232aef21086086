"""How two cells of a pair may be alike: each way once, with its words and a plain Python rule (for tests).

The same as an engine's SQL is in shell/lake/pairs.py. What a level is worth is in match.py.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from northbank.core.name import Name

How = Literal["exact", "jaro_winkler", "levenshtein", "days", "off", "within", "shares", "meters", "crossed"]
EARTH = 6_371_000.0


class Way(msgspec.Struct, frozen=True):
    """One way. columns: how many fields it takes. amount: what its number means, "" where it has none. holds: of two tuples of cells."""

    name: Name
    columns: int
    amount: str
    holds: Callable[[tuple[Any, ...], tuple[Any, ...], float], bool]


def levenshtein(a: str, b: str) -> int:
    """The fewest characters to change, add or drop."""
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        row, last = [i], row
        for j, other in enumerate(b, 1):
            row.append(min(row[-1] + 1, last[j] + 1, last[j - 1] + (one != other)))
    return row[-1]


def jaro_winkler(a: str, b: str) -> float:
    """Likeness from 0 to 1 (Winkler 1990; prefix weight 0.1 over at most 4 characters, where the Jaro likeness is above 0.7)."""
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken: set[int] = set()
    mine = []
    for i, one in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if j not in taken and b[j] == one:
                taken.add(j)
                mine.append(one)
                break
    found = len(mine)
    if not found:
        return 0.0
    theirs = [b[j] for j in sorted(taken)]
    moved = sum(x != y for x, y in zip(mine, theirs, strict=True)) // 2
    jaro = (found / len(a) + found / len(b) + (found - moved) / found) / 3
    prefix = next((n for n in range(4) if a[n : n + 1] != b[n : n + 1] or not a[n : n + 1]), 4)
    return jaro + prefix * 0.1 * (1 - jaro) if jaro > 0.7 else jaro


def off(a: str, b: str) -> int:
    """In how many places two texts of one length differ; more than any, where their lengths differ."""
    return sum(x != y for x, y in zip(a, b, strict=True)) if len(a) == len(b) else max(len(a), len(b)) + 1


def shares(a: str, b: str) -> float:
    """Different characters that both have, as a share of all that either has."""
    return len(set(a) & set(b)) / (len(set(a) | set(b)) or 1)


def meters(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance of two points in degrees."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((a - b) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon - other_lon) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def _days(a: date, b: date) -> int:
    return abs((a - b).days)


def _within(a: str, b: str, least: float) -> bool:
    return min(len(a), len(b)) >= least and (a in b or b in a)


WAYS: Mapping[How, Way] = {
    "exact": Way(Name("相同", "the same"), 1, "", lambda a, b, n: bool(a == b)),
    "jaro_winkler": Way(Name("拼写相近", "spelled alike"), 1, "least likeness, 0 to 1; for Latin letters", lambda a, b, n: jaro_winkler(*a, *b) >= n),
    "levenshtein": Way(Name("相差几个字符", "characters apart"), 1, "most characters; for Latin letters and digits", lambda a, b, n: levenshtein(*a, *b) <= n),
    "days": Way(Name("相差天数", "days apart"), 1, "most days", lambda a, b, n: _days(*a, *b) <= n),
    "off": Way(Name("等长且错字不多", "of one length, few characters wrong"), 1, "most characters, of any script", lambda a, b, n: off(*a, *b) <= n),
    "within": Way(Name("一个包含另一个", "one within the other"), 1, "least characters of the shorter", lambda a, b, n: _within(a[0], b[0], n)),
    "shares": Way(Name("共有的字", "characters in common"), 1, "least share, 0 to 1, of any script", lambda a, b, n: shares(*a, *b) >= n),
    "meters": Way(Name("相距米数", "meters apart"), 2, "most meters between two points", lambda a, b, n: meters(*a, *b) <= n),
    "crossed": Way(Name("两项写反", "the two exchanged"), 2, "", lambda a, b, n: bool(a == b[::-1])),
}  # fmt: skip
