"""The life of a case as one table: every state times every act, written down by hand and compared with the rules."""

from datetime import timedelta

import msgspec
import pytest
from template import ADMIN, NOW, city, point

from northbank.core.access import SYSTEM
from northbank.core.case import Accepted, Case, CaseFact, Noted, Overdue, Reported, Sealed, SoonDue
from northbank.core.evolve import evolve
from northbank.core.facts import read
from northbank.core.handling import Do, decide
from northbank.core.intake import Report, receive
from northbank.core.journal import kind_of, write
from northbank.core.moves import ENDED, MOVES, Act, State
from northbank.core.refusal import Refused

STREAM = "case:00000000-0000-7000-8000-000000000001"
WORDS = Sealed("00000000-0000-7000-8000-0000000000aa", "0" * 64)

# Rows: where the case stands. Columns: what is done to it. Cells: where it stands afterwards, or . for a refusal.
LIFE = """
           accept   reject   dispatch   sign   start    suspend   resume   feed_back check   rework   close  return   reopen   place    retype   note
reported   accepted rejected .          .      .        .         .        .         .       .        .      .        .        reported reported reported
accepted   .        rejected dispatched .      .        .         .        .         .       .        .      .        .        accepted accepted accepted
dispatched .        .        dispatched signed .        .         .        .         .       .        .      returned .        .        .        dispatched
signed     .        .        .          .      handling .         .        .         .       .        .      returned .        .        .        signed
handling   .        .        .          .      .        suspended .        feedback  .       .        .      returned .        .        .        handling
suspended  .        .        .          .      .        .         handling .         .       .        .      .        .        .        .        suspended
feedback   .        .        .          .      .        .         .        .         checked handling .      .        .        .        .        feedback
checked    .        .        .          .      .        .         .        .         .       handling closed .        .        .        .        checked
returned   .        rejected dispatched .      .        .         .        .         .       .        .      .        .        returned returned returned
reopened   .        .        dispatched .      .        .         .        .         .       .        .      .        .        reopened reopened reopened
closed     .        .        .          .      .        .         .        .         .       .        .      .        reopened .        .        closed
rejected   .        .        .          .      .        .         .        .         .       .        .      .        reopened .        .        rejected
"""

# A way to every state from a report that an officer has to accept.
WAYS = {
    "reported": "",
    "accepted": "accept",
    "rejected": "reject",
    "dispatched": "accept dispatch",
    "signed": "accept dispatch sign",
    "returned": "accept dispatch return",
    "handling": "accept dispatch sign start",
    "suspended": "accept dispatch sign start suspend",
    "feedback": "accept dispatch sign start feed_back",
    "checked": "accept dispatch sign start feed_back check",
    "closed": "accept dispatch sign start feed_back check close",
    "reopened": "accept dispatch sign start feed_back check close reopen",
}


def table() -> list[tuple[str, str, str]]:
    """(state, act, next state or ".") of every cell."""
    head, *rows = [line.split() for line in LIFE.strip().splitlines()]
    return [(row[0], act, cell) for row in rows for act, cell in zip(head, row[1:], strict=True)]


def do(act: str, **more: object) -> Do:
    """The act with everything it could need."""
    lon, lat = point("TW-H1-G2")
    given = {"note": WORDS, "lon": lon, "lat": lat, "type": "street.light", "unit": "harbor"} | more
    return Do(act=Act(act), **given)  # type: ignore[arg-type]


def fold(case: Case | None, facts: list[CaseFact], at=NOW) -> Case:  # type: ignore[no-untyped-def]
    """The case after the facts."""
    for fact in facts:
        case = evolve(case, STREAM, at, fact)
    assert case is not None
    return case


def at_state(state: str) -> Case:
    """A case that walked to a state; noise in the harbor's quarter, which no row dispatches by itself."""
    lon, lat = point("TW-H1-G1")
    report = Report(
        number="TW-0000001-8", subject="s", reporter="phone", source="phone", type="street.noise", lon=lon, lat=lat
    )
    case = fold(None, receive(report, city(), NOW))
    for n, act in enumerate(WAYS[state].split(), 1):
        at = NOW + timedelta(minutes=n)
        case = fold(case, decide(do(act, unit="roads"), case, city(), at, ADMIN), at)
    assert case.state == state
    return case


