"""Why did this come to me: row, version, values used and next best rows, of reports with attributes too."""

from typing import Any

import pytest
from flows.memory import Memory
from msgspec.structs import replace
from template import CLEAN, DUTY, HARBOR, INTAKE, NOW, point

from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_why import why


async def make(memory: Memory, type: str | None = "water.quality", grid: str = "TW-H1-G1", **more: Any) -> str:
    new = NewReport(type=type, place=Where(*point(grid)), source="phone", **more)
    return (await report(memory.world, INTAKE, new)).id


async def test_the_row_the_version_the_values_and_the_next_best_rows(memory: Memory) -> None:
    found = await why(memory.world, DUTY, await make(memory, attributes={"indoors": False}))
    assert (found.row, found.owner, found.pack, found.pack_now, found.judged_at) == (
        "R32", "harbor", memory.world.city.version, memory.world.city.version, NOW,
    )  # fmt: skip
    assert {one.name.en: one.value.en for one in found.values}["Indoors"] == "no"
    assert [(row.row, row.owner, row.followed, row.taken, row.fits) for row in found.rows] == [
        ("R32", "harbor", True, True, True), ("R31", "waterworks", False, False, True),
    ]  # fmt: skip
    assert [(c.column.en, c.asked.en, c.found.en, c.holds) for c in found.rows[0].conditions][1:] == [
        ("Place", "Harbor", "Quayside block 1", True), ("Indoors", "no", "no", True),
    ]  # fmt: skip
    assert found.hindrance is None


async def test_a_row_that_misses_says_by_what(memory: Memory) -> None:
    found = await why(memory.world, DUTY, await make(memory))
    assert found.row == "R31"
    (missed,) = [row for row in found.rows if not row.fits]
    assert (missed.row, missed.why.en, missed.why.zh) == ("R32", "Indoors does not fit", "室内不符")


async def test_a_case_that_waits_at_the_desk_has_no_row(memory: Memory) -> None:
    found = await why(memory.world, DUTY, await make(memory, type="other"))
    assert (found.row, found.owner, found.rows) == (None, "center", [])


async def test_an_officers_own_choice_is_followed_by_no_row(memory: Memory) -> None:
    id = await make(memory, type="street.noise")
    await act(memory.world, DUTY, id, Act.ACCEPT, ActBody())
    await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="watch"))
    found = await why(memory.world, DUTY, id)
    assert (found.row, found.owner) == (None, "watch")
    assert [(row.row, row.followed, row.taken) for row in found.rows] == [("R23", False, True)]


async def test_nobody_learns_of_cases_beyond_their_scope(memory: Memory) -> None:
    id = await make(memory, attributes={"indoors": False})
    assert (await why(memory.world, HARBOR, id)).row == "R32"
    with pytest.raises(Refused):
        await why(memory.world, CLEAN, id)


async def test_what_was_taken_back_from_the_towns_cannot_be_dispatched_to_one(memory: Memory) -> None:
    id = await make(memory, type="water.quay")
    with pytest.raises(Refused) as caught:
        await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="q-harbor"))
    assert caught.value.code == "taken_back"
    assert "R30" in caught.value.say("en")
    assert "Resolution 7" in caught.value.say("en")
    await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="watch"))  # its row is no longer that of the case
    with pytest.raises(Refused) as caught:
        await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="q-harbor"))
    assert caught.value.code == "taken_back", "the library is asked anew"


@pytest.mark.parametrize("way", ["support", "ask_help", "arbitrate"])
async def test_no_town_gets_what_was_taken_back_by_another_way(memory: Memory, way: str) -> None:
    """As a helper of a dispatch, as a helper asked for later, by arbitration."""
    id = await make(memory, type="water.quay")
    match way:
        case "support":
            what, body = Act.DISPATCH, ActBody(unit="watch", support=("roads", "q-old"))
        case "ask_help":
            await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="watch"))
            what, body = Act.ASK_HELP, ActBody(unit="q-old")
        case _:
            for step in (Act.RETURN, Act.DISPUTE):
                await act(memory.world, DUTY, id, step, ActBody(note="not ours"))
            what, body = Act.ARBITRATE, ActBody(unit="q-old", note="yours")
    before = memory.image()
    with pytest.raises(Refused) as caught:
        await act(memory.world, DUTY, id, what, body)
    assert caught.value.code == "taken_back"
    assert "R30" in caught.value.say("en")
    assert memory.image() == before
    units = {"support": ("roads",)} if body.support else {"unit": "roads"}
    fine = await act(memory.world, DUTY, id, what, replace(body, **units))
    assert "roads" in (fine.owner, *fine.support)


@pytest.mark.parametrize(
    ("code", "type", "attributes"),
    [
        ("unknown_attribute", "water.quality", {"pipe_mm": 300}),
        ("unknown_attribute", "street.noise", {"indoors": True}),
        ("unknown_attribute", None, {"color": "brown"}),
        ("attribute_value", "water.quality", {"indoors": "no"}),
        ("attribute_value", "water.burst", {"pipe_mm": 3001}),
        ("attribute_value", "water.burst", {"pipe_mm": True}),
    ],
)
async def test_what_a_report_may_not_say_is_refused(
    memory: Memory, code: str, type: str | None, attributes: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as caught:
        await make(memory, type=type, attributes=attributes)
    assert caught.value.code == code
    assert not list(memory.cases.cards())


async def test_what_was_said_before_the_type_counts_once_there_is_one(memory: Memory) -> None:
    id = await make(memory, type=None, attributes={"indoors": False})
    await act(memory.world, DUTY, id, Act.RETYPE, ActBody(type="water.quality"))
    assert (await why(memory.world, DUTY, id)).row == "R32"
