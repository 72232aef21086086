"""Fitting a model of suggestions on closed cases, and measuring it on cases it has not seen.

Pure: texts and types in, a model out; the seed is an argument. Multinomial logistic regression over hashed pieces of text,
fitted with L-BFGS (Nocedal 1980), calibrated by one temperature (Guo and others 2017).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
import numpy as np
from numpy.typing import NDArray

from northbank.core.refusal import Refused
from northbank.core.suggest import About, Figures, Floats, Ints, Model, grams, softmax

Doubles = NDArray[np.float64]
Progress = Callable[[str, float], None]

LEAST_CASES = 200  # fewer say nothing
LEAST_OF_TYPE = 10  # a type with fewer examples is left out
LEAST_WITH = 5  # a piece must stand in as many different texts: what one person wrote is not kept
MOST_PIECES = 1 << 15
AIM = 0.95
PENALTY = 3e-6
STEPS = 60
MEMORY = 8
LEAST_SURE = 40  # cases at or above the threshold: fewer may be right by luck
BANDS = 10


class Example(msgspec.Struct, frozen=True):
    """The words of a case and the type it was closed with."""

    text: str
    type: str
    at: datetime | None = None


class Sums(msgspec.Struct, frozen=True):
    """Half a sparse table: values sorted by the place they are added to. starts: where each place that has any begins."""

    places: Ints
    starts: Ints
    others: Ints
    values: Floats
    height: int

    def times(self, dense: Doubles) -> Doubles:
        """For every place the sum of value times the row of `dense` it belongs to."""
        found = np.zeros((self.height, dense.shape[1]))
        for k, column in enumerate(np.ascontiguousarray(dense.T, dtype=np.float32)):
            found[self.places, k] = np.add.reduceat(self.values * column[self.others], self.starts)
        return found


def sums(places: Ints, others: Ints, values: Doubles, height: int) -> Sums:
    """Values by their place."""
    order = np.argsort(places, kind="stable")
    places = places[order]
    starts = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
    return Sums(places[starts], starts, others[order], values[order].astype(np.float32), height)


class Table(msgspec.Struct, frozen=True):
    """Texts as rows of a sparse table of pieces, held both ways round."""

    by_text: Sums
    by_piece: Sums


class Counted(msgspec.Struct, frozen=True):
    """Texts as hashes and how often each stands in them."""

    rows: Ints
    hashes: Ints
    counts: Ints
    height: int

    def only(self, chosen: Ints) -> "Counted":
        """The chosen texts, in that order."""
        place = np.full(self.height, -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        kept = place[self.rows] >= 0
        return Counted(place[self.rows[kept]], self.hashes[kept], self.counts[kept], len(chosen))


def count(texts: Sequence[str], progress: Progress = lambda *_: None) -> Counted:
    """The pieces of every text."""
    hashes, counts = [], []
    for n, text in enumerate(texts):
        found, times = np.unique(grams(text).hashes, return_counts=True)
        hashes.append(found)
        counts.append(times)
        if n % 500 == 0:
            progress("read", n / len(texts))
    rows = np.repeat(np.arange(len(texts)), [len(one) for one in hashes])
    return Counted(rows, np.concatenate(hashes), np.concatenate(counts), len(texts))


def choose(examples: Sequence[Example]) -> list[Example]:
    """What can be learned from: one of each text (the newest), types with enough of them. Refuses when too little is left."""
    by_text = {" ".join(one.text.split()): one for one in examples if one.text.strip()}
    counts: dict[str, int] = {}
    for one in by_text.values():
        counts[one.type] = counts.get(one.type, 0) + 1
    found = [one for one in by_text.values() if counts[one.type] >= LEAST_OF_TYPE]
    if len(found) < LEAST_CASES or len({one.type for one in found}) < 2:
        raise Refused("too_few_examples", found=len(found), needed=LEAST_CASES, each=LEAST_OF_TYPE)
    return found


def split(examples: Sequence[Example], seed: int) -> tuple[Ints, Ints, Ints, str]:
    """Places to fit, to calibrate and to measure (70, 10, 20 %), and how: the newest are measured where all have a time."""
    total = len(examples)
    if all(one.at is not None for one in examples) and len({one.at for one in examples}) > 1:
        order = np.array(sorted(range(total), key=lambda n: (examples[n].at, n)), dtype=np.int64)
        how = "time"
    else:
        order, how = np.random.default_rng(seed).permutation(total), f"seed {seed}"
    a, b = int(total * 0.7), int(total * 0.8)
    return order[:a], order[a:b], order[b:], how


def fit(
    examples: Sequence[Example], *, version: str, made_at: datetime, pack: str, seed: int = 1, salt: bytes = b"",
    simulated: bool = False, progress: Progress = lambda *_: None,
) -> Model:  # fmt: skip
    """Measure on the part held out, then fit on all. Raises Refused `too_few_examples`."""
    examples = choose(examples)
    types = tuple(sorted({one.type for one in examples}))
    truth = np.array([types.index(one.type) for one in examples])
    counted = count([one.text for one in examples], progress)
    first, middle, last, how = split(examples, seed)
    trial = _solve(counted.only(first), truth[first], len(types), lambda done: progress("try", done))
    scores = _scores(trial, counted.only(np.concatenate([middle, last])))
    calibrating, measuring = scores[: len(middle)], scores[len(middle) :]
    temperature = _temperature(calibrating, truth[middle])
    threshold = threshold_for(softmax(calibrating / temperature), truth[middle], AIM)
    figures = measure(softmax(measuring / temperature), truth[last], threshold)
    buckets, rarity, weights, bias = _solve(counted, truth, len(types), lambda done: progress("fit", done))
    about = About(
        version=version, made_at=made_at, cases=len(examples), types=types, pieces=len(buckets),
        temperature=temperature, threshold=threshold, aim=AIM, split=how, digest=_digest(examples, salt), pack=pack,
        figures=figures, simulated=simulated,
    )  # fmt: skip
    return Model(about=about, buckets=buckets, rarity=rarity, weights=weights, bias=bias)


_Solved = tuple[NDArray[np.int32], Floats, Floats, Floats]


def _solve(counted: Counted, truth: Ints, classes: int, progress: Callable[[float], None]) -> _Solved:
    """Weights that make the types of these texts likely."""
    buckets, seen = np.unique(counted.hashes, return_counts=True)
    often = np.flatnonzero(seen >= min(LEAST_WITH, counted.height))
    often = np.sort(often[np.argsort(-seen[often], kind="stable")[:MOST_PIECES]])
    buckets, seen = buckets[often], seen[often]
    rarity = (np.log((1 + counted.height) / (1 + seen)) + 1).astype(np.float32)
    table = _table(counted, buckets, rarity)
    everyone = np.arange(counted.height)
    wanted = np.zeros((counted.height, classes))
    wanted[everyone, truth] = 1.0

    def cost(flat: Doubles) -> tuple[float, Doubles]:
        weights, bias = flat[:-classes].reshape(-1, classes), flat[-classes:]
        shares = softmax(table.by_text.times(weights) + bias)
        likely = np.log(np.maximum(shares[everyone, truth], 1e-300))
        errors = (shares - wanted) / counted.height
        slope = table.by_piece.times(errors) + PENALTY * weights
        value = -likely.mean() + PENALTY / 2 * (weights**2).sum()
        return float(value), np.concatenate([slope.ravel(), errors.sum(axis=0)])

    flat = lbfgs(cost, np.zeros((len(buckets) + 1) * classes), STEPS, progress)
    weights, bias = flat[:-classes].reshape(-1, classes), flat[-classes:]
    return buckets.astype(np.int32), rarity, weights.astype(np.float32), bias.astype(np.float32)


def _table(counted: Counted, buckets: Ints, rarity: Floats) -> Table:
    """The texts as a table of the pieces kept, every row of length 1."""
    columns = np.searchsorted(buckets, counted.hashes)
    columns[columns == len(buckets)] = 0
    kept = buckets[columns] == counted.hashes
    rows, columns = counted.rows[kept], columns[kept]
    values = (1.0 + np.log(counted.counts[kept])) * rarity[columns]
    lengths = np.sqrt(np.bincount(rows, values**2, counted.height))
    values /= lengths[rows]
    return Table(sums(rows, columns, values, counted.height), sums(columns, rows, values, len(buckets)))


def _scores(solved: _Solved, counted: Counted) -> Doubles:
    buckets, rarity, weights, bias = solved
    return np.asarray(
        _table(counted, buckets.astype(np.int64), rarity).by_text.times(weights.astype(np.float64)) + bias
    )


def lbfgs(
    cost: Callable[[Doubles], tuple[float, Doubles]], start: Doubles, steps: int, progress: Callable[[float], None]
) -> Doubles:
    """A minimum of a smooth convex function: two-loop recursion, steps halved until the cost falls (Armijo)."""
    at, (value, slope) = start, cost(start)
    past: list[tuple[Doubles, Doubles, float]] = []
    for step in range(steps):
        way = _direction(slope, past)
        fall = float(way @ slope)
        length = 1.0 if past else min(1.0, 1.0 / max(float(np.abs(slope).sum()), 1e-12))
        length = length if past else max(length, 1.0)
        while True:
            there = at + length * way
            new, new_slope = cost(there)
            if new <= value + 1e-4 * length * fall or length < 1e-8:
                break
            length /= 2
        moved, turned = there - at, new_slope - slope
        bend = float(moved @ turned)
        if bend > 1e-12:
            past = [*past[-(MEMORY - 1) :], (moved, turned, 1.0 / bend)]
        done = abs(value - new) <= 1e-6 * max(1.0, abs(value))
        at, value, slope = there, new, new_slope
        progress((step + 1) / steps)
        if done:
            break
    return at


def _direction(slope: Doubles, past: list[tuple[Doubles, Doubles, float]]) -> Doubles:
    way, parts = -slope, []
    for moved, turned, scale in reversed(past):
        part = scale * float(moved @ way)
        way = way - part * turned
        parts.append(part)
    if past:
        moved, turned, _ = past[-1]
        way = way * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned, scale), part in zip(past, reversed(parts), strict=True):
        way = way + (part - scale * float(turned @ way)) * moved
    return way


def _temperature(scores: Doubles, truth: Ints) -> float:
    """What the scores must be divided by to make the truth likeliest: golden section on its logarithm.

    The truth is taken as likely only as so many cases can show (Platt 1999): a model without a mistake is not infallible.
    """
    total, classes = scores.shape
    wanted = np.full(scores.shape, 1 / (total + 2) / (classes - 1))
    wanted[np.arange(total), truth] = (total + 1) / (total + 2)

    def cost(logarithm: float) -> float:
        shares = softmax(scores / np.exp(logarithm))
        return float(-(wanted * np.log(np.maximum(shares, 1e-300))).sum())

    low, high, ratio = -3.0, 3.0, (5**0.5 - 1) / 2
    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return float(np.exp((low + high) / 2))


def threshold_for(shares: Doubles, truth: Ints, aim: float, least: int = LEAST_SURE) -> float:
    """The lowest confidence from which on the first type is right in `aim` of at least so many cases; above 1 if none."""
    sure = shares.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    right = np.cumsum((shares.argmax(axis=1) == truth)[order]) / np.arange(1, len(order) + 1)
    ends = np.append(sure[order][1:] < sure[order][:-1], True)  # equal confidences stand or fall together
    good = np.flatnonzero((right >= aim) & ends & (np.arange(1, len(order) + 1) >= least))
    return float(sure[order[good[-1]]]) if len(good) else 1.01


def measure(shares: Doubles, truth: Ints, threshold: float) -> Figures:
    """The figures of these answers."""
    order = np.argsort(-shares, axis=1, kind="stable")
    right, sure = order[:, 0] == truth, shares.max(axis=1)
    chosen = sure >= threshold
    return Figures(
        cases=len(truth), accuracy=float(right.mean()), top3=float((order[:, :3] == truth[:, None]).any(axis=1).mean()),
        macro_f1=_macro_f1(order[:, 0], truth), coverage=float(chosen.mean()),
        precision=float(right[chosen].mean()) if chosen.any() else 0.0, ece=calibration_error(sure, right),
        usual=float(np.bincount(truth).max() / len(truth)),
    )  # fmt: skip


def _macro_f1(found: Ints, truth: Ints) -> float:
    each = []
    for k in np.unique(truth):
        hits = int(((found == k) & (truth == k)).sum())
        each.append(2 * hits / (int((found == k).sum()) + int((truth == k).sum())))
    return float(np.mean(each))


def calibration_error(sure: Doubles, right: NDArray[np.bool_]) -> float:
    """How far confidence and share of right answers lie apart, over bands of confidence, weighted by their size."""
    band = np.minimum((sure * BANDS).astype(np.int64), BANDS - 1)
    return float(sum(abs(float((sure[band == b] - right[band == b]).sum())) for b in range(BANDS)) / len(sure))


def _digest(examples: Sequence[Example], salt: bytes) -> str:
    """Which cases it was: with a salt, so that nobody can try out texts."""
    total = sha256(salt)
    for one in sorted(f"{one.type}\0{one.text}" for one in examples):
        total.update(sha256(one.encode()).digest())
    return total.hexdigest()