def test_the_table_names_every_state_and_act() -> None:
    assert {state for state, _, _ in table()} == set(State) == set(WAYS)
    assert {act for _, act, _ in table()} == set(Act)
    assert len(table()) == len(State) * len(Act)


@pytest.mark.parametrize("state", list(WAYS))
def test_every_act_does_what_the_table_says(state: str) -> None:
    case = at_state(state)
    for row, act, after in table():
        if row != state:
            continue
        if after == ".":
            with pytest.raises(Refused) as refused:
                decide(do(act), case, city(), NOW, ADMIN)
            assert refused.value.code == "wrong_state"
        else:
            facts = decide(do(act), case, city(), NOW + timedelta(hours=1), ADMIN)
            moved = fold(case, facts, NOW + timedelta(hours=1))
            assert moved.state == after
            assert moved.version == case.version + len(facts)
            assert (moved.closed_at is not None) == (moved.state in ENDED)
            assert (moved.number, moved.reported_at, moved.subject) == (case.number, case.reported_at, case.subject)


def test_moves_hold_nothing_beyond_the_table() -> None:
    said = {(state, act): after for state, act, after in table() if after != "."}
    assert {(s.value, a.value): to.value for s, row in MOVES.items() for a, to in row.items()} == said


@pytest.mark.parametrize("state", sorted(set(WAYS) - {"rejected", "closed"}))
def test_an_open_case_can_always_go_on(state: str) -> None:
    """From every open state an end can be reached: no case is ever stuck."""
    reached, edge = {state}, [state]
    while edge:
        here = edge.pop()
        for row, _, after in table():
            if row == here and after != "." and after not in reached:
                reached.add(after)
                edge.append(after)
    assert "closed" in reached


def test_every_fact_survives_writing_and_reading() -> None:
    for state in WAYS:
        case = at_state(state)
        for row, act, after in table():
            if row == state and after != ".":
                for fact in decide(do(act), case, city(), NOW, ADMIN):
                    entry = write(fact, id="i", stream=STREAM, version=1, at=NOW, actor="a", pack="p")
                    assert entry.type == f"case.{kind_of(fact)}"
                    assert read(entry.type, entry.schema, entry.data) == fact


def test_a_stored_case_reads_back_as_it_was() -> None:
    for state in WAYS:
        case = at_state(state)
        assert msgspec.json.decode(msgspec.json.encode(case), type=Case) == case


def test_nothing_comes_before_the_report() -> None:
    with pytest.raises(ValueError, match="begin"):
        evolve(None, STREAM, NOW, Accepted())


def test_the_id_is_that_of_the_stream() -> None:
    fact = Reported(number="n", source="phone", level="district", subject="s", reporter="r")
    case = evolve(None, STREAM, NOW, fact)
    assert (case.id, case.version, case.state) == ("00000000-0000-7000-8000-000000000001", 1, "reported")


def test_what_happened_earlier_counts_from_then_and_never_turns_the_clock_back() -> None:
    case = at_state("dispatched")
    at = NOW + timedelta(hours=5)
    late = evolve(case, STREAM, at, Noted(happened_at=NOW + timedelta(seconds=1), note=WORDS))
    assert late.changed_at == case.changed_at
    [fact] = decide(do("sign", happened_at=NOW + timedelta(minutes=30)), case, city(), at, ADMIN)
    signed = evolve(case, STREAM, at, fact)
    deadline = signed.deadline("sign")
    assert deadline is not None
    assert deadline.met_at == NOW + timedelta(minutes=30)


def test_marks_stay_with_their_stage() -> None:
    case = at_state("handling")
    solve = case.deadline("solve")
    assert solve is not None
    soon = evolve(case, STREAM, NOW, SoonDue(stage="solve", due_at=solve.due_at))
    late = evolve(soon, STREAM, NOW, Overdue(stage="solve", due_at=solve.due_at))
    found = late.deadline("solve")
    assert found is not None
    assert found.marked == ("soon", "overdue")
    assert [one.marked for one in late.deadlines if one.stage != "solve"] == [()] * (len(late.deadlines) - 1)
    assert SYSTEM.login == "system"
