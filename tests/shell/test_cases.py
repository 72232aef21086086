"""The case list in SQL: the same rows as the rule in words, in every scope, filter, order and cursor; counts exact up to a stated bound."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from cards import as_rows, card, history, newest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows import matches, parse
from shell.stored import Stored, store
from template import DUTY, EVERYBODY, HARBOR, NOW, ROADS, WORKER

from northbank.core.access import Actor, Role, Scope, scope
from northbank.core.card import Card
from northbank.core.picture import Picture
from northbank.core.refusal import Refused
from northbank.flows.see_wall import picture
from northbank.ports import CaseQuery
from northbank.shell.store.cases import PgCases
from northbank.shell.store.listing import COUNTED

ALL = Scope(everything=True)
SORTS = ("reported", "changed", "due")


@pytest.fixture(params=[COUNTED, 4], ids=["few", "many"])
async def listed(fresh_database: str, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Stored, list[Card]]]:
    """A list of some three hundred cases in every mixture; where only four are counted, orders are walked instead."""
    async with store(fresh_database) as one:
        one.cases = PgCases(one.pool, counted=request.param)
        cards = [card(n, n * 7) for n in range(300)]
        await put(one, cards)
        yield one, cards


async def put(one: Stored, cards: list[Card]) -> None:
    """These cards and no others; lists are all about the view."""
    async with one.pool.acquire() as connection, connection.transaction():
        await connection.execute("delete from cases")
        await connection.copy_records_to_table("cases", records=as_rows(cards))


def wanted(cards: list[Card], query: CaseQuery, rows: Scope) -> list[Card]:
    """What the list must show, by the rule in words."""
    found = [one for one in cards if rows.sees(one) and matches(one, query)]
    far = NOW + timedelta(days=10_000)
    match query.sort:
        case "due":
            return sorted(found, key=lambda one: (one.stage_due_at or far, one.id))
        case "changed":
            return sorted(found, key=lambda one: (one.changed_at, one.id), reverse=True)
        case _:
            return sorted(found, key=lambda one: (one.reported_at, one.id), reverse=True)


async def walk(one: Stored, query: CaseQuery, rows: Scope = ALL) -> list[Card]:
    """All pages, one after another."""
    found: list[Card] = []
    while True:
        page = await one.cases.page(query, rows)
        assert len(page.rows) <= query.limit
        found += page.rows
        if page.next is None:
            return found
        query = msgspec.structs.replace(query, after=page.next)


def counted(one: Stored, rows: int) -> int:
    """What a page says of so many rows."""
    return min(rows, one.cases.counted)


async def test_every_filter_shows_the_rows_of_the_rule(listed: tuple[Stored, list[Card]]) -> None:
    one, cards = listed
    noon = NOW - timedelta(hours=12)
    queries = [
        {}, {"state": "closed"}, {"state": "closed,rejected,handling"}, {"state": "no such"}, {"board": "streets"}, {"board": ""},
        {"town": "TW-H"}, {"town": ""}, {"grid": "TW-O1-G1"}, {"owner": "roads"}, {"owner": ""}, {"type": "street.light"},
        {"source": "web"}, {"town_board": "q_service"}, {"q": "00012"}, {"q": "tw-0000007"}, {"q": "tw-0000007-5"}, {"q": "TW-0000007-0"}, {"q": "%"}, {"q": "_"}, {"q": "\\"},
        {"open": True}, {"open": False}, {"late": True}, {"soon": True}, {"needs": True}, {"urgent": True, "open": True},
        {"desk": "true"}, {"desk": "false", "open": True}, {"desk": "no_type,returned"}, {"on_time": True}, {"on_time": False}, {"reported_from": noon},
        {"reported_to": noon}, {"closed_from": noon}, {"closed_to": noon, "state": "closed"}, {"q": "'; drop table cases; --"},
    ]  # fmt: skip
    for given_ in queries:
        for sort in SORTS:
            query = CaseQuery(**given_, sort=sort, limit=500)  # type: ignore[arg-type]
            page = await one.cases.page(query, ALL)
            assert page.rows == wanted(cards, query, ALL), query
            assert page.total == counted(one, len(page.rows))


async def test_no_page_of_any_actor_shows_a_case_outside_their_scope(listed: tuple[Stored, list[Card]]) -> None:
    one, cards = listed
    for actor in EVERYBODY:
        rows = scope(actor)
        for query in (CaseQuery(limit=500), CaseQuery(limit=500, late=True, sort="due"), CaseQuery(limit=3, q="TW")):
            mine = wanted(cards, query, rows)
            page = await one.cases.page(query, rows)
            assert page.rows == mine[: query.limit], actor.login
            assert page.total == counted(one, len(mine)), "a count tells as much as a row"
        position, live = await one.cases.live(rows, NOW - timedelta(days=3))
        assert position == 0
        assert {found.id for found in live} == {found.id for found in cards if rows.sees(found)}


async def test_scopes_agree_on_random_actors(listed: tuple[Stored, list[Card]]) -> None:
    one, cards = listed
    actors = st.builds(
        Actor, st.sampled_from(["phone", "quay.1", "roads", "nobody"]), st.sampled_from(Role),
        st.sampled_from([None, "roads", "clean", "center"]), st.sampled_from([None, "TW-H", "TW-U"]),
        st.sampled_from([None, "TW-H1-G1", "TW-O1-G2"]),
    )  # fmt: skip
    asked: list[Actor] = []

    @given(actors)
    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def draw(actor: Actor) -> None:
        asked.append(actor)

    draw()
    for actor in asked:
        page = await one.cases.page(CaseQuery(limit=500), scope(actor))
        assert page.rows == wanted(cards, CaseQuery(), scope(actor))


async def test_paging_walks_every_row_once(listed: tuple[Stored, list[Card]]) -> None:
    one, cards = listed
    for limit in (7, 100, 300, 301):
        for query in (CaseQuery(sort=sort, limit=limit) for sort in SORTS):
            for rows in (ALL, scope(HARBOR)):
                assert await walk(one, query, rows) == wanted(cards, query, rows), query
    await put(one, cards[:20])
    for query in (CaseQuery(sort=sort, limit=1) for sort in SORTS):
        assert await walk(one, query) == wanted(cards[:20], query, ALL), query


async def test_many_rows_with_the_same_key(fresh_database: str) -> None:
    """Ties are broken by id, rows without a deadline come last, and the cursor finds its way through both."""
    async with store(fresh_database) as one:
        same = [
            msgspec.structs.replace(card(n, n), reported_at=NOW, changed_at=NOW, stage_due_at=None if n % 2 else NOW)
            for n in range(50)
        ]
        await put(one, same)
        for query in (CaseQuery(sort=sort, limit=7) for sort in SORTS):
            assert await walk(one, query) == wanted(same, query, ALL)


async def test_counts_are_exact_up_to_a_bound_and_say_so_beyond_it(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        cards = [card(n, n * 3) for n in range(COUNTED * 2)]
        await put(one, cards)
        for rows in (ALL, scope(HARBOR), scope(ROADS), scope(WORKER)):
            for query in (CaseQuery(limit=3), CaseQuery(open=True, limit=3), CaseQuery(late=True, sort="due", limit=3)):
                all_of_it = wanted(cards, query, rows)
                page = await one.cases.page(query, rows)
                assert page.rows == all_of_it[:3]
                assert (page.total, page.capped) == (min(len(all_of_it), COUNTED), len(all_of_it) > COUNTED)
                following = await one.cases.page(msgspec.structs.replace(query, after=page.next), rows)
                assert (following.total, following.capped) == (page.total, page.capped)
        put_exactly = cards[:COUNTED]
        await put(one, put_exactly)
        page = await one.cases.page(CaseQuery(limit=1), ALL)
        assert (page.total, page.capped) == (COUNTED, False)


async def test_every_way_into_a_scope_counts_once(fresh_database: str) -> None:
    """A case of the own town, of the own unit, helped with and reported by oneself is one row, whatever the order."""
    async with store(fresh_database) as one:
        mine = [
            msgspec.structs.replace(
                card(n, n), town="TW-H" if n & 1 else None, owner="roads" if n & 2 else None,
                support=("roads",) if n & 4 else (), grid="TW-H1-G1" if n & 8 else None,
                reporter="me" if n & 16 else "phone",
            )
            for n in range(64)
        ]  # fmt: skip
        await put(one, mine)
        rows = Scope(town="TW-H", unit="roads", grid="TW-H1-G1", reporter="me")
        for query in (CaseQuery(sort=sort, limit=limit) for sort in SORTS for limit in (1, 7, 100)):
            assert await walk(one, query, rows) == wanted(mine, query, rows), query
            assert (await one.cases.page(query, rows)).total == 62
        assert (await one.cases.page(CaseQuery(), Scope())).rows == []


@pytest.mark.parametrize("sort", SORTS)
async def test_rows_that_stay_are_shown_once_while_others_change(fresh_database: str, sort: str) -> None:
    async with store(fresh_database) as one:
        for _ in range(30):
            await one.report()
            one.clock.advance(timedelta(minutes=1))
        still = {found.id for found in (await one.cases.page(CaseQuery(limit=500), ALL)).rows[::2]}
        seen: list[str] = []
        query = CaseQuery(sort=sort, limit=4)
        while True:
            page = await one.cases.page(query, ALL)
            seen += [found.id for found in page.rows]
            if page.next is None:
                break
            query = msgspec.structs.replace(query, after=page.next)
            await one.report()
            await one.pool.execute(
                "update cases set changed_at = changed_at + interval '3 minutes', stage_due_at = null where id <> all ($1::uuid[])"
                " and random() < 0.4", list(still),
            )  # fmt: skip
            one.clock.advance(timedelta(minutes=1))
        assert sorted(id for id in seen if id in still) == sorted(still)
        if sort == "reported":
            assert len(seen) == len(set(seen)) >= 30


BAD_CURSORS = {
    "empty": "", "no base64": "§§§", "not ours": "aGVsbG8", "half": "WyJyZXBvcnRlZCIs", "a number": "MQ",
    "another order": ("due", "2026-01-01T00:00:00+00:00", "00000000-0000-7000-8000-000000000001"),
    "no zone": ("reported", "2026-01-01T00:00:00", "00000000-0000-7000-8000-000000000001"),
    "no time": ("reported", "yesterday", "00000000-0000-7000-8000-000000000001"),
    "far away": ("reported", "9999-12-31T23:59:59.999999-23:59", "00000000-0000-7000-8000-000000000001"),
    "no id": ("reported", "2026-01-01T00:00:00+00:00", "z" * 36),
    "a statement": ("reported", "2026-01-01T00:00:00+00:00", "' or 1=1 --"),
    "too few": ("reported", "2026-01-01T00:00:00+00:00"),
}  # fmt: skip


async def test_cursors_that_are_none_are_refused(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        for kind, raw in BAD_CURSORS.items():
            text = (
                raw if isinstance(raw, str) else base64.urlsafe_b64encode(msgspec.json.encode(raw)).decode().rstrip("=")
            )
            with pytest.raises(Refused) as found:
                await one.cases.page(CaseQuery(after=text), ALL)
            assert (found.value.code, found.value.status) == ("invalid", 422), kind


async def test_odd_questions_are_refused(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        for query in (
            CaseQuery(sort="id"),
            CaseQuery(sort="reported_at; drop"),
            CaseQuery(limit=0),
            CaseQuery(limit=501),
            CaseQuery(limit=-1),
        ):
            with pytest.raises(Refused) as found:
                await one.cases.page(query, ALL)
            assert found.value.code == "invalid"


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_count_of_every_tile_is_the_number_of_rows_behind_it(fresh_database: str, seed: int) -> None:
    """The wall's own promise, asked of the real list: district, town and unit."""
    async with store(fresh_database) as one:
        cards = newest(history(seed, 120, 400))
        await put(one, cards)
        for actor in (DUTY, HARBOR, ROADS):
            rows = scope(actor)
            made = await picture(one.world, rows)
            for query, number in figures(made):
                assert (await one.cases.page(parse(query + "&limit=1"), rows)).total == number, (actor.login, query)


