"""What nobody waits for leaves the processor to who answers people; nothing else of the process is slowed for it."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from northbank.shell.lake.gently import NICE, gently
from northbank.shell.lake.rows import engine_in


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def priorities() -> dict[int, int]:
    """Of every thread of this process, the engine's own too."""
    return {int(one): os.getpriority(os.PRIO_PROCESS, int(one)) for one in os.listdir("/proc/self/task")}


async def test_long_work_gives_way_and_nothing_else_does() -> None:
    before = priority()
    assert await gently(priority) == max(before, NICE)
    assert await asyncio.to_thread(priority) == priority() == before


async def test_what_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await gently(lambda: 1 // 0)


async def test_the_threads_that_long_work_starts_give_way_too(tmp_path: Path) -> None:
    before, known = priority(), priorities()

    def work() -> dict[int, int]:
        with engine_in(tmp_path, "100MB", 3):
            return {one: nice for one, nice in priorities().items() if one not in known}

    new = await gently(work)
    assert len(new) >= 3  # its own, and two of the engine
    assert set(new.values()) == {max(before, NICE)}
    assert priority() == before
