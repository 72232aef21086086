"""Whether two records tell of one person, legal person or place: the model as a value, what a pair weighs, and why.

Fellegi and Sunter's model: levels of likeness with their chances m (of the same) and u (of others). Pairs are made and counted by
an engine in shell/lake; the Python here decides, explains, and is what tests hold the engine against.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Literal

import msgspec

from northbank.core.alike import WAYS, How
from northbank.core.name import Name
from northbank.core.schedule import Schedule

Entity = Literal["person", "legal_person", "place"]
FieldKind = Literal["text", "date", "number"]
Outcome = Literal["match", "review", "apart"]
MISSING = -1  # the level of a comparison whose cells are not all there


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level of likeness. m, u: the chance of it where the two are one, and where they are not. how None: none of the others.

    frequency: rare values weigh more, by how often they stand in the data.
    """

    how: How | None
    amount: float = 0.0
    m: float
    u: float
    frequency: bool = False

    @property
    def weight(self) -> float:
        """What it speaks for (or against) the two being one, in bits."""
        return math.log2(self.m / self.u)


class Comparison(msgspec.Struct, frozen=True):
    """One thing that is compared. levels: the likest first, the last one says `none of these`."""

    code: str
    name: Name
    columns: tuple[str, ...]
    levels: tuple[Level, ...]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A common column. of: which column of each data set it is made of. clean: steps of cleaning.py. personal: says something of a person."""

    code: str
    name: Name
    kind: FieldKind = "text"
    of: Mapping[str, str]
    clean: tuple[str, ...] = ()
    personal: bool = False


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """How parameters are learned. sure: fields that only one and the same share; recall: of how many pairs that finds.

    blocks: pairs that are looked at, each leaving its own fields out. pairs: at most so many for chances of others.
    """

    sure: tuple[tuple[str, ...], ...]
    recall: float
    blocks: tuple[tuple[str, ...], ...]
    pairs: int = 1_000_000
    seed: int = 1


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """How records of some data sets are linked. version: digest of its file. inputs: data sets, the most trusted first.

    blocks: fields that must be the same for a pair to be looked at at all; any of them does. prior: chance that two records taken
    at random are one. match, review: probabilities from which on. stated: the day the parameters are of. schedule: when it runs by
    itself; or pause: after new batches, with at least so many minutes between two runs; 0 and None: by hand alone.
    """

    code: str
    name: Name
    version: str
    entity: Entity
    inputs: tuple[str, ...]
    fields: tuple[Field, ...]
    blocks: tuple[tuple[str, ...], ...]
    comparisons: tuple[Comparison, ...]
    prior: float
    match: float
    review: float
    stated: date
    two_person: bool = False
    training: Training | None = None
    schedule: Schedule | None = None
    pause: int = 0
    note: Name = Name()
    synthetic: bool = False

    @property
    def shape(self) -> str:
        """What its parameters belong to: a digest of what is compared and how, without the parameters."""
        what = [
            (one.code, one.columns, [(level.how, level.amount) for level in one.levels]) for one in self.comparisons
        ]
        cleaned = [(one.code, one.clean, sorted(one.of.items())) for one in self.fields]
        return sha256(msgspec.json.encode((what, cleaned), order="deterministic")).hexdigest()[:16]

    def field(self, code: str) -> Field | None:
        """The field of a code."""
        return next((one for one in self.fields if one.code == code), None)


class Parameters(msgspec.Struct, frozen=True):
    """What training learned. levels: for each comparison the m and u of its levels, in their order."""

    prior: float
    levels: Mapping[str, tuple[tuple[float, float], ...]]


def with_parameters(model: Model, learned: Parameters) -> Model:
    """The model with other parameters. Raises KeyError where they are of another shape."""
    comparisons = tuple(
        msgspec.structs.replace(
            one,
            levels=tuple(
                msgspec.structs.replace(level, m=m, u=u)
                for level, (m, u) in zip(one.levels, learned.levels[one.code], strict=True)
            ),
        )
        for one in model.comparisons
    )
    return msgspec.structs.replace(model, comparisons=comparisons, prior=learned.prior)


def level_of(comparison: Comparison, left: Sequence[Any], right: Sequence[Any]) -> int:
    """Which level holds of the cells of two records, from 0; MISSING where a cell is not there."""
    if any(cell is None for cell in (*left, *right)):
        return MISSING
    for n, level in enumerate(comparison.levels):
        if level.how is None or WAYS[level.how].holds(tuple(left), tuple(right), level.amount):
            return n
    return MISSING


def weight_of(comparison: Comparison, level: int) -> float:
    """What a level weighs, in bits; nothing where a cell is missing."""
    return 0.0 if level == MISSING else comparison.levels[level].weight


def prior_weight(model: Model) -> float:
    """What speaks for two records at random, in bits; well below zero."""
    return math.log2(model.prior / (1 - model.prior))


def probability(bits: float) -> float:
    """The chance that log-odds of so many bits mean."""
    if bits > 1000:
        return 1.0
    odds = math.exp2(max(bits, -1000.0))
    return odds / (1 + odds)


def bits_of(chance: float) -> float:
    """The log-odds of a chance, in bits."""
    return math.log2(chance / (1 - chance)) if 0 < chance < 1 else math.copysign(1000.0, chance - 0.5)


def decide(model: Model, chance: float) -> Outcome:
    """What becomes of a pair by its probability."""
    if chance >= model.match:
        return "match"
    return "review" if chance >= model.review else "apart"


class Bar(msgspec.Struct, frozen=True):
    """What one comparison adds. level: its number, -1 where a cell is missing. weight: in bits. frequency: of it, for rare values.

    m, u: chances of the level; 0 where a cell is missing. how, amount: what held; how "" for none of the others.
    """

    code: str
    name: Name
    level: int
    how: str
    words: Name
    amount: float
    m: float
    u: float
    weight: float
    frequency: float = 0.0


class Waterfall(msgspec.Struct, frozen=True):
    """Why a pair has its probability: `prior` and the bars add up to `weight`, all in bits."""

    prior: float
    bars: tuple[Bar, ...]
    weight: float
    probability: float


NONE = Name("都不是", "none of these")
LACKING = Name("缺少数据", "a cell is missing")


def explain(model: Model, levels: Sequence[int], weights: Sequence[float] | None = None) -> Waterfall:
    """The bars of a pair by the level of each comparison; weights: as the engine has them, frequencies included."""
    bars = []
    for n, (one, level) in enumerate(zip(model.comparisons, levels, strict=True)):
        plain = weight_of(one, level)
        whole = plain if weights is None else weights[n]
        bars.append(_bar(one, level, plain, whole))
    prior = prior_weight(model)
    total = prior + sum(bar.weight for bar in bars)
    return Waterfall(prior, tuple(bars), total, probability(total))


def _bar(one: Comparison, level: int, plain: float, whole: float) -> Bar:
    if level == MISSING:
        return Bar(one.code, one.name, level, "", LACKING, 0.0, 0.0, 0.0, 0.0)
    found = one.levels[level]
    words = WAYS[found.how].name if found.how else NONE
    return Bar(
        one.code, one.name, level, found.how or "", words, found.amount, found.m, found.u, whole, whole - plain
    )  # fmt: skip
