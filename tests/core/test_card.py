"""The row of a case: what late, soon, on time and needing a person mean, from deadlines and states alone."""

from datetime import timedelta

import msgspec
import pytest
from template import NOW

from northbank.core.card import Card, card, shown
from northbank.core.case import Case, Spot
from northbank.core.city import Stage
from northbank.core.deadline import Deadline, mark, meet
from northbank.core.moves import State

HOUR = timedelta(hours=1)


def deadline(
    stage: Stage = "solve", hours: int = 4, *marks: str, met: int | None = None, paused: bool = False
) -> Deadline:
    made = Deadline(
        stage=stage, limit="L", calendar="c", unit="hour", started_at=NOW, due_at=NOW + hours * HOUR,
        soon_at=NOW + hours * HOUR * 4 // 5, paused_at=NOW if paused else None,
    )  # fmt: skip
    for kind in marks:
        made = mark(made, kind)  # type: ignore[arg-type]
    return made if met is None else meet(made, NOW + met * HOUR)


def of(state: str = "handling", *deadlines: Deadline, **more: object) -> Card:
    given = {
        "id": "i", "number": "n", "version": 3, "state": State(state), "source": "phone", "level": "district",
        "subject": "s", "reporter": "r", "reported_at": NOW, "changed_at": NOW, "deadlines": deadlines,
    } | more  # fmt: skip
    return card(Case(**given), 7)  # type: ignore[arg-type]


def flags(found: Card) -> str:
    return " ".join(name for name in ("open", "late", "soon", "needs", "on_time") if getattr(found, name))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (of("handling", deadline()), "open"),
        (of("handling", deadline("solve", 4, "soon")), "open soon"),
        (of("handling", deadline("solve", 4, "soon", "overdue")), "open late needs"),
        (of("handling", deadline("solve", 4, "soon"), deadline("check", 1, "overdue")), "open late needs"),
        (of("handling", deadline(), deadline("sign", 1, "overdue", met=3)), "open"),
        (of("suspended", deadline("solve", 4, "soon", paused=True)), "open"),
        (of("suspended", deadline("solve", 4, "overdue", paused=True)), "open late needs"),
        (of("feedback", deadline("solve", 4, met=4)), "open"),
        (of("feedback", deadline("solve", 4, met=5)), "open late needs"),
        (of("closed", deadline("solve", 4, met=4)), "on_time"),
        (of("closed", deadline("solve", 4, met=5)), "late"),
        (of("closed"), "on_time"),
        (of("rejected", deadline("solve", 4, met=1)), ""),
        (of("reported"), "open"),
        (of("reported", urgent=True), "open needs"),
        (of("accepted", urgent=True), "open needs"),
        (of("dispatched", urgent=True), "open"),
        (of("reported", desk="no_type"), "open needs"),
        (of("returned", desk="returned"), "open needs"),
    ],
)
def test_flags(found: Card, wanted: str) -> None:
    assert flags(found) == wanted


def test_on_time_is_said_of_cases_that_ended_with_work_done_only() -> None:
    said = {state.value: of(state.value, deadline("solve", 4, met=5)).on_time for state in State}
    assert said == {state.value: (False if state in (State.CLOSED, State.RATED) else None) for state in State}
    assert of("archived", deadline("solve", 4, met=5), before=State.CLOSED).on_time is False
    assert of("archived", deadline("solve", 4, met=5), before=State.REJECTED).on_time is None


def test_times_and_places() -> None:
    found = of("handling", deadline("sign", 1), deadline("solve", 4), spot=Spot(1.5, 2.5, "G", "C", "T"))
    assert (found.due_at, found.stage_due_at, found.wake_at) == (NOW + 4 * HOUR, NOW + HOUR, NOW + HOUR * 4 // 5)
    assert (found.lon, found.lat, found.grid, found.community, found.town) == (1.5, 2.5, "G", "C", "T")
    assert (found.position, found.version) == (7, 3)
    later = of("handling", deadline("sign", 1, met=1), deadline("solve", 4))
    assert (later.stage_due_at, later.wake_at) == (NOW + 4 * HOUR, NOW + 4 * HOUR * 4 // 5)


def test_ended_cases_wake_nobody_and_are_due_no_more() -> None:
    for state in ("closed", "rejected"):
        found = of(state, deadline("solve", 4), deadline("check", 1))
        assert (found.wake_at, found.stage_due_at, found.open, found.soon) == (None, None, False, False)


def test_a_wall_in_a_hall_does_not_say_who_sent_it() -> None:
    found = of("handling", external="E-1")
    assert (shown(found).reporter, shown(found).external, shown(found).subject) == ("", None, "")
    kept = msgspec.structs.replace(found, reporter="", external=None, subject="")
    assert shown(found) == kept
