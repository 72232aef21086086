"""Words as they may be compared without being read: sketches of texts, Chinese or English, and how alike two are.

Character n-grams need no segmenter and no guess of the language. Values in, values out.
"""

import math
import re
import unicodedata
from hashlib import sha256
from itertools import pairwise
from zlib import crc32

import msgspec

MARKS = 256  # hashes kept of a text; a text of fewer n-grams is kept whole, as most are (docs/decisions/0013)
LONGEST = 2000  # characters looked at: who writes more has said by then what it is about
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+|\d+")
_LETTERS = 3  # of an alphabet in one n-gram; of a script without spaces it is 2
# What people say around an address without changing it.
_AROUND = re.compile(r"(门口|门前|附近|旁边|旁|对面|楼下|楼前|处)+$")
_ENGLISH = frozenset({"near", "opposite", "outside", "in", "front", "of", "at", "by", "the"})
_MIX = 2654435761  # odd, near 2^32 / golden ratio: spreads what a checksum leaves close together (Knuth 6.4)


class Sketch(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of the words of a report for comparing: no word can be read from it, and it is sealed all the same.

    size: how many different n-grams the text has. marks: the smallest hashes of them, rising. address, reporter: 8 bytes
    that are equal where the address, or the person's telephone or mail, is; empty where there is none.
    """

    size: int = 0
    marks: tuple[int, ...] = ()
    address: bytes = b""
    reporter: bytes = b""


def sketch(text: str | None, address: str | None = None, phone: str | None = None, email: str | None = None) -> Sketch:
    """The sketch of a report's words. The smallest hashes are a fair sample of the n-grams (bottom-k, Cohen 1997)."""
    hashes = {crc32(gram.encode()) * _MIX & 0xFFFFFFFF for gram in grams((text or "")[:LONGEST])}
    return Sketch(len(hashes), tuple(sorted(hashes)[:MARKS]), _mark(_address(address or "")), person(phone, email))


def person(phone: str | None, email: str | None) -> bytes:
    """The mark of a reporter: the last eleven digits of the telephone, else the mail address. Names alone prove nothing."""
    digits = "".join(one for one in phone or "" if one.isdigit())[-11:]
    return _mark([digits if len(digits) >= 7 else _plain(email or "").strip()])


def _address(address: str) -> list[str]:
    """The words of an address that tell it from others."""
    words = [word for word in _RUN.findall(_plain(address)) if word not in _ENGLISH]
    return [*words[:-1], _AROUND.sub("", words[-1])] if words else []


def _mark(words: list[str]) -> bytes:
    said = "".join(words)
    return sha256(said.encode()).digest()[:8] if said else b""


def _plain(text: str) -> str:
    """`text` in one spelling: full width and half width, capital and small are the same (Unicode NFKC, case folded)."""
    return unicodedata.normalize("NFKC", text).casefold()


def grams(text: str) -> set[str]:
    """The n-grams of a text: pairs of Chinese characters, threes of letters within a word, numbers whole."""
    found: set[str] = set()
    for run in _RUN.findall(_plain(text)):
        if run.isdigit():
            found.add(run)
        elif "\u3400" <= run[0] <= "\ufaff":
            found.update([run] if len(run) == 1 else map("".join, pairwise(run)))
        else:
            padded = f" {run} "
            found.update(padded[n : n + _LETTERS] for n in range(len(padded) - _LETTERS + 1))
    return found


def likeness(a: Sketch, b: Sketch) -> float | None:
    """0 (nothing in common) to 1 (the same n-grams), or None where one of them says nothing.

    The cosine of the two sets, |A and B| / sqrt(|A| |B|) (Ochiai 1957): that a long text holds a short one counts.
    Exact where both are kept whole; else |A and B| comes from the share of common hashes among the smallest of both.
    """
    if not a.size or not b.size:
        return None
    one, other = frozenset(a.marks), frozenset(b.marks)
    common = one & other
    if a.size <= MARKS and b.size <= MARKS:
        return len(common) / math.sqrt(a.size * b.size)
    sample = sorted(one | other)[:MARKS]
    share = sum(mark in common for mark in sample) / len(sample)
    return min(1.0, share * (a.size + b.size) / (1 + share) / math.sqrt(a.size * b.size))
