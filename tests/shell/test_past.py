"""The past: what a list, the wall and a case showed at a moment is what they show as of that moment ever after."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flows.walk import Walk
from msgspec.structs import replace
from shell.stored import Stored, store
from template import ADMIN, CLEAN, DUTY, EVERYBODY, HARBOR, INTAKE, ROADS, WORKER, city, point

from northbank.core.access import Actor, scope
from northbank.core.card import shown
from northbank.core.hotspots import Issue, Scanned
from northbank.core.moves import Act
from northbank.core.past import Then
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, MatterBody, act, visible
from northbank.flows.entries import note
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.hot_issues import STREAM, hot_issues
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_cases import detail, page
from northbank.flows.see_past import wall_then
from northbank.flows.see_wall import picture
from northbank.ports import CaseQuery, World
from northbank.shell.store.film import PgHistory
from northbank.shell.store.scans import PgScans

QUERIES = (
    CaseQuery(), CaseQuery(open=True), CaseQuery(late=True), CaseQuery(sort="due", open=True), CaseQuery(sort="changed"),
    CaseQuery(state="dispatched,returned", limit=3), CaseQuery(owner="roads"), CaseQuery(needs=True, limit=2),
)  # fmt: skip


@pytest.fixture
async def one(fresh_database: str) -> AsyncIterator[Stored]:
    """A center with a past."""
    async with store(fresh_database) as made:
        made.world = replace(made.world, history=PgHistory(made.pool, ZoneInfo(city().timezone)))
        yield made


class Seen:
    """What was shown at a moment."""

    def __init__(
        self, position: int, asked: list[tuple[Actor, CaseQuery]], pages: list[Any], wall: Any, at: Any
    ) -> None:
        self.position, self.asked, self.pages, self.wall, self.at = position, asked, pages, wall, at


async def look(world: World, chance: random.Random) -> Seen:
    """Some lists of some people, and a wall, as they are now."""
    asked = [(chance.choice(EVERYBODY), chance.choice(QUERIES)) for _ in range(4)]
    pages = [await page(world, actor, query) for actor, query in asked]
    actor = chance.choice((ADMIN, HARBOR, ROADS))
    made = await picture(world, scope(actor))
    now = world.clock.now()
    return Seen(await world.journal.position(), asked, pages, (actor, made.cards, made.tiles(now)), now)


@pytest.mark.parametrize("seed", [11, 12])
async def test_what_was_shown_is_shown_ever_after(one: Stored, seed: int) -> None:
    chance, walk = random.Random(seed), Walk(one.world, seed, one.clock.advance)
    seen: list[Seen] = []
    for _ in range(25):
        await walk.go(8)
        if await one.journal.position():
            seen.append(await look(one.world, chance))
            one.clock.advance(timedelta(seconds=1))  # a time tells two positions apart only where it passes
    chance.shuffle(seen)
    for once in [*seen, *seen[:5]]:  # asked again: from what is kept, and after others were pushed out
        for (actor, query), then_page in zip(once.asked, once.pages, strict=True):
            again = await page(one.world, actor, replace(query, as_of=str(once.position)))
            assert (again.rows, again.total, again.position, again.past) == (
                then_page.rows,
                then_page.total,
                once.position,
                True,
            )
        actor, cards, tiles = once.wall
        told = await wall_then(one.world, scope(actor), once.at.isoformat())
        assert told.past
        assert told.position == once.position
        assert {card.id: card.version for card in told.cards} == {card.id: card.version for card in cards.values()}
        assert told.tiles == tiles
        await walk.go(1)  # the present moves on meanwhile


async def test_pages_of_the_past_follow_one_another(one: Stored) -> None:
    walk = Walk(one.world, 5, one.clock.advance)
    await walk.go(120)
    position = await one.journal.position()
    whole = (await page(one.world, ADMIN, CaseQuery(limit=500))).rows
    await walk.go(60)
    found, after = [], None
    while True:
        part = await page(one.world, ADMIN, CaseQuery(limit=3, after=after, as_of=str(position)))
        found, after = found + part.rows, part.next
        if after is None:
            break
    assert found == whole


async def test_a_case_as_it_was(one: Stored) -> None:
    id = (await one.report()).id
    first = await one.journal.position()
    before = await detail(one.world, DUTY, id)
    one.clock.advance(timedelta(hours=1))
    reason = next(code for code in one.world.city.reasons if code.startswith("return."))
    await act(one.world, ADMIN, id, Act.RETURN, ActBody(reason=reason, note="not ours"))
    then = await detail(one.world, DUTY, id, as_of=str(first))
    assert (then.case, then.timeline, then.person, then.deadlines) == (
        before.case,
        before.timeline,
        before.person,
        before.deadlines,
    )
    assert not then.acts
    assert not then.impossible
    assert then.past is not None
    assert [place.code for place in then.past.places] == [
        "TW-H1-G1",
        "TW-H1",
        "TW-H",
        *[p.code for p in then.past.places[3:]],
    ]
    assert before.past is None
    with pytest.raises(Refused, match="begins later"):
        await detail(one.world, DUTY, id, as_of="0")
    for beyond in (str(first + 999), "2099-01-01T00:00:00Z"):
        with pytest.raises(Refused, match="nothing to see"):
            await detail(one.world, DUTY, id, as_of=beyond)
    for nonsense in ("yesterday", "2026-05-04", "2026-05-04T00:00:00", "-1", ""):
        with pytest.raises(Refused, match="as_of"):
            await detail(one.world, DUTY, id, as_of=nonsense)


async def test_a_report_as_it_was_before_it_was_split_and_its_attributes_corrected(one: Stored) -> None:
    new = NewReport(type="water.quality", place=Where(*point("TW-H1-G1")), text="brown water, and rubbish")
    id = (await report(one.world, INTAKE, new)).id
    first = await one.journal.position()
    await act(one.world, DUTY, id, Act.DESCRIBE, ActBody(attributes={"indoors": False}))
    corrected = await one.journal.position()
    await act(one.world, DUTY, id, Act.DIVIDE, ActBody(matters=(MatterBody(type="street.waste", note="the rubbish"),)))
    now, position = await detail(one.world, DUTY, id), await one.journal.position()
    [part] = now.offspring
    await act(one.world, DUTY, part.id, Act.MERGE, ActBody(into=id))
    before = await detail(one.world, DUTY, id, as_of=str(first))
    assert (before.attributes, before.case.owner, before.offspring, before.divided) == ({}, "waterworks", [], 0)
    between = await detail(one.world, DUTY, id, as_of=str(corrected))
    assert (between.attributes, between.case.owner, between.divided) == ({"indoors": False}, "harbor", 0)
    split = await detail(one.world, DUTY, id, as_of=str(position))
    assert (split.offspring, split.timeline) == (now.offspring, now.timeline)
    with pytest.raises(Refused, match="no such case"):
        await detail(one.world, DUTY, part.id, as_of=str(corrected))
    assert (await page(one.world, DUTY, CaseQuery(as_of=str(corrected)))).total == 1
    await one.check()


async def test_rights_of_today_over_cases_as_they_were_and_words_only_where_the_case_may_be_seen_today(
    one: Stored,
) -> None:
    """A unit that lost a case sees what it was when it had it, without the person; before it had it, it sees nothing."""
    id = (await one.report()).id
    with_roads = await one.journal.position()
    assert (await detail(one.world, ROADS, id)).person is not None
    reason = next(code for code in one.world.city.reasons if code.startswith("return."))
    await act(one.world, ADMIN, id, Act.RETURN, ActBody(reason=reason))
    await act(one.world, ADMIN, id, Act.DISPATCH, ActBody(unit="clean"))
    with pytest.raises(Refused):
        await visible(one.world, ROADS, id)
    then = await detail(one.world, ROADS, id, as_of=str(with_roads))
    assert then.case.owner == "roads"
    assert then.person is None
    assert not then.photos
    with pytest.raises(Refused, match="no such case"):
        await detail(one.world, CLEAN, id, as_of=str(with_roads))
    assert (await detail(one.world, CLEAN, id)).person is not None


async def test_what_was_erased_stays_erased(one: Stored) -> None:
    id = (await one.report()).id
    position = await one.journal.position()
    assert (await detail(one.world, DUTY, id, as_of=str(position))).person is not None
    await erase(one.world, DUTY, (await one.case(id)).subject, EraseBody("request"))
    then = await detail(one.world, DUTY, id, as_of=str(position))
    assert then.person is None
    assert then.erased


async def test_nobody_sees_more_of_the_past_than_today_allows(one: Stored) -> None:
    """Every row of every list as of any position lies inside the reader's scope of today."""
    walk, chance = Walk(one.world, 21, one.clock.advance), random.Random(21)
    await walk.go(250)
    tip = await one.journal.position()
    for _ in range(60):
        actor, at = chance.choice((HARBOR, ROADS, CLEAN, WORKER, INTAKE)), chance.randrange(1, tip + 1)
        found = await page(one.world, actor, CaseQuery(limit=500, as_of=str(at)))
        assert all(scope(actor).sees(card) for card in found.rows)
        assert all(card.position <= at for card in found.rows)
        known = {card.id for card in found.rows}
        for id in walk.ids:
            assert await sees(one.world, actor, id, at) == (id in known)


