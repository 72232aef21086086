"""What acts need and do: rights by role, content, return only where the row allows it, deadlines through a whole life."""

from datetime import datetime, timedelta

import msgspec
import pytest
from template import ADMIN, CLEAN, DUTY, HARBOR, INTAKE, LEADER, NOW, OLD_TOWN, ROADS, WALL, WORKER, city, point

from northbank.core.access import Actor, Role
from northbank.core.case import Case, Order, Review, Sealed, Spot, Task
from northbank.core.case_facts import CaseFact, Dispatched
from northbank.core.city import Stage
from northbank.core.doing import Do, Matter
from northbank.core.evolve import evolve
from northbank.core.handling import IN_WORDS, REASONED, decide, watch
from northbank.core.intake import Report, receive
from northbank.core.journal import Telling
from northbank.core.moves import MOVES, Act, State
from northbank.core.refusal import Refused

STREAM = "case:00000000-0000-7000-8000-000000000001"
WORDS = Sealed("00000000-0000-7000-8000-0000000000aa", "0" * 64)
MINUTE = timedelta(minutes=1)

# Who may do what, where the state allows it. Case: a pothole in the harbor's quarter, owned by the roads office; the
# clean office has a part in it, and an order was given to the watch.
# y: may. -: may not (forbidden). o: not the owner's, nor that of the part (not_yours). In the order of ACTS below.
ACTS = (
    "accept reject ask_verify register cancel dispatch grant deny suspend ask_check close dispute reopen merge split"
    " archive place retype describe divide look_back | rate | verify refute self_handle | check rework"
    " | sign start ask_extension ask_suspension resume escalate feed_back return | ask_help withdraw_task"
    " | take_task finish_task hand_back | arbitrate supervise | urge | answer | rate_help | note"
)
C, W, T = 21, 8, 3  # how many acts of the center alone, of the owner, of a part
RIGHTS = [
    (ADMIN, "district", "y" * C + "y yyy yy" + "y" * W + "yy" + "y" * T + "yy y y y y"),
    (DUTY, "district", "y" * C + "y yyy yy" + "y" * W + "yy" + "y" * T + "yy y y y y"),
    (LEADER, "district", "-" * C + "- --- --" + "-" * W + "--" + "-" * T + "yy y - - -"),
    (WALL, "district", "-" * C + "- --- --" + "-" * W + "--" + "-" * T + "-- - - - -"),
    (INTAKE, "district", "-" * C + "- --- --" + "-" * W + "--" + "-" * T + "-- - - - -"),
    (Actor("r", Role.INTAKE), "district", "-" * C + "y --- --" + "-" * W + "--" + "-" * T + "-- - - - -"),
    (WORKER, "grid", "-" * C + "- yyy --" + "-" * W + "--" + "-" * T + "-- - - - y"),
    (
        Actor("w", Role.GRID_WORKER, grid="TW-O1-G1"),
        "grid",
        "-" * C + "- --- --" + "-" * W + "--" + "-" * T + "-- - - - y",
    ),
    (ROADS, "district", "-" * C + "- --- --" + "y" * W + "yy" + "o" * T + "-- - y - y"),
    (ROADS, "town", "-" * C + "- --- --" + "y" * W + "yy" + "o" * T + "-- - y - y"),
    (CLEAN, "district", "-" * C + "- --- --" + "o" * W + "oo" + "y" * T + "-- - o - y"),
    (HARBOR, "district", "-" * C + "- --- --" + "o" * W + "oo" + "o" * T + "-- y o y y"),
    (HARBOR, "town", "y" * C + "y yyy yy" + "o" * W + "yy" + "o" * T + "-- y o y y"),
    (HARBOR, "community", "y" * C + "y yyy yy" + "o" * W + "yy" + "o" * T + "-- y o y y"),
    (HARBOR, "grid", "y" * C + "y yyy yy" + "o" * W + "yy" + "o" * T + "-- y o y y"),
    (OLD_TOWN, "grid", "-" * C + "- --- --" + "o" * W + "oo" + "o" * T + "-- - o - y"),
    (
        Actor("x", Role.TOWN_OFFICER, "roads", None),
        "grid",
        "-" * C + "- --- --" + "y" * W + "yy" + "o" * T + "-- - y - y",
    ),
    (
        Actor("x", Role.UNIT_OFFICER, "watch"),
        "district",
        "-" * C + "- --- --" + "o" * W + "oo" + "o" * T + "-- - y - y",
    ),
    (Actor("x", Role.UNIT_OFFICER, None), "district", "-" * C + "- --- --" + "o" * W + "oo" + "o" * T + "-- - o - y"),
]


