"""A type for words: which types of the catalog a text speaks of, how sure that is, and which pieces of it spoke for them.

Pure. A model is a table of weights by hashed pieces; it holds no words (docs/decisions). How one is fitted: suggest_fit.py.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from northbank.core.journal import Fact

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

BITS = 20
LONGEST = 4000  # characters of a text that are read
SHOWN = 3  # types a person is shown
PIECES = 5  # pieces of the text that are shown for a type
HAN = range(1, 4)  # lengths of pieces of Chinese text
LATIN = range(3, 6)  # lengths of pieces of words written in letters
_GAP, _NUMBER = ord(" "), ord("0")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FOLD = np.uint64(0xBF58476D1CE4E5B9)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured on cases that the model had not seen.

    accuracy: the first type is right. top3: it is among the first three. macro_f1: mean F1 of the types there.
    coverage, precision: share of the texts at or above the threshold, and how many of those are right.
    ece: expected calibration error in ten bands of equal width (Guo and others 2017). usual: share of the commonest type.
    """

    cases: int
    accuracy: float
    top3: float
    macro_f1: float
    coverage: float
    precision: float
    ece: float
    usual: float


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model. cases: it was fitted on; digest: SHA-256 of texts and types it was fitted on (salted).

    threshold: confidence from which the first type is right in `aim` of the cases. split: how the measured cases were chosen.
    temperature: what scores are divided by. pack: version of the pack whose types these are.
    """

    version: str
    made_at: datetime
    cases: int
    types: tuple[str, ...]
    pieces: int
    temperature: float
    threshold: float
    aim: float
    split: str
    digest: str
    pack: str
    figures: Figures
    simulated: bool = False


class Trained(Fact, frozen=True, tag="trained"):
    """A model was fitted on the closed cases of this center, or on a file of labelled words."""

    about: About


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Weights by piece and type. buckets: sorted hashes of the pieces kept; rarity: their inverse document frequency."""

    about: About
    buckets: NDArray[np.int32]
    rarity: Floats
    weights: Floats
    bias: Floats


class Suggestion(msgspec.Struct, frozen=True):
    """One type. confidence: how often such a suggestion is right. pieces: of the text, the strongest first."""

    type: str
    confidence: float
    pieces: tuple[str, ...] = ()


class Advice(msgspec.Struct, frozen=True):
    """The types a text may be of, the likely first. sure: the first is at or above the threshold of the model."""

    suggestions: tuple[Suggestion, ...]
    sure: bool
    model: str
    threshold: float


class Grams(msgspec.Struct, frozen=True):
    """The pieces of a text: their hashes, and where in the text each begins and ends."""

    hashes: Ints
    begins: Ints
    ends: Ints


class _Letters(dict[int, int]):
    """A character as it is compared: compatible forms made one, small letters, every digit 0, all else a gap."""

    def __missing__(self, code: int) -> int:
        one = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(one) != 1 or not one.isalnum():
            found = _GAP
        else:
            found = _NUMBER if one.isdigit() or (one.isnumeric() and not _is_han(ord(one))) else ord(one)
        self[code] = found
        return found


_letters = _Letters()


def _is_han(code: int) -> bool:
    return 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFF


def grams(text: str) -> Grams:
    """Pieces of 1 to 3 Chinese characters, and of 3 to 5 letters with the gap before or after a word.

    Numbers count as one 0, so that no telephone number is ever a piece; gaps between Chinese characters do not count.
    """
    plain = f" {text[:LONGEST].translate(_letters)} ".encode("utf-32-le")
    codes = np.frombuffer(plain, dtype="<u4").astype(np.int64)
    han = ((codes >= 0x3400) & (codes <= 0x9FFF)) | (codes >= 0x20000)
    repeated = np.zeros(len(codes), dtype=bool)
    repeated[1:] = (codes[1:] == codes[:-1]) & ((codes[1:] == _GAP) | (codes[1:] == _NUMBER))
    kept = np.flatnonzero(~repeated)
    codes, han = codes[kept], han[kept]
    idle = np.zeros(len(codes), dtype=bool)
    idle[1:-1] = (codes[1:-1] == _GAP) & han[:-2] & han[2:]
    kept, codes, han = kept[~idle], codes[~idle], han[~idle]
    parts = [_windows(codes, kept, han, codes == _GAP, n) for n in sorted({*HAN, *LATIN})]
    return Grams(*(np.concatenate([part[n] for part in parts]) for n in range(3)))


