"""Sketches: what people write differently makes no difference, both languages work, and samples tell the truth of the whole."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.likeness import MARKS, grams, likeness, person, sketch

LAMP = "小区门口的路灯不亮，已经三天了，晚上出行很不安全"


def test_the_same_matter_in_other_words_is_more_alike_than_another_matter() -> None:
    again, other = sketch("路灯三天不亮，晚上不安全"), sketch("垃圾堆放在楼道里无人清运，气味很大")
    near, far = likeness(sketch(LAMP), again), likeness(sketch(LAMP), other)
    assert near is not None
    assert far is not None
    assert near > 0.4 > 0.05 > far
    lamp = sketch("The street lamp at number 12 has been out for three days")
    near, far = (
        likeness(lamp, sketch("street lamps out, 12 High Street")),
        likeness(lamp, sketch("Garbage piled up in the alley")),
    )
    assert near is not None
    assert far is not None
    assert near > 0.3 > 0.15 > far


def test_width_case_and_marks_make_no_difference() -> None:
    assert grams("Ｓtreet　LAMP！") == grams("street lamp")
    assert sketch(None, "建新东路 12 号").address == sketch(None, "建新东路１２号。").address
    assert sketch(None, "建新东路12号门口旁边").address == sketch(None, "建新东路 12 号").address
    assert sketch(None, "In front of 12 High Street").address == sketch(None, "12 High Street").address
    assert sketch(None, "建新东路 12 号").address != sketch(None, "建新东路 13 号").address


def test_letters_beside_chinese_stay_apart_from_it() -> None:
    assert grams("A市经济") == {" a ", "市经", "经济"}


def test_a_person_is_told_by_telephone_or_mail() -> None:
    assert person("+86 138-0000-1111", None) == person("13800001111", "x@example.org")
    assert person(None, " A@example.org ") == person(None, "a@example.org")
    assert person("13800001111", None) != person("13800001112", None)
    assert person("110", None) == person(None, None) == b""


def test_nothing_said_is_unknown() -> None:
    assert likeness(sketch(LAMP), sketch(None)) is None
    assert likeness(sketch("！！"), sketch("！！")) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_of_short_texts_it_is_exact(a: str, b: str) -> None:
    one, other = grams(a), grams(b)
    if not one or not other or max(len(one), len(other)) > MARKS:
        return
    exact = len(one & other) / math.sqrt(len(one) * len(other))
    assert likeness(sketch(a), sketch(b)) == pytest.approx(exact, abs=0.02)  # two n-grams may share a hash


@given(st.text(max_size=400), st.text(max_size=400))
def test_it_is_the_same_both_ways_and_between_0_and_1(a: str, b: str) -> None:
    there, back = likeness(sketch(a), sketch(b)), likeness(sketch(b), sketch(a))
    assert there == back
    assert there is None or 0 <= there <= 1
    assert not sketch(a).size or likeness(sketch(a), sketch(a)) == pytest.approx(1.0)


def test_of_long_texts_the_sample_is_near_the_truth() -> None:
    words = [chr(0x4E00 + n * 7 % 5000) for n in range(900)]
    for start in (0, 100, 300, 500):
        a, b = "".join(words[:600]), "".join(words[start : start + 400])
        one, other = grams(a), grams(b)
        exact = len(one & other) / math.sqrt(len(one) * len(other))
        assert likeness(sketch(a), sketch(b)) == pytest.approx(exact, abs=0.15)
