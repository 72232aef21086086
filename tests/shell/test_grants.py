"""Grants over the real database: the live view is the rebuilt one, lists are scoped by the rule, records of uses stay as they were written."""

import random
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from shell.asking import Office, office
from template import ADMIN, CLEAN, HARBOR, LEADER, NOW, ROADS

from northbank.core.access import Actor, Role
from northbank.core.datause import USES, Use, UsesSealed
from northbank.core.merkle import carry, leaf_hash, root_of
from northbank.core.refusal import Refused
from northbank.core.sharing import Grant, GrantState
from northbank.core.terms import Terms
from northbank.flows.keep_sharing import fix_uses
from northbank.flows.see_grants import list_grants, list_uses, see_grant, sees
from northbank.flows.share import DataRequest, GrantAct, act_on_grant, request_data, watch_grants
from northbank.ports.sharing import GrantQuery, UseQuery
from northbank.shell.store.grants import folded_grants
from northbank.shell.store.rebuild import rebuild

STEWARD, WATCH = Actor("steward", Role.STEWARD, "center"), Actor("watch", Role.UNIT_OFFICER, "watch")
EVERYBODY = (ADMIN, STEWARD, WATCH, ROADS, CLEAN, HARBOR, LEADER)
UNTIL = (NOW + timedelta(days=60)).date()


def asking(dataset: str, **more: Any) -> DataRequest:
    field = {"shops": "shop", "inspections": "inspection"}[dataset]
    return DataRequest(dataset=dataset, purpose="p", application="a", terms=Terms(fields=(field,), until=UNTIL), **more)


async def lived(one: Office, chance: random.Random, steps: int) -> None:
    """Random people ask for data and decide, as far as they may; days go by."""
    platform = one.center.platform
    for _ in range(steps):
        actor = chance.choice(EVERYBODY)
        rows = (await list_grants(platform, ADMIN, GrantQuery(limit=200))).rows
        if not rows or chance.random() < 0.2:
            await _tried(request_data(platform, actor, asking(chance.choice(["shops", "inspections"]))))
            continue
        act = chance.choice(
            ["clear", "approve", "confirm", "refuse", "dispute", "overrule", "uphold", "withdraw", "renew", "revoke"]
        )
        body = GrantAct(act=act, reason="r", until=UNTIL + timedelta(days=1))  # type: ignore[arg-type]
        await _tried(act_on_grant(platform, actor, chance.choice(rows).grant.id, body))
        one.clock.advance(timedelta(hours=chance.choice([0, 1, 30])))
        await watch_grants(platform)


async def _tried(work: Any) -> None:
    try:
        await work
    except Refused as refused:
        if refused.status >= 500:
            raise


async def everything(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await pool.fetch("select * from grants order by id")]


async def test_the_live_view_is_the_rebuilt_one_and_lists_follow_the_rule(fresh_database: str, tmp_path: Path) -> None:
    chance = random.Random(4)
    async with office(fresh_database, tmp_path) as one:
        await lived(one, chance, 120)
        pool, platform = one.center.pool, one.center.platform
        live = await everything(pool)
        async with pool.acquire() as connection, connection.transaction():
            folded = [grant async for grant in folded_grants(connection)]
        assert len({grant.state for grant in folded}) >= 4
        assert any(grant.state is GrantState.GRANTED for grant in folded)
        assert any(grant.escalations for grant in folded)
        await rebuild(pool)
        assert [(*row[:-1], msgspec.json.decode(row[-1])) for row in await everything(pool)] == [
            (*row[:-1], msgspec.json.decode(row[-1])) for row in live
        ]
        by_id = {grant.id: grant for grant in folded}
        for actor in EVERYBODY:
            got = await paged(one, actor)
            assert got == sorted(
                (id for id, grant in by_id.items() if sees(actor, grant)),
                key=lambda id: (by_id[id].requested_at, id), reverse=True,
            )  # fmt: skip
            for id, grant in by_id.items():
                if sees(actor, grant):
                    seen = await see_grant(platform, actor, id)
                    assert len(seen.history) == grant.version
                else:
                    with pytest.raises(Refused, match="no such grant"):
                        await see_grant(platform, actor, id)


async def paged(one: Office, actor: Actor) -> list[str]:
    """Every grant that somebody sees, page by page."""
    found: list[str] = []
    after = None
    while True:
        page = await list_grants(one.center.platform, actor, GrantQuery(limit=3, after=after))
        found += [row.grant.id for row in page.rows]
        if (after := page.next) is None:
            return found


async def test_two_who_decide_at_once_do_not_both(fresh_database: str, tmp_path: Path) -> None:
    async with office(fresh_database, tmp_path) as one:
        platform = one.center.platform
        id = (await request_data(platform, ROADS, asking("shops"))).grant.id
        await act_on_grant(platform, STEWARD, id, GrantAct(act="clear", version=1))
        with pytest.raises(Refused) as refused:
            await act_on_grant(platform, ADMIN, id, GrantAct(act="refuse", reason="r", version=1))
        assert refused.value.code == "conflict_grant"
        with pytest.raises(Refused, match="not a cursor"):
            await list_grants(platform, ROADS, GrantQuery(after="yesterday"))


async def test_the_journal_fixes_the_records_of_uses(fresh_database: str, tmp_path: Path) -> None:
    async with office(fresh_database, tmp_path) as one:
        platform, pool = one.center.platform, one.center.pool
        grant: Grant = (await request_data(platform, ROADS, asking("shops"))).grant
        uses = [
            Use(at=NOW, actor="roads", unit="roads", grant=grant.id, dataset="shops", what="query", purpose="p",
                asked=platform.sharing.uses.mark(f"select {n}"), rows=n)
            for n in range(5)
        ]  # fmt: skip
        await platform.sharing.uses.note(uses)
        assert await fix_uses(platform) == 1
        assert await fix_uses(platform) == 0
        (fact,) = [entry.data async for entry in one.world.journal.read(USES)]
        assert isinstance(fact, UsesSealed)
        peaks: list[bytes] = []
        for count, use in enumerate(uses):
            carry(peaks, count, leaf_hash(use.digest))
        assert (fact.count, fact.root, fact.datasets) == (5, root_of(peaks).hex(), {"shops": 5})
        with pytest.raises(asyncpg.RaiseError):
            await pool.execute("delete from data_use")
        page = await list_uses(platform, ROADS, UseQuery(limit=2))
        assert [row.rows for row in page.rows] == [4, 3]
        rest = await list_uses(platform, WATCH, UseQuery(limit=9, after=page.next))  # the owner sees who used its data
        assert [row.rows for row in rest.rows] == [2, 1, 0]
        assert not (await list_uses(platform, CLEAN, UseQuery())).rows
        stored = await pool.fetchval("select string_agg(asked::text, '') from data_use")
        assert sha256(b"select 1").hexdigest() not in stored  # nobody with the table can try questions out
