"""Yes-or-no questions: what they answer, and that unknown is said alike of all that is not known."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from template import city

from northbank.core.catalog import search
from northbank.core.minimal import Question, answer_to_question, question_faults, years_between

SHOPS = city().datasets["shops"]
AGE = Question(what="age_at_least", column="opened", years=6, on=date(2026, 9, 1))


@pytest.mark.parametrize(
    ("question", "cells", "answer"),
    [
        (AGE, [date(2020, 9, 1)], "yes"), (AGE, [date(2020, 9, 2)], "no"), (AGE, [None], "unknown"), (AGE, [], "unknown"),
        (Question(what="exists"), ["x"], "yes"), (Question(what="exists"), [None], "yes"), (Question(what="exists"), [], "no"),
        (Question(what="equals", column="kind", value="food"), ["food"], "yes"),
        (Question(what="one_of", column="kind", values=("a", "food")), ["goods"], "no"),
        (Question(what="at_least", column="seats", value=3), [3], "yes"),
        (Question(what="at_most", column="opened", value="2020-01-01"), [date(2020, 1, 2)], "no"),
        (Question(what="at_least", column="at", value="2020-01-01T08:00:00"), [datetime(2020, 1, 1, 8)], "yes"),
    ],
)  # fmt: skip
def test_answers(question: Question, cells: list[object], answer: str) -> None:
    assert answer_to_question(question, cells) == answer


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_years_are_full_on_the_birthday(born: date, years: int) -> None:
    """Held against counting birthdays."""
    leap = born.month == 2 and born.day == 29
    year = born.year + years
    real = not leap or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    birthday = born.replace(year=year) if real else date(year, 3, 1)
    assert years_between(born, birthday) == years
    if years:
        assert years_between(born, date.fromordinal(birthday.toordinal() - 1)) == years - 1


@pytest.mark.parametrize(
    "wrong",
    [
        Question(what="equals", column="nope", value=1), Question(what="equals", column="seats", value="x"),
        Question(what="at_least", column="kind", value="food"), Question(what="age_at_least", column="kind", years=6),
        Question(what="one_of", column="kind"), Question(what="age_at_least", column="opened"),
    ],
)  # fmt: skip
def test_questions_without_sense_are_named(wrong: Question) -> None:
    assert list(question_faults(SHOPS, wrong))


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("店铺登记", "shops"), ("检查", "inspections"), ("register shops", "shops"), ("inspections", "inspections"),
        ("巡守队", "legal_persons"), ("合格", "inspections"), ("phon", "legal_persons"), ("身份证", "shops"),
    ],
)  # fmt: skip
def test_data_sets_are_found_in_both_languages(asked: str, first: str) -> None:
    found = search(city(), asked)
    assert found[0][0].code == first


def test_nothing_is_found_by_words_that_stand_nowhere() -> None:
    assert search(city(), "鲸鱼 quasar") == []
    assert [one.code for one, _ in search(city(), " ")] == sorted(city().datasets)
