"""Figures in the rule's own words: what counts below and above the line, periods, versions, and how sure a share is."""

from datetime import timedelta
from math import comb

import pytest
from flows.memory import Memory
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from template import ADMIN, NOW, city, point

from northbank.core.case import Case
from northbank.core.city import Metric, Name
from northbank.core.metric_catalog import DEFAULTS, RULES, SAID, find, in_force
from northbank.core.metrics import DEEDS, PERIODS, WORDS, Count, Span, counts, figures, key_of, wilson
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, Where, report

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = Span(NOW - 365 * DAY, NOW + 365 * DAY)
STEPS = (Act.ACCEPT, Act.DISPATCH, Act.SIGN, Act.START, Act.FEED_BACK, Act.CHECK, Act.CLOSE)


async def lived(memory: Memory, hours: float = 0.1, score: int | None = None) -> Case:
    """A pothole reported, solved after so many hours, and closed; perhaps rated."""
    new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")))
    id = (await report(memory.world, ADMIN, new)).id
    for step in STEPS:
        if step is Act.FEED_BACK:
            memory.advance(hours=hours)
        body = ActBody(unit="roads" if step is Act.DISPATCH else None, note="as seen")
        case = await memory.cases.get(id)
        assert case is not None
        if step not in MOVES[case.state] or step.value + "ed" == case.state.value:
            continue  # done by the rules at once
        await act(memory.world, ADMIN, id, step, body)
    if score is not None:
        await act(memory.world, ADMIN, id, Act.RATE, ActBody(score=score))
    found = await memory.cases.get(id)
    assert found is not None
    return found


def of(case: Case, code: str, span: Span = ALL) -> tuple[bool, bool]:
    return counts(case, find(city(), code), span)


async def test_a_case_solved_in_time_counts_in_time(memory: Memory) -> None:
    case = await lived(memory, 0.1, score=5)
    for code in (
        "solved",
        "solved_in_time",
        "closed",
        "closed_in_time",
        "registered_in_time",
        "dispatched_rightly",
        "proven",
        "satisfied",
    ):
        assert of(case, code) == (True, True), code
    assert of(case, "dispatched_in_time") == (False, False)  # the rules dispatched it at once: no limit ran
    for code in ("overdue_unsolved", "extended", "closed_late", "reworked", "returned", "unfinished", "reopened"):
        assert of(case, code) == (True, False) or (code == "reopened" and of(case, code)[1] is False), code


async def test_a_case_solved_late_counts_late(memory: Memory) -> None:
    case = await lived(memory, 24 * 60, score=3)
    assert of(case, "solved") == (True, True)
    assert of(case, "solved_in_time") == (True, False)
    assert of(case, "closed_in_time") == (True, False)
    assert of(case, "closed_late") == (True, True)
    assert of(case, "satisfied") == (True, False)


async def test_owed_in_a_period_is_what_was_due_in_it_or_done_in_it(memory: Memory) -> None:
    case = await lived(memory, 0.1)
    solve = case.deadline("solve")
    assert solve is not None
    assert solve.met_at is not None
    assert solve.due_at is not None
    done, due = solve.met_at, solve.due_at
    instant = timedelta(microseconds=1)
    assert of(case, "solved", Span(done, done + instant)) == (True, True)
    assert of(case, "solved", Span(due, due + instant)) == (True, True)
    assert of(case, "solved", Span(done + instant, due)) == (False, False)
    assert of(case, "solved", Span(done - HOUR, done)) == (False, False)


async def test_what_stands_still_owes_nothing_meanwhile(memory: Memory) -> None:
    case = await lived(memory, 0.1)
    solve = case.deadline("solve")
    assert solve is not None
    assert solve.due_at is not None
    waiting = replace(solve, met_at=None, paused_at=solve.started_at)
    late = replace(waiting, paused_at=solve.due_at + HOUR)
    for one, owed in ((waiting, False), (late, True)):
        held = replace(case, closed_at=None, deadlines=(one,))
        assert of(held, "overdue_unsolved") == (owed, owed)


def test_every_word_and_rule_is_said_and_every_default_is_made_of_them() -> None:
    assert set(SAID) == set(WORDS)
    assert set(RULES) == set(PERIODS) == set(DEEDS)
    for one in DEFAULTS:
        assert one.period in PERIODS
        assert set(one.of) | set(one.counts) <= set(WORDS)
        assert one.name.zh
        assert one.name.en
        assert one.standing == "U"
    assert len({one.code for one in DEFAULTS}) == len(DEFAULTS)


def test_a_pack_adds_versions_and_the_highest_is_in_force() -> None:
    def own(code: str, version: int) -> Metric:
        return Metric(
            code=code, version=version, name=Name("甲", "a"), period="report", of=("reported",), counts=("valid",)
        )

    ours = replace(city(), metrics=(own("solved", 3), own("solved", 2), own("mine", 1)))
    assert find(ours, "solved").version == 3
    assert find(ours, "solved@1") == find(city(), "solved")
    assert [one.code for one in in_force(ours)] == [*(one.code for one in DEFAULTS), "mine"]
    for name in ("none", "solved@9", "solved@", "@1"):
        if name == "solved@":
            assert find(ours, name).version == 3
            continue
        with pytest.raises(Refused, match="no such"):
            find(ours, name)


async def test_groups_are_those_of_the_case(memory: Memory) -> None:
    case = await lived(memory)
    assert key_of(case, "unit", "solve") == "roads"
    assert key_of(case, "type", "solve") == "street.pothole"
    assert key_of(case, "town", "solve") == "TW-H"
    assert key_of(case, "post", "solve", lambda _, period: period) == "solve"
    found = figures([case], [find(city(), "solved")], ALL, "all")
    assert found == {"all": [Count(1, 1)]}
    assert figures([case], [find(city(), "solved")], Span(NOW - DAY, NOW - HOUR), "all") == {}


@given(st.integers(0, 400), st.integers(0, 400))
def test_an_interval_holds_its_share_and_narrows(above: int, more: int) -> None:
    below = above + more
    low, high = wilson(above, below)
    assert 0 <= low <= high <= 1
    if below:
        assert low <= above / below <= high
        wider = wilson(above * 4, below * 4)
        assert wider[1] - wider[0] < high - low


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Wilson's interval lies near 95 % for every number of cases and every share, small ones too."""
    for below in (5, 12, 30, 100):
        covered = []
        for n in range(1, 40):
            truth = n / 40
            inside = sum(
                comb(below, k) * truth**k * (1 - truth) ** (below - k)
                for k in range(below + 1)
                if wilson(k, below)[0] <= truth <= wilson(k, below)[1]
            )
            covered.append(inside)
        assert 0.94 < sum(covered) / len(covered) < 0.97
        assert min(covered) > 0.83
