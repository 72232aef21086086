"""Brings the marks of cases up to date behind the journal, as long as the center runs, and leaves the machine to others."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from northbank.shell.jobs.rounds import rounds

EVERY = 60.0  # seconds between looks
ENOUGH = 2_000  # entries behind before it is worth it: until then the cases are opened by whoever asks
REST = 9.0  # it rests so many times as long as it worked: a flood of reports comes first


class Marks(Protocol):
    """A view that follows the journal."""

    async def lag(self) -> int:
        """How many entries it is behind."""

    async def step(self) -> int:
        """Follow for some entries; 0 when there is nothing to do."""


async def run_marking(marks: Marks, steady: Callable[[], float]) -> None:
    """Mark until cancelled. steady: seconds of a clock that never jumps."""

    async def follow() -> None:
        if await marks.lag() < ENOUGH:
            return
        begun = steady()
        while await marks.step():
            await asyncio.sleep(REST * (steady() - begun))
            begun = steady()

    await rounds("the preparing of figures", follow, EVERY)
