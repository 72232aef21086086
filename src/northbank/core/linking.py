"""What the journal tells of linking: runs, learned parameters, and what people say of pairs; and what of it holds.

Records are named by keyed digests only, so that nobody is told of here. Rows and pairs are in the lake.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.clusters import Pair, pair
from northbank.core.journal import Entry, Fact
from northbank.core.match import Model, Parameters, with_parameters

Verdict = Literal["same", "different", "unsure", "open"]


class LinkTrained(Fact, frozen=True, kw_only=True, tag="link_trained"):
    """Parameters were learned from the data. shape: of the model they belong to. inputs: newest batch of each data set they stand on."""

    shape: str
    version: str
    parameters: Parameters
    inputs: dict[str, int]
    pairs: int


class LinkRun(Fact, frozen=True, kw_only=True, tag="linked"):
    """A run. folder: where its pairs and groups lie. trained: number of the training its parameters are of, 0: the pack's own.

    inputs: newest batch of each data set; judged: entries of people's words that it knew. records: rows that were linked; pairs: those at or above
    the review threshold; links of them at or above the match threshold, or said to be one; waiting: between the two, not answered.
    entities: groups, those of one record included; largest: records of the largest one; kept: entities that had their id before. seconds: that it lasted; 0 in old runs.
    """

    n: int
    folder: str
    version: str
    trained: int
    match: float
    review: float
    inputs: dict[str, int]
    judged: int
    records: int
    pairs: int
    links: int
    waiting: int
    entities: int
    largest: int
    kept: int
    seconds: float = 0


class LinkJudged(Fact, frozen=True, kw_only=True, tag="link_judged"):
    """Somebody looked at a pair. verdict `open` takes back what was said. reason: why, without names."""

    left: str
    right: str
    verdict: Verdict
    reason: str = ""


class Judgment(msgspec.Struct, frozen=True):
    """What stands of a pair. holds: it counts in the next run; where two persons are asked for, both said the same."""

    verdict: Verdict
    reason: str
    by: tuple[str, ...]
    at: datetime
    holds: bool


def runs_stream(model: str) -> str:
    """The stream of a model's runs and trainings."""
    return f"link:{model}"


def verdicts_stream(model: str) -> str:
    """The stream of what people said of a model's pairs."""
    return f"link_review:{model}"


def judgments(entries: Iterable[Entry[LinkJudged]], two_person: bool) -> dict[Pair, Judgment]:
    """What stands of each pair after everything that was said. A second person who says otherwise begins anew."""
    found: dict[Pair, Judgment] = {}
    for entry in entries:
        said = entry.data
        key = pair(said.left, said.right)
        if said.verdict == "open":
            found.pop(key, None)
            continue
        before = found.get(key)
        by: tuple[str, ...] = (entry.actor,)
        if before is not None and before.verdict == said.verdict and entry.actor not in before.by:
            by = (*before.by, entry.actor)
        needed = 2 if two_person and said.verdict != "unsure" else 1
        found[key] = Judgment(said.verdict, said.reason, by, entry.at, len(by) >= needed)
    return found


def parameters_in_force(model: Model, entries: Sequence[LinkTrained]) -> tuple[Model, int]:
    """The model with what was learned last for its shape, and the number of that training; the pack's own and 0 where there was none."""
    for n in range(len(entries), 0, -1):
        if entries[n - 1].shape == model.shape:
            return with_parameters(model, entries[n - 1].parameters), n
    return model, 0
