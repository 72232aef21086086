"""Suggestions in use: for words being written, for a waiting case, at intake where the pack lets it; and training on closed cases."""

from datetime import timedelta
from functools import cache

import pytest
from flows.memory import Memory
from flows.memory_scans import Adviser, MemoryScans
from msgspec.structs import replace
from template import ADMIN, DUTY, INTAKE, LEADER, NOW, ROADS, city, point

from northbank.core.city import SuggestRules
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.core.suggest import Model, Trained
from northbank.core.suggest_fit import Example, fit
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import NewReport, Where, report
from northbank.flows.suggest import suggest, suggest_for
from northbank.flows.train import examples, record

SAID = {
    "street.light": ("路灯不亮", "the street lamp is dark"),
    "street.pothole": ("路面坑洞", "a deep hole in the road"),
    "water.burst": ("水管爆裂", "a pipe has burst"),
}
PLACE = Where(*point("TW-H1-G1"))


@cache
def model() -> Model:
    told = [
        Example(f"{words} {chr(0x4E00 + 7 * n)}{chr(0x5E00 + 5 * n)}", type, NOW + timedelta(hours=n))
        for n in range(120)
        for type, both in SAID.items()
        for words in both
    ]
    return fit(told, version="suggest-0007", made_at=NOW, pack="p")


def with_model(memory: Memory, auto: bool = False) -> Memory:
    changed = replace(city(), suggest=SuggestRules(auto=auto))
    memory.world = replace(memory.world, city=changed, adviser=Adviser(model()), scans=MemoryScans(memory))
    return memory


def test_words_being_written_get_types_with_how_sure_and_why(memory: Memory) -> None:
    found = suggest(with_model(memory).world, "桥边路灯不亮了")
    assert found.suggestions[0].type == "street.light"
    assert found.sure
    assert found.model == "suggest-0007"
    assert all(piece in "桥边路灯不亮了" for piece in found.suggestions[0].pieces)


def test_without_a_model_nothing_is_suggested(memory: Memory) -> None:
    found = suggest(memory.world, "路灯不亮")
    assert (found.suggestions, found.sure, found.model) == ((), False, None)


async def test_a_waiting_case_is_proposed_to_the_desk_and_nothing_is_decided(memory: Memory) -> None:
    world = with_model(memory).world
    made = await report(world, INTAKE, NewReport(text="路灯不亮", place=PLACE))
    assert (made.type, made.at_desk) == (None, True)
    before = len(memory.store.entries)
    found = await suggest_for(world, DUTY, made.id)
    assert found.suggestions[0].type == "street.light"
    assert len(memory.store.entries) == before
    done = await act(world, DUTY, made.id, Act.RETYPE, ActBody(type=found.suggestions[0].type))
    assert done.type == "street.light"
    memory.check()


async def test_only_those_who_may_read_the_words_get_suggestions_from_them(memory: Memory) -> None:
    world = with_model(memory).world
    made = await report(world, INTAKE, NewReport(text="路灯不亮", place=PLACE))
    with pytest.raises(Refused) as refused:
        await suggest_for(world, LEADER, made.id)
    assert refused.value.code == "forbidden"
    with pytest.raises(Refused) as refused:
        await suggest_for(world, ROADS, made.id)
    assert refused.value.code == "not_found"


async def test_erased_words_suggest_nothing(memory: Memory) -> None:
    world = with_model(memory).world
    made = await report(world, INTAKE, NewReport(text="路灯不亮", place=PLACE))
    case = await memory.cases.get(made.id)
    assert case is not None
    await erase(world, DUTY, case.subject, EraseBody("request"))
    assert (await suggest_for(world, DUTY, made.id)).suggestions == ()


async def test_where_the_pack_lets_it_a_sure_model_types_the_report_and_signs_for_it(memory: Memory) -> None:
    world = with_model(memory, auto=True).world
    made = await report(world, INTAKE, NewReport(text="桥边路灯不亮", place=PLACE), key="k")
    assert made.type == "street.light"
    assert not made.at_desk
    entries = [(entry.type, entry.actor) for entry in memory.store.entries]
    assert entries[0] == ("case.reported", "intake")
    assert ("case.retyped", "suggest-0007") in entries
    assert {entry.cause for entry in memory.store.entries[1:]} == {memory.store.entries[0].id}
    assert await report(world, INTAKE, NewReport(text="桥边路灯不亮", place=PLACE), key="k") == made
    memory.check()  # a rebuild asks no model


async def test_what_is_doubtful_or_typed_already_is_left_to_people(memory: Memory) -> None:
    world = with_model(memory, auto=True).world
    doubtful = await report(world, INTAKE, NewReport(text="魑魅魍魉", place=PLACE))
    assert (doubtful.type, doubtful.at_desk) == (None, True)
    typed = await report(world, INTAKE, NewReport(type="street.pothole", text="路灯不亮", place=PLACE))
    assert typed.type == "street.pothole"
    assert all(entry.actor == "intake" for entry in memory.store.entries)


async def test_closed_cases_with_words_are_what_is_learned_from(memory: Memory) -> None:
    world = with_model(memory).world
    kept = await report(world, INTAKE, NewReport(type="street.light", text="路灯不亮", place=PLACE))
    wordless = await report(world, INTAKE, NewReport(type="street.light", place=PLACE))
    gone = await report(world, INTAKE, NewReport(type="street.light", text="忘记我", place=PLACE))
    await report(world, INTAKE, NewReport(type="street.light", text="还没办", place=PLACE))
    for made in (kept, wordless, gone):
        case = await memory.cases.get(made.id)
        assert case is not None
        way = (
            "sign start feed_back check close"
            if case.state == "dispatched"
            else "accept dispatch sign start feed_back check close"
        )
        for word in way.split():
            await act(world, ADMIN, made.id, Act(word), ActBody(note="done"))
    erased = await memory.cases.get(gone.id)
    assert erased is not None
    await erase(world, DUTY, erased.subject, EraseBody("request"))
    seen: list[int] = []
    assert world.scans is not None
    found = await examples(world, world.scans.closed(), seen.append)
    assert [(one.text, one.type) for one in found] == [("路灯不亮", "street.light")]
    assert seen


async def test_the_journal_says_which_model_was_made_and_how_good_it_is(memory: Memory) -> None:
    for _ in range(2):
        await record(memory.world, model().about)
    told = [entry async for entry in memory.journal.read("model:suggest")]
    assert [entry.version for entry in told] == [1, 2]
    assert isinstance(told[0].data, Trained)
    assert told[0].data.about == model().about
    assert "路灯" not in memory.store.entries[0].data
