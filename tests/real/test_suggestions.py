"""Suggestions on messages of residents that people labelled: clearly better than always the commonest type, and honest about doubt."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from northbank.core.suggest import Model, advise
from northbank.core.suggest_fit import Example, choose, fit

LABEL = "一级分类"


@pytest.fixture(scope="module")
def messages(real_data: Path) -> list[Example]:
    """2,500 of them, in an order that chance gave."""
    csv.field_size_limit(1 << 24)
    with gzip.open(real_data / "zh_gov_messages" / "附件2_tokens_train.csv.gz", "rt", encoding="utf-8-sig") as file:
        found = choose([Example(row["tokens"], row[LABEL]) for row in csv.DictReader(file)])
    return [found[n] for n in np.random.default_rng(1).permutation(len(found))[:2_500]]


@pytest.fixture(scope="module")
def model(messages: list[Example]) -> Model:
    return fit(messages[:2_000], version="x", made_at=datetime(2026, 1, 1, tzinfo=UTC), pack="x")


def test_the_first_type_is_mostly_right_and_the_first_three_nearly_always(
    model: Model, messages: list[Example]
) -> None:
    asked = messages[2_000:]
    found = [advise(model, one.text) for one in asked]
    right = [got is not None and got.suggestions[0].type == one.type for got, one in zip(found, asked, strict=True)]
    among = [
        got is not None and one.type in {s.type for s in got.suggestions} for got, one in zip(found, asked, strict=True)
    ]
    sure = [good for got, good in zip(found, right, strict=True) if got is not None and got.sure]
    assert np.mean(right) > 0.85 > 3 * model.about.figures.usual
    assert np.mean(among) > 0.97
    assert np.mean(sure) > 0.9
    assert len(sure) > 0.5 * len(asked)


def test_its_own_figures_are_those_of_messages_it_never_saw(model: Model, messages: list[Example]) -> None:
    asked = messages[2_000:]
    found = [advise(model, one.text) for one in asked]
    right = np.mean(
        [got is not None and got.suggestions[0].type == o.type for got, o in zip(found, asked, strict=True)]
    )
    assert abs(model.about.figures.accuracy - right) < 0.06
    assert model.about.figures.ece < 0.1
