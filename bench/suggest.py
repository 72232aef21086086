"""Suggestions and hot issues: how good on messages that were labelled by people, how often a false alarm, and how fast.

Peers in the same run: always the commonest type, and naive Bayes on the same pieces. The ceiling of speed is cutting the
text into pieces without asking the model anything; that of a scan is dealing out the times without counting anything.
Times are those of the processor.
"""

import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from math import log
from typing import Any

import messages
import msgspec
import numpy as np
from bodies import the_city
from msgspec.structs import replace
from result import Result, machine, tidy

from northbank.core.city import HotRules
from northbank.core.hotspots import Ground, Spotted, ground, scan
from northbank.core.suggest import Model, advise, grams
from northbank.core.suggest_fit import Counted, Example, calibration_error, choose, count, fit

AT = datetime(2026, 1, 1, tzinfo=UTC)
HELD_OUT = 0.2


class Size(msgspec.Struct, frozen=True):
    """How much is measured. messages: None for all there are. quiet: districts scanned for false alarms."""

    messages: int | None = None
    cases: int = 10_000
    quiet: int = 400
    quiet_cases: int = 300
    questions: int = 500
    rounds: int = 3
    shuffles: int = 999
    pack: str = "jiangbei"


TINY = Size(messages=400, cases=200, quiet=5, quiet_cases=60, questions=20, rounds=1, shuffles=99, pack="_template")