def fold(case: Case | None, facts: list[CaseFact], at: datetime = NOW) -> Case:
    for fact in facts:
        case = evolve(case, Telling(STREAM, at, "a", "p"), fact)
    assert case is not None
    return case


def born(type: str | None = "street.noise", source: str = "phone", grid: str = "TW-H1-G1", at: datetime = NOW) -> Case:
    lon, lat = point(grid)
    report = Report(number="TW-0000001-8", subject="s", reporter="r", source=source, type=type, lon=lon, lat=lat)
    return fold(None, receive(report, city(), at), at)


def step(case: Case, act: str, at: datetime = NOW, actor: Actor = ADMIN, **more: object) -> Case:
    facts = decide(Do(act=Act(act), **more), case, city(), at, actor)  # type: ignore[arg-type]
    return fold(case, facts, at)


def refused(case: Case, act: str, actor: Actor = ADMIN, at: datetime = NOW, **more: object) -> str:
    with pytest.raises(Refused) as found:
        decide(Do(act=Act(act), **more), case, city(), at, actor)  # type: ignore[arg-type]
    return found.value.code


def any_state(case: Case, act: str) -> Case:
    """The case in a state where the act is possible."""
    state = next(state for state, row in MOVES.items() if act in row)
    tasks = () if act == "feed_back" else case.tasks  # an open part would keep the owner from it
    type = "water.quality" if act == "describe" else case.type  # of those that say something by attributes
    return msgspec.structs.replace(case, state=state, tasks=tasks, type=type)


@pytest.mark.parametrize(("actor", "level", "row"), RIGHTS, ids=lambda value: getattr(value, "login", str(value)))
def test_rights(actor: Actor, level: str, row: str) -> None:
    case = msgspec.structs.replace(
        born("street.pothole"), level=level, owner="roads", row=None, tasks=(Task(1, "clean", "asked", NOW),),
        orders=(Order(1, "order", "watch", NOW, "boss", due_at=NOW + timedelta(days=1)),),
        reviews=(Review(1, 30, NOW, called=True),),
    )  # fmt: skip
    other = msgspec.structs.replace(case, id="another", state=State.REPORTED)
    acts = ACTS.replace("|", "").split()
    cells = row.replace(" ", "")
    assert set(acts) == set(Act)
    assert len(acts) == len(cells) == len(Act)
    lon, lat = point("TW-H1-G2")
    for act, cell in zip(acts, cells, strict=True):
        here = any_state(case, act)
        given = {
            "note": WORDS, "lon": lon, "lat": lat, "type": "street.light", "amount": 1, "score": 5,
            "unit": "roads" if act == "rate_help" else "harbor", "until": NOW + timedelta(days=9),
            "outcome": "held", "attributes": {"indoors": True}, "matters": (Matter(id="b", number="b", type="street.waste"),),
        }  # fmt: skip
        if cell == "y":
            assert decide(Do(act=Act(act), **given), here, city(), NOW, actor, other)  # type: ignore[arg-type]
        else:
            said = refused(here, act, actor, **given)
            assert said == {"-": "forbidden", "o": "not_yours"}[cell], act


def test_the_version_is_looked_at_first_then_the_state_then_the_right() -> None:
    case = born()
    assert refused(case, "sign", CLEAN, version=99) == "conflict"
    assert refused(case, "sign", CLEAN, version=case.version) == "wrong_state"
    assert refused(case, "reject", CLEAN, version=case.version) == "forbidden"
    assert refused(case, "reject", version=case.version) == "reason_needed"


PARTS = {Act.HAND_BACK, Act.WITHDRAW_TASK}
REASONS = {code.partition(".")[0] for code in city().reasons} & {act.value for act in REASONED - IN_WORDS - PARTS}


