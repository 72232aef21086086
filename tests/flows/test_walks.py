"""Whole days of random steps: after each the views are the fold of the journal, and a refusal changed nothing."""

import asyncio
from collections import Counter

import pytest
from flows.memory import Memory
from flows.walk import Walk

from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.flows.mark_due import mark_due


@pytest.mark.parametrize("seed", range(12))
async def test_random_days(seed: int) -> None:
    memory = Memory()
    walk = Walk(memory.world, seed, memory.clock.advance)
    for _ in range(15):
        await walk.go(20)
        memory.check()
    said = " ".join(walk.outcomes)
    assert all(word in said for word in ("reported", "refused", "marked", "erased"))


async def test_the_walks_go_everywhere() -> None:
    """A walk that missed half the table would prove little."""
    seen: set[tuple[str, str]] = set()
    tried: Counter[tuple[str, Act]] = Counter()
    wanted = {(to.value, act.value) for state, row in MOVES.items() for act, to in row.items() if to is not state}
    every = set(Act) - {Act.LOOK_BACK}  # its plan is drawn once a month: test_look_back
    for seed in range(120):
        memory = Memory()
        walk = Walk(memory.world, seed, memory.clock.advance)
        walk.tried = tried
        await walk.go(500)
        seen |= walk.seen
        if len(wanted - seen) <= 3 and {act for _, act in seen} == every:
            return
    raise AssertionError(f"never: {sorted(wanted - seen)} {every - {act for _, act in seen}}")


async def test_a_refused_step_leaves_no_trace() -> None:
    memory = Memory()
    walk = Walk(memory.world, 99, memory.clock.advance)
    refused = 0
    for _ in range(400):
        before = memory.image()
        await walk.go(1)
        if walk.outcomes[-1].startswith("refused"):
            refused += 1
            assert memory.image() == before, walk.outcomes[-1]
    assert refused > 30


async def test_many_people_at_once() -> None:
    """Walks that interleave at every commit and every sealing: somebody always comes second, nothing is torn."""
    memory = Memory()
    walks = [Walk(memory.world, seed, memory.clock.advance) for seed in range(8)]
    for walk in walks[1:]:
        walk.ids = walks[0].ids
    for _ in range(20):
        await asyncio.gather(*(walk.go(5) for walk in walks), mark_due(memory.world))
        memory.check()
    assert sum("refused conflict" in line for walk in walks for line in walk.outcomes) > 0
    assert Refused("conflict").status == 409
