"""Sentences of refusals count as people do: one day, two days; and nothing stays to be filled in."""

import re

import pytest

from northbank.core.refusal import REFUSALS, Refused, plainly

NUMBERS = {"count", "days", "each", "found", "left", "limit", "more", "most", "needed", "seconds", "size", "years"}
CONSTANT = {"1 cases", "1 is"}  # no more than 9, or 500: never one; and what "is" may follow one


@pytest.mark.parametrize(
    ("n", "said"), [(1, "after 1 day at"), (2, "after 2 days at"), (0, "after 0 days at"), (11, "after 11 days at")]
)
def test_a_word_follows_its_number(n: int, said: str) -> None:
    assert said in Refused("until_too_far", days=n).say()
    assert f"{n} 天" in Refused("until_too_far", days=n).say("zh")


def test_the_verb_follows_too() -> None:
    assert Refused("has_merged", count=1).say() == "1 case was merged into this one."
    assert Refused("has_merged", count=3).say() == "3 cases were merged into this one."


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_no_number_stands_before_a_bare_plural(code: str) -> None:
    """With one in every place, no sentence says "1 days"."""
    words = REFUSALS[code]
    fields = set(re.findall(r"\{(\w+)", words.en + words.do_en))
    refused = Refused(code, **{one: 1 if one in NUMBERS else "x" for one in fields})
    for said in (refused.say(), refused.advise()):
        found = re.findall(r"\b1 (?:more |working )*[a-z]+s\b", said)
        assert [one for one in found if one not in CONSTANT] == [], said
        assert "{" not in said


def test_documents_show_the_word_for_several() -> None:
    assert plainly("after {days} {days:day|days} at") == "after {days} days at"
    assert not [code for code, words in REFUSALS.items() if "|" in plainly(words.en + words.do_en)]
