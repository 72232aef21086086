"""The life of a case as one table: every state times every act, written down by hand and compared with the rules."""

import typing
from datetime import datetime, timedelta

import msgspec
import pytest
from template import ADMIN, NOW, city, point

from northbank.core.access import SYSTEM, Actor, Role
from northbank.core.case import Case, Order, Review, Sealed, Spot, Task
from northbank.core.case_facts import Accepted, CaseFact, HelpAsked, Noted, Ordered, Overdue, Reported, SoonDue
from northbank.core.doing import Do, Matter
from northbank.core.evolve import evolve
from northbank.core.facts import read
from northbank.core.handling import decide
from northbank.core.intake import Report, receive
from northbank.core.journal import Telling, kind_of, write
from northbank.core.moves import ENDED, MOVES, Act, State
from northbank.core.refusal import Refused

STREAM = "case:00000000-0000-7000-8000-000000000001"
TOLD = Telling(STREAM, NOW, "a", "p")
WORDS = Sealed("00000000-0000-7000-8000-0000000000aa", "0" * 64)

# Where the case stands: what can be done to it > where it stands afterwards. What is not here is refused.
LIFE = """
reported:   accept>accepted reject>rejected self_handle>self_handled merge>merged place retype describe divide
            urge supervise answer note
accepted:   dispatch>dispatched register>registered ask_verify>verify_pending reject>rejected self_handle>self_handled
            cancel>cancelled merge>merged place retype describe divide urge supervise answer note
verify_pending: verify>registered refute cancel>cancelled merge>merged divide urge supervise answer note
registered: dispatch>dispatched cancel>cancelled merge>merged divide urge supervise answer note
dispatched: sign>signed return>returned escalate>escalated dispatch merge>merged
            ask_help take_task finish_task hand_back withdraw_task rate_help divide urge supervise answer note
signed:     start>handling return>returned escalate>escalated merge>merged
            ask_help take_task finish_task hand_back withdraw_task rate_help divide urge supervise answer note
handling:   feed_back>feedback ask_extension>extension_requested ask_suspension>suspension_requested suspend>suspended
            return>returned escalate>escalated merge>merged
            ask_help take_task finish_task hand_back withdraw_task rate_help divide urge supervise answer note
extension_requested: grant>handling deny>handling feed_back>feedback
            ask_help take_task finish_task hand_back withdraw_task rate_help urge supervise answer note
suspension_requested: grant>suspended deny>handling feed_back>feedback
            ask_help take_task finish_task hand_back withdraw_task rate_help urge supervise answer note
suspended:  resume>handling ask_help take_task finish_task hand_back withdraw_task rate_help urge supervise answer note
escalated:  dispatch>dispatched resume>handling place retype describe divide rate_help urge supervise answer note
feedback:   check>checked ask_check>check_pending rework>rework rate_help urge supervise answer note
self_handled: check>checked ask_check>check_pending dispatch>dispatched urge supervise answer note
check_pending: check>checked rework>rework rate_help urge supervise answer note
checked:    close>closed rework>rework rate_help urge supervise answer note
rework:     start>handling feed_back>feedback dispatch>dispatched
            ask_help take_task finish_task hand_back withdraw_task rate_help urge supervise answer note
closed:     rate>rated reopen>reopened archive>archived rate_help look_back answer note
rated:      archive>archived reopen>reopened rate_help look_back answer note
returned:   dispatch>dispatched dispute>arbitration reject>rejected cancel>cancelled merge>merged
            place retype describe divide urge supervise answer note
arbitration: arbitrate>dispatched divide urge supervise answer note
rejected:   reopen>reopened archive>archived answer note
cancelled:  reopen>reopened archive>archived answer note
merged:     split>merged answer note
reopened:   dispatch>dispatched close>closed merge>merged place retype describe divide urge supervise answer note
archived:   look_back
"""

