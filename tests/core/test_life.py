"""Stories of a case beyond the straight way: disputes, extensions, suspensions, sending up, merging, parts of others, the
ladder of supervision, ratings, evidence, the second person."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from template import ADMIN, CLEAN, DUTY, HARBOR, LEADER, NOW, ROADS, WORKER, city, point

from northbank.core import merging
from northbank.core.access import Actor, Role, scope
from northbank.core.card import card
from northbank.core.case import Case, Sealed
from northbank.core.case_facts import CaseFact, Followed, Joined, Parted
from northbank.core.city import City, Handling
from northbank.core.doing import Do
from northbank.core.evolve import evolve
from northbank.core.handling import decide, watch
from northbank.core.history import WAY
from northbank.core.intake import Report, receive
from northbank.core.journal import Telling
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.core.wake import wake_at

WORDS = Sealed("00000000-0000-7000-8000-0000000000aa", "0" * 64)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BOSS = Actor("boss", Role.DUTY_OFFICER, "center")


def fold(case: Case | None, facts: list[CaseFact], at: datetime, actor: str = "a", id: int = 1) -> Case:
    for fact in facts:
        case = evolve(case, Telling(f"case:0000000{id}", at, actor, "p"), fact)
    assert case is not None
    return case


def born(type: str = "street.pothole", source: str = "phone", id: int = 1, where: str = "TW-H1-G1") -> Case:
    lon, lat = point(where)
    report = Report(number=f"TW-{id}", subject="s", reporter="r", source=source, type=type, lon=lon, lat=lat)
    return fold(None, receive(report, city(), NOW), NOW, id=id)


def step(
    case: Case, act: str, at: datetime = NOW, actor: Actor = ADMIN, town: City | None = None, **more: object
) -> Case:
    other = more.pop("other", None)
    facts = decide(Do(act=Act(act), **more), case, town or city(), at, actor, other)  # type: ignore[arg-type]
    return fold(case, facts, at, actor.login)


def refused(
    case: Case, act: str, at: datetime = NOW, actor: Actor = ADMIN, town: City | None = None, **more: object
) -> str:
    other = more.pop("other", None)
    with pytest.raises(Refused) as found:
        decide(Do(act=Act(act), **more), case, town or city(), at, actor, other)  # type: ignore[arg-type]
    assert found.value.say("zh")
    assert found.value.advise("en")
    return found.value.code


def handled(case: Case, upto: str = "start") -> Case:
    """The case walked on the straight way up to an act."""
    for state, act in WAY:
        if case.state == state:
            case = step(case, act)
        if act == upto:
            break
    return case


def solve_due(case: Case) -> datetime:
    solve = case.deadline("solve")
    assert solve is not None
    assert solve.due_at is not None
    return solve.due_at


# --- whose is it


def test_an_owner_decided_in_arbitration_may_not_return_the_case() -> None:
    case = step(born(), "return", actor=ROADS, reason="return.not_mine")
    case = step(case, "dispute", reason="dispute.nobody")
    assert (case.state, case.desk) == ("arbitration", "disputed")
    assert refused(case, "arbitrate", actor=LEADER, reason="arbitrate.law") == "unknown_unit"
    assert refused(case, "arbitrate", actor=HARBOR, unit="clean", reason="arbitrate.law") == "forbidden"
    case = step(case, "arbitrate", actor=LEADER, unit="clean", reason="arbitrate.law")
    assert (case.state, case.owner, case.bound, case.desk) == ("dispatched", "clean", True, None)
    assert refused(case, "return", actor=CLEAN, reason="return.not_mine") == "bound"
    assert step(case, "return", actor=DUTY, reason="return.not_mine").state == "returned"


def test_what_belongs_to_the_level_above_is_sent_up_with_the_rule_cited() -> None:
    case = handled(born("street.waste", "worker"), "sign")
    assert case.level in ("town", "community", "grid")
    town = Actor("t", Role.TOWN_OFFICER, case.owner, "TW-H")
    assert refused(case, "escalate", actor=town) == "reason_needed"
    facts = decide(Do(act=Act.ESCALATE, reason="escalate.beyond"), case, city(), NOW, town)
    up = fold(case, facts, NOW)
    assert (up.state, up.level, up.desk) == ("escalated", "district", "escalated")
    assert facts[0].basis == case.row  # type: ignore[union-attr]
    assert facts[0].to == "clean"  # type: ignore[union-attr]
    assert refused(up, "dispatch", actor=town, unit="clean") == "forbidden", "it is no longer the town's to dispatch"
    given = step(up, "dispatch", actor=DUTY, unit="clean")
    assert (given.owner, given.desk) == ("clean", None)
    assert step(up, "resume", actor=DUTY).state == "handling"


# --- more time


def test_an_extension_is_asked_for_approved_by_another_and_history_stays() -> None:
    case = handled(born())
    before = solve_due(case)
    assert refused(case, "ask_extension", actor=ROADS, amount=1) == "reason_needed"
    assert refused(case, "ask_extension", actor=ROADS, reason="ask_extension.complex") == "amount_needed"
    assert refused(case, "ask_extension", actor=ROADS, reason="ask_extension.complex", amount=99) == "extended_too_far"
    asked = step(case, "ask_extension", NOW + HOUR, ROADS, reason="ask_extension.complex", amount=2)
    assert (asked.state, asked.desk) == ("extension_requested", "wish")
    assert solve_due(asked) == before, "asking alone changes nothing"
    assert refused(asked, "grant", actor=Actor(ROADS.login, Role.ADMIN)) == "own_wish"
    longer = step(asked, "grant", NOW + 2 * HOUR, BOSS)
    solve = longer.deadline("solve")
    assert solve is not None
    assert (longer.state, longer.extensions, longer.desk, longer.wish) == ("handling", 1, None, None)
    assert solve_due(longer) > before
    assert [(one.why, one.before, one.amount, one.by) for one in solve.amended] == [("extended", before, 2, "boss")]
    denied = step(asked, "deny", NOW + 2 * HOUR, BOSS, reason="deny.no_reason")
    assert (denied.state, solve_due(denied), denied.extensions) == ("handling", before, 0)


def test_extensions_come_to_an_end() -> None:
    town = msgspec.structs.replace(city(), handling=Handling(extensions=1))
    case = handled(born())
    case = step(step(case, "ask_extension", reason="ask_extension.parts", amount=1), "grant", actor=BOSS)
    assert refused(case, "ask_extension", reason="ask_extension.parts", amount=1, town=town) == "extended_enough"
    late = solve_due(case) + HOUR
    assert refused(case, "ask_extension", late, reason="ask_extension.parts", amount=1) == "asked_too_late"


def test_a_suspension_needs_a_written_reason_a_review_date_and_the_center() -> None:
    case = handled(born())
    until = NOW + timedelta(days=30)
    assert refused(case, "ask_suspension", actor=ROADS, reason="suspend.weather") == "words_needed"
    assert refused(case, "ask_suspension", actor=ROADS, note=WORDS) == "until_needed"
    assert refused(case, "ask_suspension", actor=ROADS, note=WORDS, until=NOW) == "until_past"
    assert refused(case, "ask_suspension", actor=ROADS, note=WORDS, until=NOW + timedelta(days=999)) == "until_too_far"
    assert refused(case, "suspend", actor=ROADS, note=WORDS, until=until) == "forbidden"
    asked = step(case, "ask_suspension", actor=ROADS, note=WORDS, until=until)
    solve = asked.deadline("solve")
    assert solve is not None
    assert solve.running, "the clock stops when the center has verified it, not before"
    still = step(asked, "grant", NOW + HOUR, BOSS)
    solve = still.deadline("solve")
    assert solve is not None
    assert (still.state, solve.running, still.review_at, wake_at(still)) == ("suspended", False, until, until)
    facts = watch(still, city(), until)
    reviewed = fold(still, facts, until)
    assert (reviewed.desk, card(reviewed).needs, wake_at(reviewed)) == ("review_due", True, None)
    assert step(reviewed, "resume", until + HOUR, ROADS).desk is None


# --- the same matter twice


def test_merging_is_reversible_and_the_parent_is_followed() -> None:
    child, parent = handled(born(id=1), "sign"), born(id=2)
    merged = step(child, "merge", other=parent)
    assert (merged.state, merged.parent, card(merged).open, wake_at(merged)) == ("merged", parent.id, False, None)
    [joined] = merging.echo(Do(act=Act.MERGE), child)
    joined_parent = fold(parent, [joined], NOW)
    assert isinstance(joined, Joined)
    assert joined_parent.children == (child.id,)
    back = step(merged, "split", reason="split.other_matter")
    ignored = {"version": 0, "changed_at": NOW}
    assert msgspec.structs.replace(back, **ignored) == msgspec.structs.replace(child, **ignored)
    [parted] = merging.echo(Do(act=Act.SPLIT), merged)
    assert isinstance(parted, Parted)
    assert fold(joined_parent, [parted], NOW).children == ()
    closed = handled(joined_parent, "close")
    [told] = merging.follow(handled(joined_parent, "check"), closed)
    assert isinstance(told, Followed)
    assert (fold(merged, [told], NOW).closed_at, fold(merged, [told], NOW).state) == (closed.closed_at, "merged")
    again = step(closed, "reopen", reason="reopen.again")
    [told] = merging.follow(closed, again)
    assert fold(merged, [told], NOW).closed_at is None


def test_no_chains_of_merging() -> None:
    one, two, ended = born(id=1), born(id=2), handled(born(id=3), "close")
    merged = step(one, "merge", other=two)
    assert refused(one, "merge") == "merge_into_what"
    assert refused(one, "merge", other=one) == "merge_into_what"
    assert refused(two, "merge", other=merged) == "parent_ended"
    assert refused(two, "merge", other=ended) == "parent_ended"
    parent = fold(two, [Joined(child=one.id)], NOW)
    assert refused(parent, "merge", other=born(id=4)) == "has_merged"


# --- lead and support


def test_parts_of_others_run_beside_the_owners_work_and_join() -> None:
    case = born("water.burst")
    assert [(one.unit, one.state) for one in case.tasks] == [("watch", "asked")]
    watch_unit, water = Actor("w", Role.UNIT_OFFICER, "watch"), Actor("ww", Role.UNIT_OFFICER, "waterworks")
    part = case.tasks[0].deadline
    assert part is not None
    assert (part.stage, part.due_at) == ("support", NOW + HOUR)
    case = step(step(case, "sign", actor=water), "start", actor=water)
    case = step(case, "ask_help", actor=water, unit="roads")
    assert refused(case, "ask_help", actor=water, unit="roads") == "helps_already"
    assert refused(case, "feed_back", actor=water) == "support_open"
    case = step(case, "take_task", actor=watch_unit)
    assert refused(case, "take_task", actor=watch_unit) == "task_state"
    assert refused(case, "finish_task", actor=CLEAN) == "not_yours"
    case = step(case, "finish_task", NOW + 30 * MINUTE, watch_unit)
    done = case.tasks[0].deadline
    assert done is not None
    assert done.met_at == NOW + 30 * MINUTE
    case = step(case, "hand_back", actor=ROADS, reason="hand_back.not_mine")
    assert [one.state for one in case.tasks] == ["finished", "handed_back"]
    assert case.state == "handling"
    assert step(case, "feed_back", actor=water).state == "feedback"
    assert refused(case, "rate_help", unit="clean", score=3) == "did_not_help"
    assert step(case, "rate_help", actor=HARBOR, unit="watch", score=4).version == case.version + 1


def test_a_part_is_announced_like_a_stage() -> None:
    case = born("water.burst")
    marks = [(type(one).__name__, one.task) for one in watch(case, city(), NOW + 61 * MINUTE) if hasattr(one, "task")]
    assert ("Overdue", 1) in marks
    told = fold(case, watch(case, city(), NOW + 61 * MINUTE), NOW + 61 * MINUTE)
    assert not [one for one in watch(told, city(), NOW + 62 * MINUTE) if getattr(one, "task", None)]


# --- tracking and urging


def test_the_ladder_reminds_orders_and_goes_on_when_nobody_answers() -> None:
    case = handled(born("street.light"))  # one working day
    said: list[tuple[str, str]] = []
    for _ in range(60):
        at = wake_at(case)
        if at is None:
            break
        facts = watch(case, city(), at)
        assert facts, "the timer never looks for nothing"
        for fact in facts:
            if getattr(fact, "order", None) is not None:
                said.append((fact.order.kind, fact.order.rung))  # type: ignore[union-attr]
        case = fold(case, facts, at)
    assert said == [("reminder", "S1"), ("reminder", "S2"), ("order", "S3"), ("leader", "S4"), ("interview", "S5")]
    assert [one.lapsed for one in case.orders if one.due_at] == [True, True]


def test_an_answer_in_time_stops_the_ladder() -> None:
    case = handled(born("street.light"))
    at = solve_due(case) + HOUR
    case = fold(case, watch(case, city(), at), at)
    [order] = [one for one in case.orders if one.waits()]
    assert order.due_at is not None
    assert refused(case, "answer", at, ROADS, reason="x") == "words_needed"
    case = step(case, "answer", at + HOUR, ROADS, note=WORDS)
    assert refused(case, "answer", at + HOUR, ROADS, note=WORDS) == "no_order"
    later = order.due_at + HOUR
    assert watch(case, city(), later) == []
    assert wake_at(case) is None


def test_a_leader_orders_by_hand_and_only_the_unit_asked_answers() -> None:
    case = born()
    assert refused(case, "supervise", actor=HARBOR, note=WORDS) == "forbidden"
    case = step(case, "supervise", actor=LEADER, note=WORDS, unit="clean", until=NOW + timedelta(days=1))
    assert refused(case, "answer", actor=ROADS, note=WORDS, order=9) == "no_order"
    assert step(case, "answer", actor=CLEAN, note=WORDS).orders[0].answered_at == NOW
    assert step(case, "urge", actor=DUTY, note=WORDS).orders[-1].kind == "urge"


# --- evidence, ratings, the second person


def test_a_type_may_want_evidence() -> None:
    kind = msgspec.structs.replace(city().types["street.pothole"], evidence="photo")
    town = msgspec.structs.replace(city(), types={**city().types, "street.pothole": kind})
    case = handled(born())
    assert refused(case, "feed_back", actor=ROADS, note=WORDS, town=town) == "evidence_needed"
    assert step(case, "feed_back", actor=ROADS, photos=(WORDS,), town=town).evidence
    assert not step(case, "feed_back", actor=ROADS).evidence


def test_a_bad_rating_reopens_the_case() -> None:
    closed = handled(born(), "close")
    assert refused(closed, "rate") == "score_needed"
    good, bad = step(closed, "rate", score=4), step(closed, "rate", score=2)
    assert (good.state, good.rating, card(good).open) == ("rated", 4, False)
    assert (bad.state, bad.rating, bad.reopenings, bad.desk) == ("reopened", 2, 1, "reopened")
    assert step(good, "archive").before == "rated"
    assert card(step(good, "archive")).on_time is True


def test_who_solved_it_does_not_check_it_where_the_pack_wants_two() -> None:
    town = msgspec.structs.replace(city(), handling=Handling(two_person=("check", "close")))
    case = step(handled(born()), "feed_back", actor=Actor("li", Role.ADMIN))
    assert refused(case, "check", actor=Actor("li", Role.DUTY_OFFICER), town=town) == "two_person"
    case = step(case, "check", actor=Actor("wang", Role.DUTY_OFFICER), town=town)
    assert refused(case, "close", actor=Actor("wang", Role.DUTY_OFFICER), town=town) == "two_person"
    assert step(case, "close", actor=BOSS, town=town).state == "closed"


def test_a_worker_settles_verifies_and_checks_on_the_spot_in_the_own_grid_only() -> None:
    here, there = born(source="worker", where=str(WORKER.grid)), born(source="worker", where="TW-O1-G1")
    assert refused(msgspec.structs.replace(there, state=here.state), "note", actor=WORKER) == "words_needed"
    fresh = msgspec.structs.replace(here, state="reported")
    settled = step(fresh, "self_handle", actor=WORKER, note=WORDS, outcome="done")
    assert (settled.state, settled.outcome, settled.solver) == ("self_handled", "done", WORKER.login)
    assert refused(settled, "check", actor=WORKER) == "forbidden"
    asked = step(settled, "ask_check", actor=DUTY)
    assert step(asked, "check", actor=WORKER).checker == WORKER.login
    elsewhere = msgspec.structs.replace(there, state="verify_pending")
    assert refused(elsewhere, "verify", actor=WORKER) == "forbidden"
    found = step(msgspec.structs.replace(here, state="verify_pending"), "refute", actor=WORKER, reason="refute.nothing")
    assert (found.state, found.desk) == ("verify_pending", "refuted")


# --- the timer wakes exactly when there is something to say


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(Act)), st.integers(0, 4000)), max_size=25),
    st.sampled_from(["water.burst", "street.light"]),
)
def test_a_case_that_wakes_has_something_to_say(acts: list[tuple[Act, int]], type: str) -> None:
    case, at = born(type), NOW
    for act, minutes in acts:
        at += minutes * MINUTE
        do = Do(act=act, note=WORDS, unit="clean", amount=1, score=4, until=at + timedelta(days=3), type=type)
        try:
            case = fold(case, decide(do, case, city(), at, BOSS), at)
        except Refused:
            continue
    for _ in range(30):
        wake = wake_at(case)
        if wake is None:
            break
        at = max(at, wake)
        facts = watch(case, city(), at)
        assert facts
        case = fold(case, facts, at)
    assert wake_at(case) is None
    assert scope(BOSS).holds(case)
