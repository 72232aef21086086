"""A calendar that comes late, on the real store: what waits is found page by page, dated once, and a rebuild says the same."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from shell.stored import store
from template import city

from northbank.flows import date_again as dating
from northbank.flows.mark_due import mark_due
from northbank.shell.clock import SteppedClock
from northbank.shell.store.rebuild import rebuild

EVE = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)


async def test_what_waits_for_a_calendar_is_dated_once_when_it_comes(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dating, "BATCH", 2)
    early = replace(city().calendar, version="old", years=frozenset({2025, 2026}))
    async with store(fresh_database, clock=SteppedClock(EVE)) as one:
        whole = one.world
        one.world = replace(whole, city=replace(city(), version="old", calendar=early))
        ids = sorted([(await one.report(text=None, contact=None)).id for _ in range(5)])
        assert await dating.date_again(one.world) == 0
        assert await mark_due(one.world) == 0
        assert [case.id for case in await one.cases.undated(None, 9)] == ids
        assert [case.id for case in await one.cases.undated(ids[2], 9)] == ids[3:]
        one.world = whole
        assert await dating.date_again(one.world) == 5
        assert await dating.date_again(one.world) == 0
        assert await one.cases.undated(None, 9) == []
        rows = await one.pool.fetch("select due_at, desk from cases")
        assert all(row["due_at"] is not None and row["desk"] is None for row in rows)
        before = await one.views()
        await rebuild(one.pool, lambda _: None)
        assert await one.views() == before
        await one.check()