def _windows(codes: Ints, kept: Ints, han: NDArray[np.bool_], gap: NDArray[np.bool_], n: int) -> tuple[Ints, ...]:
    """Hash, begin and end of every piece of n characters that is all Chinese, or all letters inside one word."""
    count = len(codes) - n + 1
    if count < 1:
        return (np.zeros(0, np.int64),) * 3
    value = np.full(count, n, dtype=np.uint64)
    letters = ~gap & (codes != _NUMBER)
    chinese, other, lettered = np.ones(count, dtype=bool), np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    for k in range(n):
        value = (value ^ codes[k : k + count].astype(np.uint64)) * _MIX
        value ^= value >> np.uint64(29)
        chinese &= han[k : k + count]
        other &= ~han[k : k + count]
        lettered |= letters[k : k + count]
        if 0 < k < n - 1:
            other &= ~gap[k : k + count]
    good = (chinese & (n in HAN)) | (other & lettered & (n in LATIN))
    hashes = ((value * _FOLD) >> np.uint64(64 - BITS)).astype(np.int64)
    begins = kept[:count] - 1  # the text stands between two gaps
    ends = kept[n - 1 :]
    return hashes[good], begins[good], ends[good]


def advise(model: Model, text: str, shown: int = SHOWN) -> Advice | None:
    """The likely types of a text; None where the model knows nothing in it. Costs no more the more types there are shown."""
    found = grams(text)
    places = np.searchsorted(model.buckets, found.hashes)
    places[places == len(model.buckets)] = 0
    known = np.flatnonzero(model.buckets[places] == found.hashes)
    if not len(known):
        return None
    rows, first, counts = np.unique(places[known], return_index=True, return_counts=True)
    values = (1.0 + np.log(counts)) * model.rarity[rows]
    values /= np.sqrt((values**2).sum())
    parts = values[:, None] * model.weights[rows].astype(np.float64)
    shares = softmax((parts.sum(axis=0) + model.bias) / model.about.temperature)
    likely = np.argsort(-shares, kind="stable")[:shown]
    begins, ends, middle = found.begins[known[first]], found.ends[known[first]], parts.mean(axis=1)
    suggestions = tuple(
        Suggestion(
            model.about.types[k], round(float(shares[k]), 4), _strongest(text, begins, ends, parts[:, k] - middle)
        )
        for k in likely
    )
    return Advice(
        suggestions, bool(shares[likely[0]] >= model.about.threshold), model.about.version, model.about.threshold
    )


def _strongest(text: str, begins: Ints, ends: Ints, weights: NDArray[np.float64]) -> tuple[str, ...]:
    """The pieces that weigh most for a type, none of them overlapping another."""
    chosen: list[tuple[int, int]] = []
    for n in np.argsort(-weights, kind="stable"):
        if weights[n] <= 0 or len(chosen) == PIECES:
            break
        begin, end = max(0, int(begins[n])), int(ends[n])
        if all(end <= low or begin >= high for low, high in chosen) and text[begin:end].strip():
            chosen.append((begin, end))
    return tuple(text[begin:end].strip() for begin, end in chosen)


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares that add up to 1 along the last axis."""
    found = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def named(advice: Advice | None, types: Mapping[str, object]) -> Advice | None:
    """The advice without types the pack no longer has; None where nothing is left."""
    if advice is None:
        return None
    kept = tuple(one for one in advice.suggestions if one.type in types)
    sure = advice.sure and bool(kept) and kept[0] is advice.suggestions[0]
    return msgspec.structs.replace(advice, suggestions=kept, sure=sure) if kept else None