async def measure(size: Size) -> Result:
    """Quality on real messages where they lie beside the checkout, on invented ones elsewhere; then speed."""
    where = machine()
    real = messages.FOLDER.is_dir() and size.messages is None
    examples = choose(messages.listed() if real else messages.invented(size.messages or 4_000))
    learned, asked = _parted(examples, seed=1)
    begun = time.process_time()
    model = fit(learned, version="bench", made_at=AT, pack="bench")
    figures: dict[str, Any] = {"fit_s": tidy(time.process_time() - begun), "learned": len(learned), "asked": len(asked)}
    figures |= {name: tidy(value) for name, value in _quality(model, asked).items()}
    ceiling = {"accuracy": tidy(_bayes(learned, asked)), "commonest": tidy(_commonest(learned, asked))}
    if real:
        figures |= _full(messages.whole())
    speed, bare = _speed(model, [one.text for one in asked], size)
    scans, dealing = _scans(size)
    figures |= speed | scans
    ceiling |= bare | dealing
    ratio = {"accuracy": tidy(figures["accuracy"] / ceiling["accuracy"])}
    ratio |= {name: tidy(ceiling[name] / figures[name]) for name in ("advise_us", "scan_hot_s")}
    return Result(name="suggest", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


def _parted(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """To learn from and to ask about: by chance, the messages say no time."""
    order = np.random.default_rng(seed).permutation(len(examples))
    cut = int(len(order) * (1 - HELD_OUT))
    return [examples[n] for n in order[:cut]], [examples[n] for n in order[cut:]]


def _quality(model: Model, asked: Sequence[Example]) -> dict[str, float]:
    """The figures of the answers that a desk would see; a text the model knows nothing of counts as wrong."""
    rows = [(one.type, advise(model, one.text)) for one in asked]
    first = [(truth, got.suggestions[0].type if got else "", got) for truth, got in rows]
    right = np.array([truth == kind for truth, kind, _ in first])
    confidence = np.array([got.suggestions[0].confidence if got else 0.0 for _, _, got in first])
    sure = np.array([got is not None and got.sure for _, _, got in first])
    f1 = []
    for kind in sorted({truth for truth, _, _ in first}):
        hits = sum(truth == found == kind for truth, found, _ in first)
        f1.append(
            2 * hits / (sum(truth == kind for truth, _, _ in first) + sum(found == kind for _, found, _ in first))
        )
    return {
        "accuracy": float(right.mean()),
        "top3": float(np.mean([got is not None and truth in [s.type for s in got.suggestions] for truth, got in rows])),
        "macro_f1": float(np.mean(f1)), "threshold": model.about.threshold, "coverage": float(sure.mean()),
        "precision": float(right[sure].mean()) if sure.any() else 0.0, "ece": calibration_error(confidence, right),
    }  # fmt: skip


def _full(asked: list[Example]) -> dict[str, Any]:
    """Learned from lists of words, asked about whole messages that none of the lists is of."""
    learned = messages.without(messages.listed(), asked)
    got = _quality(fit(learned, version="bench", made_at=AT, pack="bench"), asked)
    return {"full_texts": len(asked)} | {
        f"full_{n}": tidy(got[n]) for n in ("accuracy", "coverage", "precision", "ece")
    }


def _commonest(learned: Sequence[Example], asked: Sequence[Example]) -> float:
    kinds = [one.type for one in learned]
    most = max(set(kinds), key=kinds.count)
    return sum(one.type == most for one in asked) / len(asked)


def _bayes(learned: Sequence[Example], asked: Sequence[Example]) -> float:
    """Naive Bayes (multinomial, one added to every count) on the same pieces."""
    kinds = sorted({one.type for one in learned})
    table, test = count([one.text for one in learned]), count([one.text for one in asked])
    known = np.unique(table.hashes)
    label = np.array([kinds.index(one.type) for one in learned])
    sums = np.ones((len(known), len(kinds)))
    np.add.at(sums, (np.searchsorted(known, table.hashes), label[table.rows]), table.counts)
    weights = np.log(sums / sums.sum(axis=0))
    prior = np.array([log((label == k).mean()) for k in range(len(kinds))])
    scores = np.tile(prior, (len(asked), 1))
    places = np.searchsorted(known, test.hashes)
    places[places == len(known)] = 0
    fits = known[places] == test.hashes
    np.add.at(scores, test.rows[fits], weights[places[fits]] * _column(test, fits))
    return float(np.mean([kinds[k] == one.type for k, one in zip(scores.argmax(axis=1), asked, strict=True)]))


def _column(test: Counted, fits: np.ndarray) -> np.ndarray:
    return test.counts[fits][:, None]


def _speed(model: Model, texts: Sequence[str], size: Size) -> tuple[dict[str, Any], dict[str, Any]]:
    """Advice one by one on messages as long as these and on short reports, against cutting alone."""
    short = [text[:60] for text in texts[: size.questions]]
    long = list(texts[: size.questions])
    took: dict[str, list[float]] = {"advise_us": [], "advise_short_us": [], "cut": []}
    for _ in range(size.rounds):
        took["advise_us"].append(_seconds(lambda: [advise(model, text) for text in long]) / len(long))
        took["advise_short_us"].append(_seconds(lambda: [advise(model, text) for text in short]) / len(short))
        took["cut"].append(_seconds(lambda: [grams(text) for text in long]) / len(long))
    each = {name: tidy(statistics.median(values) * 1e6) for name, values in took.items()}
    cut = each.pop("cut")
    return each, {"advise_us": cut}


def _scans(size: Size) -> tuple[dict[str, Any], dict[str, Any]]:
    """A scan where nothing is hot, one where something is, and how many of many quiet districts raise an alarm at 0.05."""
    city = the_city(size.pack)
    where = ground({code: city.places.center(code) for code in city.places.shapes})
    rules = HotRules(shuffles=size.shuffles)
    quiet = _quiet(where, size.cases, rules, 1)
    middle = int(np.argmin(np.hypot(where.east - where.east.mean(), where.north - where.north.mean())))
    near = np.argsort(np.hypot(where.east - where.east[middle], where.north - where.north[middle]))[:8]
    planted = [*quiet, *(Spotted(f"p{n}", where.codes[near[n % len(near)]], n % 3, "t5") for n in range(15))]
    calm = _seconds(lambda: scan(quiet, where, rules, 2))
    begun = time.process_time()
    found = scan(planted, where, rules, 2)
    hot = time.process_time() - begun
    days = np.array([one.day for one in planted], dtype=np.int16)
    chance = np.random.default_rng(1)
    dealing = _seconds(lambda: [chance.permutation(days) for _ in range(rules.shuffles)])
    caught = max((sum(id.startswith("p") for id in one.cases) for one in found.issues), default=0)
    small = replace(rules, shuffles=99, alpha=0.05)
    alarms = sum(
        bool(scan(_quiet(where, size.quiet_cases, small, 10 + n), where, small, n).issues) for n in range(size.quiet)
    )
    figures = {
        "scan_cases": size.cases, "scan_grids": len(where.codes), "shuffles": rules.shuffles, "scan_quiet_s": tidy(calm),
        "scan_hot_s": tidy(hot), "planted_found_of_15": caught, "false_alarms_per_100": tidy(100 * alarms / size.quiet),
    }  # fmt: skip
    return figures, {"scan_hot_s": tidy(dealing), "false_alarms_per_100": 5.0}


def _quiet(where: Ground, cases: int, rules: HotRules, seed: int) -> list[Spotted]:
    """Cases of 68 types, crowded where people live, on days that have nothing to do with the place."""
    chance = np.random.default_rng(seed)
    crowd = chance.dirichlet(np.full(len(where.codes), 2.0))
    grids = chance.choice(len(where.codes), cases, p=crowd)
    drawn = zip(grids, chance.integers(0, rules.history_days, cases), chance.integers(0, 68, cases), strict=True)
    return [Spotted(str(n), where.codes[g], int(d), f"t{k}") for n, (g, d, k) in enumerate(drawn)]


def _seconds(call: Any) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun
