"""Hot issues: looked for when it is time, written down, listed for those who may see all of an issue, opened with its cases."""

import pytest
from flows.memory import Memory
from flows.memory_scans import MemoryScans
from msgspec.structs import replace
from template import DUTY, HARBOR, INTAKE, LEADER, OLD_TOWN, ROADS, city, point

from northbank.core.city import HotRules
from northbank.core.hotspots import Scanned, scan
from northbank.core.refusal import Refused
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.hot_issues import _spotted, ground_of, hot_issue, hot_issues, look_if_due
from northbank.flows.report import NewReport, Where, report

GRIDS = sorted(code for code, area in city().areas.items() if area.level == "grid")
RULES = HotRules(every_hours=24, history_days=20, window_days=3, radius_km=1.0, least=4, alpha=0.05, shuffles=199)


async def busy(memory: Memory) -> list[str]:
    """Twenty quiet days all over, then eight reports of a flood at one place in two days; ids of those eight."""
    memory.world = replace(memory.world, city=replace(city(), hot=RULES), scans=MemoryScans(memory))
    kinds = [code for code in city().types if code != "water.burst"]
    hot: list[str] = []
    for day in range(19):
        for n in range(6):
            grid = GRIDS[(day * 7 + n * 5) % len(GRIDS)]
            await _say(memory, grid, kinds[(day + n) % len(kinds)], "路灯不亮 thanks")
            memory.advance(hours=2)
        memory.advance(hours=12)
        if day >= 17:
            hot += [await _say(memory, "TW-H1-G1", "water.burst", "街上涨水了") for _ in range(4)]
    return hot


async def _say(memory: Memory, grid: str, type: str, text: str) -> str:
    return (await report(memory.world, INTAKE, NewReport(type=type, text=text, place=Where(*point(grid))))).id


async def test_a_cluster_is_found_written_down_and_opened(memory: Memory) -> None:
    hot = await busy(memory)
    fact = await look_if_due(memory.world)
    assert fact is not None
    assert fact.cases == len(memory.store.cases)
    listed = await hot_issues(memory.world, DUTY)
    assert listed.at == memory.clock.now()
    first = listed.issues[0]
    assert set(hot) <= set(first.issue.cases)
    assert first.issue.p <= 0.05
    assert first.count == len(first.issue.cases) > 2 * first.issue.expected
    opened = await hot_issue(memory.world, DUTY, first.issue.id)
    assert {one.id for one in opened.cards} == set(first.issue.cases)
    assert "涨水" in "".join(one.text for one in opened.terms)
    assert first.query == "ids=" + ",".join(first.issue.cases)


async def test_the_journal_holds_numbers_and_ids_and_no_words(memory: Memory) -> None:
    await busy(memory)
    await look_if_due(memory.world)
    entry = memory.store.entries[-1]
    assert (entry.stream, entry.type, entry.actor) == ("scan:hot", "scan.scanned", "system")
    assert "涨" not in entry.data
    memory.check()


async def test_the_same_cases_and_seed_give_the_written_result_again(memory: Memory) -> None:
    await busy(memory)
    fact = await look_if_due(memory.world)
    assert fact is not None
    scans = memory.world.scans
    assert scans is not None
    now = memory.clock.now()
    placed = await scans.placed(now.replace(year=2000))
    again = scan(
        [_spotted(one, now, scans.sketches) for one in placed], ground_of(memory.world.city), fact.rules, fact.seed
    )
    assert again.issues == fact.issues


async def test_it_looks_once_in_the_time_the_pack_says(memory: Memory) -> None:
    await busy(memory)
    assert isinstance(await look_if_due(memory.world), Scanned)
    assert await look_if_due(memory.world) is None
    memory.advance(hours=23, minutes=59)
    assert await look_if_due(memory.world) is None
    memory.advance(minutes=1)
    assert isinstance(await look_if_due(memory.world), Scanned)
    memory.world = replace(memory.world, city=replace(memory.world.city, hot=replace(RULES, every_hours=0)))
    memory.advance(days=9)
    assert await look_if_due(memory.world) is None


async def test_only_who_may_see_every_case_of_an_issue_hears_of_it(memory: Memory) -> None:
    await busy(memory)
    await look_if_due(memory.world)
    [first, *_] = (await hot_issues(memory.world, LEADER)).issues
    assert (await hot_issue(memory.world, LEADER, first.issue.id)).terms == []  # numbers, but no words
    inside = {grid.split("-")[1] for grid in first.issue.grids} == {"H1"}
    assert bool((await hot_issues(memory.world, HARBOR)).issues) == inside
    for actor in (OLD_TOWN, ROADS):
        found = await hot_issues(memory.world, actor)
        assert (found.issues, found.cases) == ([], 0), "nor how many cases there are"
        with pytest.raises(Refused) as refused:
            await hot_issue(memory.world, actor, first.issue.id)
        assert refused.value.code == "not_found"


async def test_words_are_compared_only_with_those_the_reader_may_see(memory: Memory) -> None:
    await busy(memory)
    await look_if_due(memory.world)
    scans = memory.world.scans
    assert scans is not None
    found = (await hot_issues(memory.world, HARBOR)).issues
    assert found, "an issue of the harbor alone"
    before = (await hot_issue(memory.world, HARBOR, found[0].issue.id)).terms
    beside = [card.id for card in memory.cases.cards() if card.town != "TW-H" and card.id in scans.sketches]
    assert beside
    said = scans.sketches[found[0].issue.cases[0]]
    scans.sketches.update(dict.fromkeys(beside, said))  # what others say elsewhere is the same now
    assert (await hot_issue(memory.world, HARBOR, found[0].issue.id)).terms == before


async def test_the_erased_are_dropped_from_memory_at_the_next_look(memory: Memory) -> None:
    hot = await busy(memory)
    await look_if_due(memory.world)
    scans = memory.world.scans
    assert scans is not None
    assert hot[0] in scans.sketches
    case = await memory.cases.get(hot[0])
    assert case is not None
    await erase(memory.world, DUTY, case.subject, EraseBody("request"))
    memory.advance(days=1)
    await look_if_due(memory.world)
    assert hot[0] not in scans.sketches


async def test_a_center_with_nothing_to_look_at_writes_nothing(memory: Memory) -> None:
    memory.world = replace(memory.world, city=replace(city(), hot=RULES), scans=MemoryScans(memory))
    await _say(memory, "TW-H1-G1", "water.burst", "水")
    before = len(memory.store.entries)
    assert await look_if_due(memory.world) is None
    assert len(memory.store.entries) == before


async def test_before_the_first_look_there_is_nothing(memory: Memory) -> None:
    assert (await hot_issues(memory.world, DUTY)).issues == []
    with pytest.raises(Refused):
        await hot_issue(memory.world, DUTY, "0123456789abcdef")
