"""A program for the tests to kill: tends a copy of a lake again and again, each time a copy of the program that kills itself one step later.

Arguments: folder with `lake` and `inbox`; what to do (compact, forget, retire). A step is whatever changes or syncs a file. It ends with
the first copy that was not killed, and says how many were; each has left its lake in a folder by its number.
"""

import asyncio
import os
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

from flows.memory import Memory

from northbank.flows.collect import collect
from northbank.flows.tend import compact, forget, retire
from northbank.shell.lake.lake import DuckLake

STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir")


def killed_at(step: int, lake: str) -> None:
    """End without a goodbye at so manieth a change below `lake`."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and str(arguments[0]).startswith(lake):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


async def tend(memory: Memory, root: Path, inbox: Path, what: str, step: int) -> None:
    """Know of the batches, then do it."""
    lake = DuckLake(root, "200MB", 1)
    await collect(memory.world, lake, "shops", inbox, lambda step, share: None)
    if what == "retire":
        await compact(memory.world, lake, "shops")
        memory.clock.advance(timedelta(days=40_000))
    killed_at(step, str(root))
    match what:
        case "compact":
            await compact(memory.world, lake, "shops")
        case "forget":
            await forget(memory.world, lake, "shops", ("c",), "asked")
        case _:
            await retire(memory.world, lake, "shops")


def main(place: Path, what: str) -> None:
    """One copy after the other."""
    memory, step = Memory(), 0  # before any copy is made, for it takes long
    while True:
        step += 1
        root = place / str(step)
        shutil.copytree(place / "lake", root)
        if not (child := os.fork()):
            asyncio.run(tend(memory, root, place / "inbox", what, step))
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended):
            print(step - 1 if ended == 0 else -1)
            return


main(Path(sys.argv[1]), sys.argv[2])