@pytest.mark.parametrize("act", sorted(REASONS))
def test_acts_that_need_a_reason(act: str) -> None:
    case = msgspec.structs.replace(any_state(born(), act), row=None)
    given = {"unit": "roads", "amount": 1, "until": NOW + MINUTE}
    assert refused(case, act, **given) == "reason_needed"
    assert refused(case, act, reason="because") == "invalid"
    wrong = "reopen.again" if act != "reopen" else "reject.twice"
    assert refused(case, act, reason=wrong) == "invalid"
    right = next(code for code in city().reasons if code.startswith(f"{act}."))
    assert decide(Do(act=Act(act), reason=right, **given), case, city(), NOW, ADMIN)  # type: ignore[arg-type]
    assert decide(Do(act=Act(act), note=WORDS, **given), case, city(), NOW, ADMIN)  # type: ignore[arg-type]


def test_a_note_needs_words() -> None:
    assert refused(born(), "note") == "words_needed"


def test_dispatch_needs_a_place_a_type_and_a_unit_that_exists_that_day() -> None:
    case = step(born(), "accept")
    assert refused(msgspec.structs.replace(case, spot=None), "dispatch") == "unplaced"
    assert refused(msgspec.structs.replace(case, type=None), "dispatch") == "untyped"
    assert refused(case, "dispatch", unit="nobody") == "unknown_unit"
    assert refused(case, "dispatch", unit="nature") == "unknown_unit"
    assert step(case, "dispatch", unit="parks").owner == "parks"
    # 18:30 UTC on 30 June is a quarter past midnight on 1 July there: the parks office is closed.
    night = datetime.fromisoformat("2026-06-30T18:30:00Z")
    assert refused(case, "dispatch", at=night, unit="parks") == "unknown_unit"
    assert step(case, "dispatch", at=night, unit="nature").owner == "nature"


def test_dispatching_again_goes_elsewhere() -> None:
    case = step(step(born(), "accept"), "dispatch", unit="roads")
    assert refused(case, "dispatch", unit="roads") == "same_owner"
    assert refused(case, "dispatch") == "same_owner"
    assert step(case, "dispatch", unit="clean").owner == "clean"


def test_the_row_is_kept_only_for_its_own_owner() -> None:
    case = step(born(), "accept")
    assert (case.row, case.owner) == ("R23", "q-harbor")
    [own] = decide(Do(act=Act.DISPATCH), case, city(), NOW, ADMIN)
    [other] = decide(Do(act=Act.DISPATCH, unit="watch"), case, city(), NOW, ADMIN)
    assert isinstance(own, Dispatched)
    assert isinstance(other, Dispatched)
    assert (own.owner, own.row) == ("q-harbor", "R23")
    assert (other.owner, other.row) == ("watch", None)


def test_return_only_where_the_row_lets_the_owner() -> None:
    burst = born("water.burst")  # R10 goes straight to the waterworks, which may not refuse
    water = Actor("w", Role.UNIT_OFFICER, "waterworks")
    assert (burst.state, burst.owner, burst.row) == ("dispatched", "waterworks", "R10")
    assert refused(burst, "return", water, reason="return.not_mine") == "may_not_return"
    assert step(burst, "return", actor=DUTY, reason="return.not_mine").state == "returned"
    hole = born("street.pothole")  # R20: the roads office may
    assert step(hole, "return", actor=ROADS, reason="return.not_mine").desk == "returned"
    chosen = step(burst, "dispatch", unit="roads")  # an officer's choice: no row, so it may come back
    assert step(chosen, "return", actor=ROADS, reason="return.not_mine").state == "returned"


def test_times_of_acts() -> None:
    case = born()
    assert refused(case, "accept", happened_at=NOW + timedelta(minutes=6)) == "future"
    assert refused(case, "accept", happened_at=NOW - timedelta(minutes=6)) == "before_report"
    assert refused(case, "accept", happened_at=NOW - timedelta(days=366 * 40)) == "too_old"
    odd = (NOW + timedelta(minutes=3)).astimezone(city().calendar.zone)
    [fact] = decide(Do(act=Act.ACCEPT, happened_at=odd), case, city(), NOW, ADMIN)
    assert fact.happened_at == odd
    assert str(fact.happened_at).endswith("+00:00")


def due(case: Case, stage: Stage) -> datetime:
    found = case.deadline(stage)
    assert found is not None
    return found.due_at