_HANDLING = "accept dispatch sign start"
_CLOSED = f"{_HANDLING} feed_back check close"
# A way to every state from a report that an officer has to accept.
WAYS = {
    "reported": "", "accepted": "accept", "rejected": "reject", "verify_pending": "accept ask_verify",
    "registered": "accept register", "dispatched": "accept dispatch", "signed": "accept dispatch sign",
    "returned": "accept dispatch return", "arbitration": "accept dispatch return dispute", "handling": _HANDLING,
    "extension_requested": f"{_HANDLING} ask_extension", "suspension_requested": f"{_HANDLING} ask_suspension",
    "suspended": f"{_HANDLING} suspend", "escalated": f"{_HANDLING} escalate", "feedback": f"{_HANDLING} feed_back",
    "self_handled": "self_handle", "check_pending": f"{_HANDLING} feed_back ask_check",
    "checked": f"{_HANDLING} feed_back check", "rework": f"{_HANDLING} feed_back rework", "closed": _CLOSED,
    "rated": f"{_CLOSED} rate", "reopened": f"{_CLOSED} reopen", "archived": f"{_CLOSED} archive",
    "cancelled": "accept cancel", "merged": "merge",
}  # fmt: skip
LAID_OVER = {
    "take_task",
    "finish_task",
    "hand_back",
    "withdraw_task",
    "answer",
    "rate_help",
    "look_back",
}  # need a part or an order to be there


def table() -> list[tuple[str, str, str]]:
    """(state, act, next state or ".") of every state and act."""
    said: dict[tuple[str, str], str] = {}
    state = ""
    for word in LIFE.split():
        if word.endswith(":"):
            state = word[:-1]
        else:
            act, _, after = word.partition(">")
            said[state, act] = after or state
    return [(state.value, act.value, said.get((state.value, act.value), ".")) for state in State for act in Act]


def do(act: str, **more: object) -> Do:
    """The act with everything it could need."""
    lon, lat = point("TW-H1-G2")
    given = {
        "note": WORDS, "lon": lon, "lat": lat, "type": "street.light", "unit": "harbor", "amount": 1, "score": 5,
        "until": NOW + timedelta(days=30), "outcome": "held", "attributes": {"indoors": True},
        "matters": (Matter(id="00000000-0000-7000-8000-000000000003", number="third", type="street.waste"),),
    }  # fmt: skip
    return Do(act=Act(act), **(given | more))  # type: ignore[arg-type]


def fold(case: Case | None, facts: list[CaseFact], at: datetime = NOW, actor: str = "a") -> Case:
    """The case after the facts."""
    for fact in facts:
        case = evolve(case, Telling(STREAM, at, actor, "p"), fact)
    assert case is not None
    return case


def other_case() -> Case:
    """Another open case."""
    return msgspec.structs.replace(at_state("reported"), id="00000000-0000-7000-8000-000000000002", number="other")


def with_parts(case: Case) -> Case:
    """The case with a part that is asked for and an order that waits."""
    task = Task(1, "harbor", "asked", NOW)
    order = Order(1, "order", "roads", NOW, "leader", due_at=NOW + timedelta(days=2))
    reviews = (Review(1, 30, NOW, called=True),)
    return msgspec.structs.replace(case, tasks=(task,), orders=(order,), reviews=reviews)


def at_state(state: str) -> Case:
    """A case that walked to a state; brown water in the harbor's quarter, which no row dispatches by itself."""
    lon, lat = point("TW-H1-G1")
    report = Report(
        number="TW-0000001-8", subject="s", reporter="phone", source="phone", type="water.quality", lon=lon, lat=lat
    )
    case = fold(None, receive(report, city(), NOW))
    for n, act in enumerate(WAYS[state].split(), 1):
        at = NOW + timedelta(minutes=n)
        other = other_case() if act == "merge" else None
        case = fold(case, decide(do(act, unit="roads"), case, city(), at, ADMIN, other), at)
    assert case.state == state
    return case


def test_the_table_names_every_state() -> None:
    assert {state for state, _, after in table() if after != "."} == set(State) == set(WAYS)
    assert {act for _, act, after in table() if after != "."} == set(Act)


@pytest.mark.parametrize("state", list(WAYS))
def test_every_act_does_what_the_table_says(state: str) -> None:
    plain, boss = at_state(state), Actor("boss", Role.ADMIN)
    for row, act, after in table():
        if row != state:
            continue
        case, at = (with_parts(plain) if act in LAID_OVER else plain), NOW + timedelta(hours=1)
        other = other_case() if act == "merge" else None
        if after == ".":
            with pytest.raises(Refused) as refused:
                decide(do(act), case, city(), NOW, boss)
            assert refused.value.code == "wrong_state"
            continue
        facts = decide(do(act), case, city(), at, boss, other)
        moved = fold(case, facts, at)
        assert moved.state == (case.before if act == "split" else after)
        assert moved.version == case.version + len(facts)
        assert (moved.closed_at is not None) == (moved.state in ENDED - {"merged"})
        assert (moved.number, moved.reported_at, moved.subject) == (case.number, case.reported_at, case.subject)


