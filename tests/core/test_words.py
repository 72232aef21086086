"""The program's own words: every state, act and role has them in both languages, and a pack's word wins."""

from typing import get_args

import pytest
from template import city

from northbank.core.access import Role
from northbank.core.act_inputs import OUTCOMES
from northbank.core.case import OrderKind, TaskState
from northbank.core.case_facts import CaseFact
from northbank.core.city import Name, Stage, Unit5
from northbank.core.lookback import RESULTS
from northbank.core.moves import Act, State
from northbank.core.words import OWN

FAMILIES = {
    "state": State, "act": Act, "role": Role, "order": get_args(OrderKind), "task": get_args(TaskState),
    "time": get_args(Unit5), "time_one": get_args(Unit5), "evidence": ("note", "photo"), "outcome": (*OUTCOMES, *RESULTS),
    "stage": get_args(Stage), "fact": [one.__struct_config__.tag for one in get_args(CaseFact)] + ["erased", "imported"],
    "desk": (
        "no_calendar", "no_place", "no_type", "no_row", "returned", "reopened", "escalated", "refuted", "disputed", "wish",
        "review_due", "look_back",
    ),
}  # fmt: skip
WORDS = [f"{family}.{one}" for family, all in FAMILIES.items() for one in all]


@pytest.mark.parametrize("key", WORDS)
def test_everything_has_a_word_in_both_languages(key: str) -> None:
    zh, en = OWN[key]
    assert zh
    assert en
    assert city().word(*key.split(".")) == city().words.get(key, Name(zh, en))


def test_nothing_else_has() -> None:
    assert set(OWN) == set(WORDS)
    assert city().word("state", "reported").zh == "已上报"
    assert city().word("state", "no_such") == Name("", "no such")
