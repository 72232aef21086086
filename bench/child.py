"""Programs that are measured run as processes of their own: started here, asked by lines of JSON, watched, ended."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).resolve().parent
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 180.0


class ChildFailed(RuntimeError):
    """A measured program did not come up or broke off."""


class Child:
    """A running program. `hello` is the first thing it said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.hello: dict[str, Any] = {}

    async def hear(self) -> dict[str, Any]:
        """Its next line."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), _PATIENCE)
        if not line:
            raise ChildFailed(f"the program ended with code {await self.process.wait()}")
        found: dict[str, Any] = msgspec.json.decode(line)
        return found

    async def ask(self, **what: Any) -> dict[str, Any]:
        """Send one line, hear the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(what) + b"\n")
        await self.process.stdin.drain()
        return await self.hear()

    def cpu(self) -> "Cpu":
        """Processor time used so far by the program itself and by what it started (the database)."""
        own = seconds(self.process.pid)
        return Cpu(own, sum(seconds(pid) for pid in below(self.process.pid)))


class Cpu(msgspec.Struct, frozen=True):
    """Processor seconds: of the program, and of the processes below it that still live."""

    own: float
    below: float

    def since(self, before: "Cpu") -> "Cpu":
        """What was used since then."""
        return Cpu(self.own - before.own, self.below - before.below)


@contextlib.asynccontextmanager
async def child(script: str, *arguments: str) -> AsyncIterator[Child]:
    """A program of this folder for the time of the block; it begins by saying that it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / script), *arguments, stdin=PIPE, stdout=PIPE, limit=1 << 24
    )
    one = Child(process)
    try:
        one.hello = await one.hear()
        yield one
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 60)


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def seconds(pid: int) -> float:
    parts = _stat(pid)
    return (int(parts[11]) + int(parts[12])) / _TICKS if parts else 0.0


def below(pid: int) -> set[int]:
    """All processes under `pid`."""
    parents = {int(one.name): int(parts[1]) for one in Path("/proc").glob("[0-9]*") if (parts := _stat(int(one.name)))}
    found: set[int] = set()
    more = {pid}
    while more:
        more = {one for one, parent in parents.items() if parent in more} - found
        found |= more
    return found


def peak_memory_mb(pid: int | str = "self") -> float:
    """The most memory a process ever held."""
    return _status_mb(pid, "VmHWM")


def memory_mb(pid: int | str = "self") -> float:
    """The memory a process holds now."""
    return _status_mb(pid, "VmRSS")


def _status_mb(pid: int | str, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
