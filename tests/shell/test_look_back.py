"""What looking back asks of the database: the same answers as the rule in memory, over a walk of random people."""

from datetime import timedelta

import pytest
from flows.memory import Memory
from flows.walk import Walk
from shell.stored import store

from northbank.flows.look_back import draw, last_month, mark_recurrence


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_database_finds_what_the_rule_finds(fresh_database: str, seed: int) -> None:
    memory = Memory()
    walk = Walk(memory.world, seed, memory.clock.advance)
    await walk.go(500)
    async with store(fresh_database) as one:
        again = Walk(one.world, seed, one.clock.advance)
        await again.go(500)
        since = memory.clock.now() - timedelta(days=60)
        mine, other = ({id: n for n, id in enumerate(ids)} for ids in (walk.ids, again.ids))
        ended = {mine[id] for id in await memory.cases.ended(since, memory.clock.now())}
        assert {other[id] for id in await one.cases.ended(since, one.clock.now())} == ended
        assert ended
        rule = {(mine[x.id], mine[x.of], x.days, x.meters) for x in await memory.cases.again(since, 3000.0, 90)}
        assert {(other[x.id], other[x.of], x.days, x.meters) for x in await one.cases.again(since, 3000.0, 90)} == rule
        assert rule
        assert await mark_recurrence(one.world) == await mark_recurrence(memory.world)
        month = last_month(one.clock.now() + timedelta(days=31), one.world)
        assert await draw(one.world, *month) == await draw(memory.world, *month)
