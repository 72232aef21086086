"""A program for the tests to kill: collects shops, and kills itself at a named step. Arguments: lake, folder, step, share."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from flows.memory import Memory

from northbank.flows.collect import collect
from northbank.shell.lake.lake import DuckLake


def tell(step: str, share: float) -> None:
    """End without a goodbye where told to."""
    if step == sys.argv[3] and share >= float(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)


asyncio.run(collect(Memory().world, DuckLake(Path(sys.argv[1])), "shops", Path(sys.argv[2]), tell))
