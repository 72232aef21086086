"""The hash of all cases: taken live at a hundred positions it is what another process makes of the journal alone."""

import asyncio
import random
import sys
from pathlib import Path

import pytest
from flows.walk import Walk
from shell.stored import store

from northbank.core.state_hash import StateHash
from northbank.shell.store.state import State, folded_state, live_state

TIMES = 100


async def test_a_hundred_live_hashes_are_those_of_a_rebuild_in_another_process(fresh_database: str) -> None:
    live: list[State] = []
    async with store(fresh_database) as one:
        walk, chance = Walk(one.world, 31, one.clock.advance), random.Random(31)
        while len(live) < TIMES:
            await walk.go(chance.randrange(1, 7))
            state = await live_state(one.pool)
            if not live or state.position > live[-1].position:
                live.append(state)
        assert len({state.hash for state in live}) > TIMES * 3 / 4  # an erased person changes the position, and no case
        assert live[-1].cases == len(walk.ids)
    script = Path(__file__).with_name("state_again.py")
    positions = [str(state.position) for state in live]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), fresh_database, *positions, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert said.decode().split() == [state.hash for state in live]


async def test_a_view_that_was_tampered_with_has_another_hash(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        await Walk(one.world, 32, one.clock.advance).go(40)
        before = await live_state(one.pool)
        assert before == await folded_state(one.pool)
        await one.pool.execute("""update cases set doc = replace(doc::text, '"urgent":false', '"urgent":true')::json
            where number = (select min(number) from cases)""")  # fmt: skip
        await one.pool.execute(
            "update cases set position = position - 1 where number = (select max(number) from cases)"
        )
        after = await live_state(one.pool)
        assert after.hash != before.hash
        assert await folded_state(one.pool) == before


async def test_an_empty_journal_has_a_hash_too(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        assert await live_state(one.pool) == await folded_state(one.pool) == State(0, 0, StateHash().hex())


async def test_cases_are_taken_in_order(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        case = await one.case((await one.report()).id)
        made = StateHash()
        made.take(case, 1)
        with pytest.raises(ValueError, match="comes after"):
            made.take(case, 2)