async def sees(world: World, actor: Actor, id: str, at: int) -> bool:
    """Whether the actor is shown a case as of a position."""
    try:
        return (await detail(world, actor, id, as_of=str(at))).case.id == id
    except Refused as refused:
        return refused.code != "not_found"


@pytest.mark.parametrize("actor", [ADMIN, HARBOR, ROADS])
async def test_playing_forward_shows_what_a_fresh_look_shows(one: Stored, actor: Actor) -> None:
    """A film through the past, in steps of any size, by scope: each picture is the one made anew; parts add up to the whole."""
    walk, chance = Walk(one.world, 41, one.clock.advance), random.Random(41)
    await walk.go(250)
    tip, at, held = await one.journal.position(), 1, {}
    of = scope(actor)
    while at <= tip:
        fresh = replace(one.world, history=PgHistory(one.pool, ZoneInfo(city().timezone)))
        whole, step = (
            await wall_then(fresh, of, str(at)),
            await wall_then(one.world, of, str(at), after=at - 1 if held else None),
        )
        assert step.tiles == whole.tiles
        assert step.stream == whole.stream
        assert step.partial == (bool(held) and of.everything)
        played = await one.world.history.picture(of, Then(at, whole.at))  # type: ignore[union-attr]
        live = {card.id: card for card in whole.cards if card.open}
        assert {id: shown(card) for id, card in played.cards.items() if card.open} == live
        held = {card.id: card for card in whole.cards}
        at += chance.choice((1, 1, 3, 10, 40))