def met(case: Case, stage: Stage) -> datetime | None:
    found = case.deadline(stage)
    assert found is not None
    return found.met_at


def test_deadlines_through_a_life() -> None:
    """Noise: accept within 30 minutes, dispatch 60 minutes, sign 4 working hours, solve 7 working days, check 1."""
    case = born()
    assert {one.stage for one in case.deadlines} == {"accept", "solve"}
    assert due(case, "accept") == NOW + 30 * MINUTE
    solve = due(case, "solve")
    case = step(case, "accept", NOW + 10 * MINUTE)
    assert met(case, "accept") == NOW + 10 * MINUTE
    assert due(case, "dispatch") == NOW + 70 * MINUTE
    case = step(case, "dispatch", NOW + 20 * MINUTE, unit="roads")
    assert met(case, "dispatch") == NOW + 20 * MINUTE
    signed_by = due(case, "sign")
    case = step(case, "sign", NOW + 30 * MINUTE, ROADS)
    assert (met(case, "sign"), due(case, "sign")) == (NOW + 30 * MINUTE, signed_by)
    case = step(case, "start", NOW + 40 * MINUTE, ROADS)
    assert (met(case, "solve"), due(case, "solve")) == (None, solve)
    case = step(case, "feed_back", NOW + 50 * MINUTE, ROADS, outcome="done")
    assert (met(case, "solve"), case.outcome) == (NOW + 50 * MINUTE, "done")
    assert met(case, "check") is None
    case = step(case, "rework", NOW + 60 * MINUTE, reason="rework.not_done")
    assert (case.state, met(case, "solve"), due(case, "solve"), case.reworks) == ("rework", None, solve, 1)
    assert met(case, "check") == NOW + 60 * MINUTE
    case = step(case, "start", NOW + 65 * MINUTE, ROADS)
    case = step(case, "feed_back", NOW + 70 * MINUTE, ROADS, outcome="better")
    assert met(case, "check") is None
    assert due(case, "check") > NOW + 70 * MINUTE
    case = step(case, "check", NOW + 80 * MINUTE)
    case = step(case, "close", NOW + 90 * MINUTE)
    assert (case.closed_at, case.outcome, met(case, "check")) == (NOW + 90 * MINUTE, "better", NOW + 80 * MINUTE)
    assert all(one.met_at is not None for one in case.deadlines)


def test_suspending_stops_the_solving_clock_and_resuming_gives_the_rest() -> None:
    case = born("water.burst")  # solve within 2 hours by the clock on the wall
    case = step(step(step(case, "finish_task"), "sign"), "start")
    assert due(case, "solve") == NOW + timedelta(hours=2)
    case = step(case, "suspend", NOW + 30 * MINUTE, reason="suspend.weather")
    paused = case.deadline("solve")
    assert paused is not None
    assert (paused.paused_at, paused.left, paused.running) == (NOW + 30 * MINUTE, 90, False)
    assert not watch(case, city(), NOW + timedelta(days=9))
    case = step(case, "resume", NOW + timedelta(days=1))
    assert due(case, "solve") == NOW + timedelta(days=1, minutes=90)
    case = step(case, "feed_back", NOW + timedelta(days=1, minutes=89))
    found = case.deadline("solve")
    assert found is not None
    assert not found.late(NOW + timedelta(days=30))


def test_reopening_begins_anew_and_keeps_count() -> None:
    case = born("street.pothole")
    for act in ("sign", "start", "feed_back", "check", "close"):
        case = step(case, act, NOW + 5 * MINUTE)
    later = NOW + timedelta(days=60)
    case = step(case, "reopen", later, reason="reopen.again")
    assert (case.state, case.desk, case.closed_at, case.outcome, case.reopenings) == (
        "reopened",
        "reopened",
        None,
        None,
        1,
    )
    solve = case.deadline("solve")
    assert solve is not None
    assert (solve.started_at, solve.met_at, solve.marked) == (later, None, ())
    retyped = step(case, "retype", later + MINUTE, type="water.quay")
    solve = retyped.deadline("solve")
    assert solve is not None
    assert solve.started_at == later, "a reopened case must not be late from the moment it gets another type"
    assert retyped.desk == "reopened", "routing does not take a reopened case from the desk"
    assert step(retyped, "dispatch", later + 2 * MINUTE, unit="harbor").desk is None


