"""Requests for data over in-memory ports: stories end rebuilt == live; a retry asks once; time alone brings what it brings."""

from datetime import timedelta
from typing import Any, cast

import pytest
from flows.memory import Memory
from template import HARBOR, INTAKE, NOW, ROADS

from northbank.core.access import Actor, Role
from northbank.core.refusal import Refused
from northbank.core.sharing import Grant
from northbank.core.terms import Terms
from northbank.flows.platform import Platform, Sharing
from northbank.flows.see_grants import list_grants, see_grant, sees
from northbank.flows.share import DataRequest, GrantAct, act_on_grant, request_data, watch_grants
from northbank.ports import ClientKey
from northbank.ports.sharing import GrantQuery, GrantScope

STEWARD, WATCH = Actor("steward", Role.STEWARD, "center"), Actor("watch", Role.UNIT_OFFICER, "watch")
ASKED = DataRequest(
    dataset="shops",
    purpose="p",
    application="a",
    terms=Terms(fields=("shop",), until=(NOW + timedelta(days=60)).date()),
)


class MemoryGrants:
    """The view of grants."""

    def __init__(self, memory: Memory) -> None:
        self.rows = memory.store.grants

    async def get(self, id: str) -> Grant | None:
        return self.rows.get(id)

    async def many(self, ids: Any) -> list[Grant]:
        return [self.rows[id] for id in ids if id in self.rows]

    async def page(self, query: GrantQuery, scope: GrantScope) -> tuple[list[Grant], str | None]:
        return list(self.rows.values())[: query.limit], None

    async def due(self, now: Any, limit: int) -> list[Grant]:
        return [one for one in self.rows.values() if one.wake_at is not None and one.wake_at <= now][:limit]


@pytest.fixture
def platform(memory: Memory) -> Platform:
    parts = Sharing(MemoryGrants(memory), cast(Any, None), cast(Any, None))  # no question is asked here
    return Platform(memory.world, cast(Any, None), cast(Any, None), parts)


async def test_from_asking_to_the_end(memory: Memory, platform: Platform) -> None:
    id = (await request_data(platform, ROADS, ASKED)).grant.id
    memory.advance(hours=3)
    await act_on_grant(platform, STEWARD, id, GrantAct(act="clear", reason="complete"))
    given = await act_on_grant(platform, WATCH, id, GrantAct(act="approve"))
    assert given.grant.state == "granted"
    seen = await see_grant(platform, ROADS, id)
    assert [one.what for one in seen.history] == ["requested", "checked", "approved"]
    assert seen.history[1].words == "complete"
    assert [one.state for one in seen.limits] == ["check_days", "unpublished_days"]  # nothing was collected yet
    assert "10 working days" in seen.limits[1].steps[0].en
    memory.advance(days=61)
    assert await watch_grants(platform) == 1
    assert await watch_grants(platform) == 0
    assert memory.store.grants[id].state == "expired"


async def test_silence_is_told_and_nothing_is_granted_by_it(memory: Memory, platform: Platform) -> None:
    id = (await request_data(platform, ROADS, ASKED)).grant.id
    memory.advance(days=9)
    assert await watch_grants(platform) == 1
    assert [one.to for one in memory.store.grants[id].escalations] == ["leader"]
    assert memory.store.grants[id].state == "checking"
    assert await watch_grants(platform) == 0


async def test_a_retry_asks_once(memory: Memory, platform: Platform) -> None:
    key = ClientKey("k", b"body")
    first = await request_data(platform, ROADS, ASKED, key)
    again = await request_data(platform, ROADS, ASKED, key)
    assert first.grant.id == again.grant.id
    assert len(memory.store.grants) == 1


async def test_what_is_refused_changes_nothing(memory: Memory, platform: Platform) -> None:
    id = (await request_data(platform, ROADS, ASKED)).grant.id
    before = memory.image()
    for actor, act in ((HARBOR, "clear"), (ROADS, "approve"), (INTAKE, "clear"), (STEWARD, "revoke")):
        with pytest.raises(Refused):
            await act_on_grant(platform, actor, id, GrantAct(act=act, reason="r"))  # type: ignore[arg-type]
    with pytest.raises(Refused):
        await request_data(platform, INTAKE, ASKED)
    assert memory.image() == before
    assert not sees(HARBOR, memory.store.grants[id])
    assert (await list_grants(platform, STEWARD, GrantQuery())).rows
