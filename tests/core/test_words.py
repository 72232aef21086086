"""The program's own words: every state, act and role has them in both languages, and a pack's word wins."""

import pytest
from template import city

from northbank.core.access import Role
from northbank.core.city import Name
from northbank.core.moves import Act, State
from northbank.core.words import OWN

WORDS = [*(f"state.{one}" for one in State), *(f"act.{one}" for one in Act), *(f"role.{one}" for one in Role)]


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