def test_moves_hold_nothing_beyond_the_table() -> None:
    said = {(state, act): after for state, act, after in table() if after != "."}
    assert {(s.value, a.value): to.value for s, row in MOVES.items() for a, to in row.items()} == said


@pytest.mark.parametrize("state", sorted(set(WAYS) - {"archived", "merged"}))
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
    boss, seen = Actor("boss", Role.ADMIN), set()
    for state, act, after in table():
        if after == ".":
            continue
        case = with_parts(at_state(state)) if act in LAID_OVER else at_state(state)
        for fact in decide(do(act), case, city(), NOW, boss, other_case() if act == "merge" else None):
            entry = write(fact, id="i", stream=STREAM, version=1, at=NOW, actor="a", pack="p")
            assert entry.type == f"case.{kind_of(fact)}"
            assert read(entry.type, entry.schema, entry.data) == fact
            seen.add(type(fact))
    assert len(seen) > 40


def test_every_fact_changes_a_case() -> None:
    """None is forgotten by the fold."""
    made = {
        "at": NOW, "stage": "solve", "due_at": NOW, "spot": Spot(0, 0, "g"), "type": "t", "board": "b", "row": "r",
        "owner": "o", "why": "no_type", "child": "c", "ended": True, "n": 1, "of": "c", "days": 1, "meters": 1, "reviews": (),
        "attributes": {"indoors": None},
    }  # fmt: skip
    for kind in typing.get_args(CaseFact):
        if kind is Reported:
            continue
        needed = {one.name: made[one.name] for one in msgspec.structs.fields(kind) if one.required}
        case = with_parts(at_state("handling"))
        more = {"task": case.tasks[0]} if kind is HelpAsked else {"order": case.orders[0]} if kind is Ordered else {}
        assert fold(case, [kind(**(needed | more))]).version == case.version + 1


def test_a_stored_case_reads_back_as_it_was() -> None:
    for state in WAYS:
        case = at_state(state)
        assert msgspec.json.decode(msgspec.json.encode(case), type=Case) == case


def test_nothing_comes_before_the_report() -> None:
    with pytest.raises(ValueError, match="begin"):
        evolve(None, TOLD, Accepted())


def test_the_id_is_that_of_the_stream() -> None:
    fact = Reported(number="n", source="phone", level="district", subject="s", reporter="r")
    case = evolve(None, TOLD, fact)
    assert (case.id, case.version, case.state) == ("00000000-0000-7000-8000-000000000001", 1, "reported")


def test_what_happened_earlier_counts_from_then_and_never_turns_the_clock_back() -> None:
    case = at_state("dispatched")
    at = NOW + timedelta(hours=5)
    late = evolve(case, Telling(STREAM, at, "a", "p"), Noted(happened_at=NOW + timedelta(seconds=1), note=WORDS))
    assert late.changed_at == case.changed_at
    [fact] = decide(do("sign", happened_at=NOW + timedelta(minutes=30)), case, city(), at, ADMIN)
    signed = evolve(case, Telling(STREAM, at, "a", "p"), fact)
    deadline = signed.deadline("sign")
    assert deadline is not None
    assert deadline.met_at == NOW + timedelta(minutes=30)


def test_marks_stay_with_their_stage() -> None:
    case = at_state("handling")
    solve = case.deadline("solve")
    assert solve is not None
    soon = evolve(case, TOLD, SoonDue(stage="solve", due_at=solve.due_at))
    late = evolve(soon, TOLD, Overdue(stage="solve", due_at=solve.due_at))
    found = late.deadline("solve")
    assert found is not None
    assert found.marked == ("soon", "overdue")
    assert [one.marked for one in late.deadlines if one.stage != "solve"] == [()] * (len(late.deadlines) - 1)
    assert SYSTEM.login == "system"
