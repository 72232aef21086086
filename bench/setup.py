"""From a fresh clone to the first live event on the wall, by part: with empty package caches, then with full ones.

The ceiling is the second time: the same work without the network.
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping
from pathlib import Path

import msgspec
from bodies import ROOT
from result import Result, machine, tidy

_ADDRESS = re.compile(r"http://[^/\s]*:(\d+)/")
_PATIENCE = 600.0
# What setup.sh and build_ui.sh say when a part begins.
_PARTS = {"making": "venv", "installing": "install"}


class Size(msgspec.Struct, frozen=True):
    """install: make an environment and build the screens; without it, this environment runs the clone's pack."""

    install: bool = True
    again: bool = True
    pack: str = "jiangbei"


TINY = Size(install=False, again=False, pack="_template")


async def measure(size: Size) -> Result:
    """Twice from nothing: the first time downloads, the second does not."""
    where = machine()
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as name:
        folder = Path(name)
        cold = await _from_nothing(size, folder / "first", folder / "caches")
        warm = await _from_nothing(size, folder / "second", folder / "caches") if size.again else cold
    ratio = {"total_s": tidy(warm["total_s"] / cold["total_s"])}
    return Result(name="setup", machine=where, figures=cold, ceiling=warm, ratio=ratio)


async def _from_nothing(size: Size, home: Path, caches: Path) -> dict[str, float]:
    environment = {
        **os.environ, "UV_CACHE_DIR": f"{caches}/uv", "PIP_CACHE_DIR": f"{caches}/pip", "npm_config_cache": f"{caches}/npm",
        "COLUMNS": "200",
    }  # fmt: skip
    environment.pop("VIRTUAL_ENV", None)
    parts: dict[str, float] = {}
    begun = time.monotonic()
    await _step(
        parts, "clone", ["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(home)], home.parent, environment
    )
    if size.install:
        await _step(parts, "install", ["make", ".venv/.run"], home, environment)
        await _step(parts, "screens", ["make", "ui/dist/index.html"], home, environment)
    program = [str(home / ".venv/bin/northbank")] if size.install else [sys.executable, "-m", "northbank"]
    await _first_event(
        parts, [*program, "demo", "--pack", f"packs/{size.pack}", "--port", "0", "--data", "data"], home, environment
    )
    parts["total_s"] = time.monotonic() - begun
    return {name: tidy(seconds) for name, seconds in parts.items()}


async def _step(
    parts: dict[str, float], part: str, command: list[str], folder: Path, environment: Mapping[str, str]
) -> None:
    """Run a command; what it says divides its time into parts."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout is not None
    said, since = "", time.monotonic()
    async for line in process.stdout:
        said += line.decode(errors="replace")
        word = next((name for start, name in _PARTS.items() if f"setup: {start}" in said.splitlines()[-1]), None)
        if word is not None and word != part:
            now = time.monotonic()
            _add(parts, part, now - since)
            part, since = word, now
    _add(parts, part, time.monotonic() - since)
    if await process.wait() != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said}")


def _add(parts: dict[str, float], part: str, seconds: float) -> None:
    parts[f"{part}_s"] = parts.get(f"{part}_s", 0.0) + seconds


async def _first_event(
    parts: dict[str, float], command: list[str], folder: Path, environment: Mapping[str, str]
) -> None:
    """Start the demo, open its live stream, wait for the first thing that happened."""
    since = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    try:
        port = await asyncio.wait_for(_port(process), _PATIENCE)
        draining = asyncio.create_task(_drain(process))
        now = time.monotonic()
        _add(parts, "start", now - since)
        await asyncio.wait_for(_event(port), _PATIENCE)
        _add(parts, "first_event", time.monotonic() - now)
        draining.cancel()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 60)


async def _port(process: Process) -> int:
    """Where it listens, by its own words."""
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode(errors="replace")
        if (found := _ADDRESS.search(said)) is not None:
            return int(found[1])
    raise RuntimeError(f"the demo did not start:\n{said}")


async def _drain(process: Process) -> None:
    assert process.stdout is not None
    async for _ in process.stdout:
        pass


async def _event(port: int) -> None:
    """Until a frame tells of something that happened."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
            writer.write(b"GET /live?scope=district HTTP/1.1\r\nhost: localhost\r\n\r\n")
            while line := await reader.readline():
                if line.startswith(b"data: ") and b'"stream":[{' in line:
                    writer.close()
                    return
        except (ConnectionError, ValueError):
            pass
        await asyncio.sleep(0.05)
