"""Figures in SQL against the rule in words, over random days: every metric, every group, every row, every scope."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from flows.memory import Memory
from flows.walk import Walk
from rows import parse
from shell.stored import Stored, store
from template import DUTY, EVERYBODY, HARBOR, LEADER, ROADS, city

from northbank.core.access import Actor, Role, Scope, scope
from northbank.core.card import card
from northbank.core.case import Case
from northbank.core.city import Metric, Name
from northbank.core.facts import read
from northbank.core.gaming import look
from northbank.core.journal import Entry
from northbank.core.metric_catalog import DEFAULTS
from northbank.core.metrics import DEEDS, PERIODS, WORDS, Count, Span, figures
from northbank.core.moves import Act
from northbank.core.past import fold_until
from northbank.core.traces import corrections, trace
from northbank.flows.act import ActBody, act
from northbank.flows.see_cases import page
from northbank.flows.see_metrics import GamingQuery, MetricQuery, gaming, metrics
from northbank.ports import World
from northbank.shell.store.film import PgHistory
from northbank.shell.store.marks import PgMarks
from northbank.shell.store.metrics import PgMetrics
from northbank.shell.store.rebuild import rebuild

DAY = timedelta(days=1)
# every word and every period rule once by itself, besides the catalog
PLAIN = tuple(
    Metric(code=f"{word}.{period}", name=Name(word, word), period=period, of=("reported",), counts=(word,))
    for n, word in enumerate(WORDS)
    for period in (list(PERIODS)[n % len(PERIODS)], "report")
)
ALL = (*DEFAULTS, *PLAIN)
PERSON = ("login", "name_zh", "name_en", "role", "password", "created_at", "password_at")
ROLES = {
    "admin": "admin",
    "duty": "duty_officer",
    "owner": "unit_officer",
    "harbor": "town_officer",
    "roads": "unit_officer",
}


@asynccontextmanager
async def days(database: str, seed: int, steps: int = 500) -> AsyncIterator[tuple[Stored, Memory, World]]:
    """A random walk of people, in memory and copied into a database.

    Some cases are marked as they were at two thirds of it, some as they are, some not at all, in shares that the seed gives.
    """
    memory = Memory()
    await Walk(memory.world, seed, memory.clock.advance).go(steps)
    async with store(database, clock=memory.clock) as one:
        marks, end = PgMarks(one.pool), len(memory.store.entries)
        before = end * 2 // 3
        await copied(one.pool, memory, 0, before)
        await marks.step(before * (seed % 3) // 2 or 1)
        await copied(one.pool, memory, before, end)
        if seed % 4 == 3:
            await marks.step(end // 4)
        yield (
            one,
            memory,
            msgspec.structs.replace(
                one.world, metrics=PgMetrics(one.pool), history=PgHistory(one.pool, ZoneInfo("Asia/Kathmandu"))
            ),
        )


async def copied(pool: asyncpg.Pool, memory: Memory, after: int, upto: int) -> None:
    """The entries of a span of positions, and the cases as they are at its end."""
    states = [
        (case, last)
        for id in memory.store.cases
        if (case := fold_until(some := history(memory, id), upto)) is not None
        for last in [max(entry.position for entry in some if entry.position <= upto)]
    ]
    rows = [(*msgspec.structs.astuple(card(case, at)), msgspec.json.encode(case).decode()) for case, at in states]
    entries = [(n, *msgspec.structs.astuple(one)) for n, one in enumerate(memory.store.entries[:upto], 1) if n > after]
    now = memory.clock.now()
    people = [(login, "", login, role, "-", now, now) for login, role in ROLES.items()] if after == 0 else []
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("delete from cases")
        await connection.copy_records_to_table("cases", records=rows)
        await connection.copy_records_to_table("journal", records=entries)
        await connection.copy_records_to_table("accounts", records=people, columns=PERSON)


def post_of(memory: Memory, case: Case, period: str, upto: int | None = None) -> str:
    """The role of whoever did last what the period is about."""
    kinds = {f"case.{fact}" for fact in DEEDS[period]}
    did = [one.actor for one in memory.store.entries[:upto] if one.stream == f"case:{case.id}" and one.type in kinds]
    return ROLES.get(did[-1], "") if did else ""


def spans(memory: Memory) -> list[Span]:
    """The whole time, its middle, a day, and one that begins at the very moment something happened."""
    times = sorted(case.changed_at for case, _ in memory.store.cases.values())
    now: datetime = memory.clock.now()
    first, middle = times[0] - 30 * DAY, times[len(times) // 2]
    return [Span(first, now), Span(middle, now), Span(middle - DAY, middle), Span(times[1], times[-1])]


@pytest.mark.parametrize("seed", range(4))
async def test_the_sql_counts_what_the_rule_in_words_counts(fresh_database: str, seed: int) -> None:
    async with days(fresh_database, seed) as (one, memory, _):
        cases = [case for case, _ in memory.store.cases.values()]
        counted = 0
        for span in spans(memory):
            for by in ("all", "town", "grid", "unit", "type", "board", "post"):
                wanted = figures(cases, ALL, span, by, lambda case, period: post_of(memory, case, period))
                found = await PgMetrics(one.pool).figures(ALL, span, by, Scope(everything=True))
                assert found.position == len(memory.store.entries)
                assert found.groups == wanted, by
                assert found.opened <= found.cases <= len(cases)
                counted += sum(count.numerator for row in found.groups.values() for count in row)
        assert counted > 5_000


@pytest.mark.parametrize("actor", [DUTY, HARBOR, ROADS], ids=lambda one: one.login)
async def test_each_figure_opens_exactly_its_rows(fresh_database: str, actor: Actor) -> None:
    async with days(fresh_database, 11) as (_, memory, world):
        opened = 0
        for by in ("town", "unit", "type", "post", "all"):
            view = await metrics(world, actor, MetricQuery(since=memory.clock.now() - 3 * DAY, by=by))
            for group in view.groups:
                for figure in group.figures:
                    for query, count in ((figure.rows, figure.numerator), (figure.all_rows, figure.denominator)):
                        listed = await page(world, actor, parse(query))
                        assert listed.total == count, query
                        assert listed.position == view.position
                        opened += count
        assert opened > 200


async def test_figures_keep_inside_the_scope_of_whoever_asks(fresh_database: str) -> None:
    async with days(fresh_database, 5) as (one, memory, world):
        span = Span(memory.clock.now() - 60 * DAY, memory.clock.now())
        for actor in EVERYBODY:
            rows = scope(actor)
            seen = [case for case, _ in memory.store.cases.values() if rows.holds(case)]
            found = await PgMetrics(one.pool).figures(DEFAULTS, span, "type", rows)
            assert found.groups == figures(seen, DEFAULTS, span, "type")
            left = await PgMetrics(one.pool).left(span, rows)
            assert {one.id for one in left.traces} == {case.id for case in seen}
        nobody = Actor("nobody", Role.INTAKE)
        assert (await metrics(world, nobody, MetricQuery())).groups == []


@pytest.mark.parametrize(("seed", "share"), [(21, 0.66), (22, 0.5), (23, 0.4)])
async def test_figures_of_the_past_are_those_of_the_cases_as_they_were(
    fresh_database: str, seed: int, share: float
) -> None:
    async with days(fresh_database, seed) as (_, memory, world):
        position = int(len(memory.store.entries) * share)
        streams = {f"case:{id}" for id in memory.store.cases}
        entries = {stream: history(memory, stream.partition(":")[2]) for stream in streams}
        cases = [case for some in entries.values() if (case := fold_until(some, position)) is not None]
        assert len(cases) < len(memory.store.cases)
        opened = 0
        for by in ("town", "unit", "post"):
            view = await metrics(world, DUTY, MetricQuery(by=by, as_of=str(position)))
            span = Span(view.since, view.until)
            wanted = figures(cases, DEFAULTS, span, by, lambda case, period: post_of(memory, case, period, position))
            found = {row.key: [Count(one.numerator, one.denominator) for one in row.figures] for row in view.groups}
            assert (view.position, view.past) == (position, True)
            assert found == wanted
            for figure in (one for row in view.groups for one in row.figures if one.numerator):
                listed = await page(world, DUTY, parse(figure.rows))
                assert (listed.total, listed.position) == (figure.numerator, position)
                opened += 1
        assert opened > 20


async def test_marks_that_followed_the_journal_are_those_that_are_made_anew(fresh_database: str) -> None:
    async with days(fresh_database, 8, 300) as (one, memory, _):
        marks, end = PgMarks(one.pool), len(memory.store.entries)
        wanted = await PgMetrics(one.pool).figures(ALL, spans(memory)[0], "unit", Scope(everything=True))
        assert wanted.opened > 0
        while await marks.step(7):
            pass
        assert await marks.lag() == 0
        followed = await marked(one.pool)
        assert len(followed) == len(memory.store.cases)
        found = await PgMetrics(one.pool).figures(ALL, spans(memory)[0], "unit", Scope(everything=True))
        assert (found.groups, found.position, found.opened) == (wanted.groups, end, 0)
        await rebuild(one.pool)
        assert await marked(one.pool) == followed
        await one.pool.execute("update marked_to set made_by = 'an older program'")
        assert await marks.lag() == end
        assert await marks.step(end) == end
        assert await marked(one.pool) == followed


async def marked(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await pool.fetch("select * from marked order by id")
    return rows


async def test_a_figure_opens_its_rows_of_its_position_whatever_happens_since(fresh_database: str) -> None:
    async with days(fresh_database, 6) as (_, memory, world):
        view = await metrics(world, DUTY, MetricQuery(by="all"))
        figure = next(one for one in view.total if one.code == "unfinished")
        open_case = next(case for case, _ in memory.store.cases.values() if case.state == "reported")
        await act(world, DUTY, open_case.id, Act.REJECT, ActBody(reason="reject.not_ours"), None)
        now = await page(world, DUTY, parse(figure.rows))
        then = await page(world, DUTY, parse(f"{figure.rows}&as_of={view.position}"))
        assert now.total == figure.numerator - 1
        assert (then.total, then.past) == (figure.numerator, True)


@pytest.mark.parametrize("seed", range(4))
async def test_traces_and_changes_of_type_are_those_of_the_histories(fresh_database: str, seed: int) -> None:
    async with days(fresh_database, seed) as (one, memory, _):
        span = Span(memory.clock.now() - 60 * DAY, memory.clock.now() + DAY)
        everything = Scope(everything=True)
        left = await PgMetrics(one.pool).left(span, everything)
        found = {one.id: one for one in left.traces}
        assert found == {case.id: trace(case) for case, _ in memory.store.cases.values()}
        assert any(one.turns for one in found.values())
        wanted = [change for case, _ in memory.store.cases.values() for change in corrections(history(memory, case.id))]
        changes = [change for entries in left.corrected for change in corrections(entries)]
        assert sorted(changes, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(("seed", "share"), [(31, 0.7), (32, 0.45)])
async def test_what_patterns_are_looked_for_in_the_past_is_what_was_there_then(
    fresh_database: str, seed: int, share: float
) -> None:
    async with days(fresh_database, seed) as (_, memory, world):
        position = int(len(memory.store.entries) * share)
        entries = {id: [e for e in history(memory, id) if e.position <= position] for id in memory.store.cases}
        cases = [case for some in entries.values() if (case := fold_until(some, position)) is not None]
        view = await gaming(world, LEADER, GamingQuery(as_of=str(position)))
        span = Span(view.since, view.until)
        traces = [one for one in map(trace, cases) if one.touches(span)]
        changes = [one for some in entries.values() for one in corrections(some) if span.holds(one.at)]
        wanted = {
            (one.pattern, one.unit, one.hits, one.of, one.p, one.flagged) for one in look(traces, changes, city())
        }
        assert (view.past, view.cases) == (True, len(traces))
        assert {(one.pattern, one.unit, one.hits, one.of, one.p, one.flagged) for one in view.findings} == wanted
        some = next(one for one in view.findings if one.rows)
        listed = await page(world, LEADER, parse(some.rows))
        assert (listed.total, listed.position, listed.past) == (some.hits, position, True)


def history(memory: Memory, id: str) -> list[Entry[object]]:
    """The entries of a case as they are read back."""
    return [
        Entry(at, one.id, one.stream, one.version, one.type, one.at, one.actor, one.cause, one.pack, one.rule,
              read(one.type, one.schema, one.data))
        for at, one in enumerate(memory.store.entries, 1) if one.stream == f"case:{id}"
    ]  # fmt: skip


async def test_a_figure_says_its_version_and_how_sure_it_is(fresh_database: str) -> None:
    async with days(fresh_database, 2, 120) as (_, _memory, world):
        stricter = Metric(
            code="solved",
            version=2,
            name=Name("处置率", "solved"),
            period="report",
            of=("registered",),
            counts=("solved",),
        )
        world = msgspec.structs.replace(world, city=msgspec.structs.replace(city(), metrics=(stricter,)))
        view = await metrics(world, LEADER, MetricQuery(by="all"))
        figure = next(one for one in view.total if one.code == "solved")
        assert (figure.version, figure.few) == (2, True)
        assert figure.value is not None
        assert figure.low <= figure.value <= figure.high
        old = await metrics(world, LEADER, MetricQuery(by="all", metrics="solved@1"))
        assert [one.version for one in old.metrics] == [1]
        assert old.total[0].denominator != figure.denominator
        assert (await page(world, LEADER, parse(old.total[0].rows))).total == old.total[0].numerator
        assert UUID((await page(world, LEADER, parse(figure.all_rows))).rows[0].id)
        assert Count(figure.numerator, figure.denominator) != Count()


async def test_patterns_are_looked_for_and_name_no_person(fresh_database: str) -> None:
    async with days(fresh_database, 5) as (_, memory, world):
        view = await gaming(world, LEADER, GamingQuery())
        now = memory.clock.now()  # the period ends there, and what happens at that moment is not in it
        touched = [case for case, _ in memory.store.cases.values() if case.changed_at < now]
        assert view.cases == len(touched) > 30
        assert {one.pattern for one in view.findings} >= {"last_minute", "shopping", "flapping", "unproven"}
        assert b'"login"' not in msgspec.json.encode(view)
        some = next(one for one in view.findings if one.rows)
        assert (await page(world, LEADER, parse(some.rows))).total == some.hits