async def test_hot_issues_of_the_past_are_those_known_then_within_the_rights_of_then(one: Stored) -> None:
    one.world = world = replace(one.world, scans=PgScans(one.pool))
    grid = next(code for code, area in city().areas.items() if area.level == "grid")
    new = NewReport(type="street.light", place=Where(*point(grid)))
    ids = [(await report(world, INTAKE, new)).id for _ in range(2)]
    before = await world.journal.position()
    await scanned(world, 1, "first", ids, grid)
    then = await world.journal.position()
    await act(world, ADMIN, ids[0], Act.DISPATCH, ActBody(unit="clean"))
    await scanned(world, 2, "second", ids, grid)

    async def seen(actor: Actor, as_of: int | None) -> list[str]:
        found = await hot_issues(world, actor, None if as_of is None else str(as_of))
        return [view.issue.id for view in found.issues]

    assert await seen(DUTY, None) == ["second"]
    assert await seen(DUTY, then) == ["first"], "not today's"
    assert await seen(DUTY, before) == []
    assert (await hot_issues(world, DUTY, str(before))).at is None
    assert await seen(ROADS, then) == ["first"]
    assert await seen(ROADS, None) == []
    assert await seen(CLEAN, then) == []
    view = (await hot_issues(world, DUTY, str(then))).issues[0]
    rows = await page(world, DUTY, CaseQuery(ids=view.query.removeprefix("ids="), as_of=str(then)))
    assert rows.total == view.count == 2
    with pytest.raises(Refused) as refused:
        await hot_issues(world, DUTY, "999999")
    assert refused.value.code == "not_yet"


async def scanned(world: World, version: int, id: str, cases: list[str], grid: str) -> None:
    """Write down one hot issue."""
    issue = Issue(
        id=id, what="all", grids=(grid,), radius_km=1.0, days=3, cases=tuple(cases), expected=0.5, ratio=3.0, p=0.01
    )
    fact = Scanned(
        cases=len(cases), groups=1, digest="d", seed=1, rules=city().hot, issues=(issue,), strongest=0.01
    )  # fmt: skip
    await note(world, STREAM, version - 1, fact)
