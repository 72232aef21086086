"""Who may see what: one rule said three times (case, card, and by hand here), and no actor beyond their scope."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from template import ADMIN, CLEAN, DUTY, EVERYBODY, HARBOR, INTAKE, LEADER, NOW, OLD_TOWN, ROADS, WALL, WORKER

from northbank.core.access import ACTS, READS_PERSONS, REPORTERS, SYSTEM, Actor, Role, Scope, refuse_act, scope
from northbank.core.card import card
from northbank.core.case import Case, Spot, Task
from northbank.core.moves import MOVES, Act, State

TOWNS = st.sampled_from([None, "TW-H", "TW-O"])
UNITS = st.sampled_from([None, "roads", "clean", "center", "q-harbor"])
GRIDS = st.sampled_from([None, "TW-H1-G1", "TW-O1-G1"])
LOGINS = st.sampled_from(["roads", "quay.1", "phone", "system"])
ACTORS = st.builds(Actor, LOGINS, st.sampled_from(Role), UNITS, TOWNS, GRIDS)
PARTS = st.lists(UNITS.filter(bool).map(lambda unit: Task(1, str(unit), "asked", NOW)), max_size=2).map(tuple)
SPOTS = st.none() | st.builds(lambda grid, town: Spot(1.0, 2.0, grid or "TW-U1-G1", None, town), GRIDS, TOWNS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return Case(
        id="i", number="n", version=1, state=draw(st.sampled_from(State)), source="phone",
        level=draw(st.sampled_from(["district", "town", "grid"])), subject="s", reporter=draw(LOGINS),
        reported_at=NOW, changed_at=NOW + timedelta(minutes=1), spot=draw(SPOTS), owner=draw(UNITS),
        tasks=draw(PARTS),
    )  # fmt: skip


def by_hand(actor: Actor, case: Case) -> bool:
    """The rule in words: the district sees all; a town its own; a unit its own and those
    it has a part in; a grid its own; everybody what they sent."""
    town = case.spot.town if case.spot else None
    grid = case.spot.grid if case.spot else None
    own = case.reporter == actor.login
    unit = actor.unit is not None and (case.owner == actor.unit or any(one.unit == actor.unit for one in case.tasks))
    if actor.role in ("admin", "duty_officer", "leader", "wall"):
        return True
    if actor.role == "town_officer":
        return own or (actor.town is not None and town == actor.town) or unit
    if actor.role == "unit_officer":
        return own or unit
    if actor.role == "grid_worker":
        return own or (actor.grid is not None and grid == actor.grid)
    return own


@given(ACTORS, cases())
def test_the_scope_is_the_rule(actor: Actor, case: Case) -> None:
    rows = scope(actor)
    assert rows.holds(case) == rows.sees(card(case)) == by_hand(actor, case)


@given(ACTORS, ACTORS, cases())
def test_equal_keys_mean_equal_rows(one: Actor, other: Actor, case: Case) -> None:
    if scope(one).key == scope(other).key:
        assert scope(one).holds(case) == scope(other).holds(case)


def test_an_empty_scope_sees_nothing() -> None:
    nothing = Scope()
    case = Case(id="i", number="n", version=1, state=State.CLOSED, source="s", level="district", subject="s", reporter="r",
                reported_at=NOW, changed_at=NOW)  # fmt: skip
    assert nothing.key == "nothing"
    assert not nothing.holds(case)
    assert not nothing.sees(card(case))


@given(ACTORS, cases(), st.sampled_from(Act))
def test_nobody_acts_beyond_the_acts_of_their_role(actor: Actor, case: Case, act: Act) -> None:
    if act not in ACTS[actor.role]:
        refusal = refuse_act(actor, act, case)
        assert refusal is not None
        assert refusal.code == "forbidden"


@given(ACTORS, cases(), st.sampled_from(Act))
def test_only_the_center_acts_for_others(actor: Actor, case: Case, act: Act) -> None:
    """Who is neither of the district's desk nor a leader, nor of the case's units or its own town or grid, changes nothing;
    a reporter may say how satisfied they are."""
    town = case.spot.town if case.spot else None
    related = case.owner is not None and case.owner == actor.unit
    related = related or actor.unit in case.support
    related = related or (actor.role is Role.GRID_WORKER and case.spot is not None and case.spot.grid == actor.grid)
    related = related or (act is Act.RATE and case.reporter == actor.login)
    related = related or (actor.role is Role.TOWN_OFFICER and town is not None and town == actor.town)
    if actor.role not in (Role.ADMIN, Role.DUTY_OFFICER, Role.LEADER) and not related and act is not Act.NOTE:
        assert refuse_act(actor, act, case) is not None


@pytest.mark.parametrize("role", Role)
def test_every_role_is_in_every_table(role: Role) -> None:
    assert role in ACTS
    assert set().union(*(row for row in MOVES.values())) >= ACTS[role]


def test_roles_as_the_city_knows_them() -> None:
    assert {actor.login for actor in EVERYBODY if scope(actor).everything} == {"admin", "duty", "leader", "wall"}
    assert {actor.login for actor in EVERYBODY if actor.role in READS_PERSONS} == {
        "admin", "duty", "harbor", "old-town", "roads", "clean", "quay.1",
    }  # fmt: skip
    assert {actor.login for actor in EVERYBODY if actor.role in REPORTERS} == {
        "admin", "duty", "harbor", "old-town", "roads", "clean", "quay.1", "intake",
    }  # fmt: skip
    assert [scope(actor).key for actor in (ADMIN, DUTY, LEADER, WALL, SYSTEM)] == ["district"] * 5
    assert [scope(actor).key for actor in (HARBOR, OLD_TOWN, ROADS, CLEAN, WORKER, INTAKE)] == [
        "town:TW-H,unit:q-harbor,reporter:harbor", "town:TW-O,unit:q-old,reporter:old-town", "unit:roads,reporter:roads",
        "unit:clean,reporter:clean", "grid:TW-H1-G1,reporter:quay.1", "reporter:intake",
    ]  # fmt: skip
