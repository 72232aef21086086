"""Threads that give way: what nobody waits for leaves the processor to who answers people. What the work is is not known here.

On Linux a thread has a priority of its own, and those it starts inherit it (sched(7)); elsewhere all stay equal.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
NICE = 10  # a tenth of the weight of a thread that does not give way, and all of a processor that nobody wants


def give_way() -> None:
    """This thread gives way for good, and so do those it starts."""
    if sys.platform == "linux":
        me = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, me, max(NICE, os.getpriority(os.PRIO_PROCESS, me)))


async def gently(do: Callable[[], T]) -> T:
    """What `do` returns, in a thread of its own that gives way."""
    one = ThreadPoolExecutor(1, "gently", initializer=give_way)
    try:
        return await asyncio.get_running_loop().run_in_executor(one, copy_context().run, do)
    finally:
        one.shutdown(wait=False)