def test_a_returned_case_stays_at_the_desk_until_it_is_dispatched() -> None:
    case = step(born("street.pothole"), "return", actor=ROADS, reason="return.wrong_place")
    assert (case.desk, case.returns) == ("returned", 1)
    lon, lat = point("TW-O1-G1")
    placed = step(case, "place", lon=lon, lat=lat)
    assert placed.spot == Spot(lon, lat, "TW-O1-G1", "TW-O1", "TW-O")
    assert placed.desk == "returned"
    other = step(placed, "retype", type="other")
    assert other.desk == "no_row"
    again = step(other, "retype", type="street.pothole")
    assert again.desk == "returned"
    assert step(again, "dispatch").desk is None


def test_placing_and_typing_bring_a_case_from_the_desk_to_an_owner() -> None:
    report = Report(number="n", subject="s", reporter="r", source="phone", has_address=True)
    case = fold(None, receive(report, city(), NOW))
    assert (case.desk, case.owner, case.row) == ("no_place", "center", None)
    solve = due(case, "solve")
    lon, lat = point("TW-H1-G1")
    placed = step(case, "place", NOW + 5 * MINUTE, lon=lon, lat=lat)
    assert (placed.desk, placed.owner) == ("no_type", "center")
    assert due(placed, "solve") == solve
    typed = step(placed, "retype", NOW + 6 * MINUTE, type="street.light")
    assert (typed.desk, typed.owner, typed.row, typed.board) == (None, "roads", "R20", "streets")
    assert typed.state == "reported", "an officer placed it, an officer accepts it"
    found = typed.deadline("solve")
    assert found is not None
    assert (found.started_at, found.limit) == (NOW, "L14")
    assert refused(case, "place", lon=0.0, lat=0.0) == "outside"
    assert refused(case, "place") == "no_place"
    assert refused(case, "retype") == "untyped"
    assert refused(case, "retype", type="no.such") == "unknown_type"


def test_words_that_come_with_placing_or_typing_are_kept() -> None:
    lon, lat = point("TW-H1-G2")
    for act, more in (("place", {"lon": lon, "lat": lat}), ("retype", {"type": "street.light"})):
        facts = decide(Do(act=Act(act), note=WORDS, **more), born(), city(), NOW, ADMIN)  # type: ignore[arg-type]
        assert getattr(facts[-1], "note", None) == WORDS


def test_a_new_type_with_the_same_due_time_is_not_announced_again() -> None:
    case = born("street.noise")
    solve = case.deadline("solve")
    assert solve is not None
    late = solve.due_at + MINUTE
    case = fold(case, watch(case, city(), late), late)
    case = step(case, "retype", late, type="street.vendor")  # seven working days as well
    found = case.deadline("solve")
    assert found is not None
    assert (found.due_at, found.marked) == (solve.due_at, ("overdue",))
    case = step(case, "retype", late, type="street.light")  # one working day
    found = case.deadline("solve")
    assert found is not None
    assert found.marked == ()


def test_the_timer_says_soon_then_overdue_once_each() -> None:
    plain = msgspec.structs.replace(city(), ladder=())
    case = msgspec.structs.replace(step(step(born("water.burst"), "sign"), "start"), tasks=())
    solve = case.deadline("solve")
    assert solve is not None
    assert solve.soon_at is not None
    assert solve.due_at is not None
    assert watch(case, plain, solve.soon_at - MINUTE) == []
    [soon] = watch(case, plain, solve.soon_at)
    case = fold(case, [soon], solve.soon_at)
    assert watch(case, plain, solve.due_at) == []
    [over] = watch(case, plain, solve.due_at + MINUTE)
    case = fold(case, [over], solve.due_at + MINUTE)
    assert watch(case, plain, solve.due_at + timedelta(days=400)) == []
    assert [type(soon).__name__, type(over).__name__] == ["SoonDue", "Overdue"]


def test_ended_cases_are_never_marked() -> None:
    case = step(born(), "reject", reason="reject.twice")
    assert watch(case, city(), NOW + timedelta(days=200)) == []
    assert all(one.met_at == NOW for one in case.deadlines)