def figures(made: Picture) -> list[tuple[str, int]]:
    tiles = made.tiles(NOW)
    needs, ratio = tiles.needs_person, tiles.on_time
    found = [
        (needs.query, needs.count),
        (ratio.query, ratio.due),
        (ratio.met_query, ratio.met),
        ("open=true&late=true", tiles.open.late),
    ]
    found += [(f.query, f.count) for f in (needs.urgent, needs.late, needs.desk, tiles.open, tiles.soon)]
    found += [(f.query, f.count) for f in (tiles.reported_today, tiles.closed_today)]
    found += [(f.query, f.count) for by in (tiles.by_board, tiles.by_town, tiles.by_state) for f in by.values()]
    found += [(f"open=true&grid={grid}", number) for grid, number in tiles.by_grid.items()]
    found += [(hour.reported_query, hour.reported) for hour in tiles.hours]
    return found + [(hour.closed_query, hour.closed) for hour in tiles.hours]


async def test_a_page_is_one_snapshot(fresh_database: str) -> None:
    """Rows, total and position belong together while reports pour in: four entries make one row."""
    async with store(fresh_database) as one:
        pouring = asyncio.gather(*(one.report() for _ in range(300)))
        for _ in range(40):
            page = await one.cases.page(CaseQuery(limit=500), ALL)
            assert page.total == len(page.rows) == page.position / 4
            assert max((found.position for found in page.rows), default=0) == page.position
        await pouring


async def test_known_numbers_and_what_is_due(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        first = await one.report(external="A")
        await one.report(external="B", source="web")
        assert await one.cases.exists("phone", "A") == first.id
        assert await one.cases.exists("web", "A") is None
        assert await one.cases.known([("phone", "A"), ("phone", "B"), ("web", "B")]) == {("phone", "A"), ("web", "B")}
        assert [case.id for case in await one.cases.many([first.id, "00000000-0000-7000-8000-00000000dead"])] == [
            first.id
        ]
        assert await one.cases.due(NOW, 10) == []
        assert [case.id for case in await one.cases.due(NOW + timedelta(days=30), 1)] == [first.id]
