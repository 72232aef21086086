"""The timer of a center: it stands still whenever the center is not ready, such as while a demonstration tells of its past."""

import asyncio

import pytest
from flows.memory import Memory
from template import INTAKE, point

from northbank.flows.report import NewReport, Where, report
from northbank.shell.jobs import timer

TURNS = 200  # of the loop: many times what one look over a memory takes


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def marks(memory: Memory) -> int:
    return sum(entry.type in ("case.soon_due", "case.overdue") for entry in memory.store.entries)


async def test_it_stands_still_whenever_the_center_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timer, "EVERY", 0.0)
    memory, ready = Memory(), asyncio.Event()
    ready.set()
    running = asyncio.create_task(timer.run_timer(memory.world, ready))
    await turns()
    ready.clear()
    await turns()
    await report(memory.world, INTAKE, NewReport(type="water.burst", place=Where(*point("TW-H1-G1"))))
    memory.advance(hours=1)
    await turns()
    assert marks(memory) == 0
    ready.set()
    await turns()
    assert marks(memory) > 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
