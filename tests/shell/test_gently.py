"""Long work of the lake leaves the processor to who answers people; nothing else of the process is slowed for it."""

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


def test_the_threads_of_an_engine_for_long_work_give_way(tmp_path: Path) -> None:
    before, known = priority(), priorities()
    with engine_in(tmp_path, "100MB", 3):
        new = {one: nice for one, nice in priorities().items() if one not in known}
        assert len(new) >= 2
        assert set(new.values()) == {max(before, NICE)}
    assert priority() == before
