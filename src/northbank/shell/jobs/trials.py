"""Where simulations run: one at a time beside the center. How far one is lies in memory; that it began and how it ended is noted
elsewhere, so that none is lost with the center or left running after it. Results are kept elsewhere too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec.structs import replace

from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.flows.simulate import Told
from northbank.ports.lab import SimulationRun, Simulations

log = logging.getLogger(__name__)
REMEMBERED = 20  # those that ended lately

Ended = Literal["done", "stopped", "interrupted", "failed"]


class Trials:
    """The simulation under way, and what became of the last ones."""

    def __init__(self, notes: Simulations) -> None:
        self._notes = notes
        self._runs: dict[str, SimulationRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    async def recall(self) -> None:
        """Know those of the center's last life again; what was under way when it ended was interrupted."""
        for run in await self._notes.noted(REMEMBERED):
            self._runs[run.id] = run
            if run.state == "running":
                await self._end(run.id, "interrupted")

    @property
    def current(self) -> SimulationRun | None:
        """The one under way."""
        return next((self._runs[id] for id in self._tasks), None)

    @property
    def interrupted(self) -> SimulationRun | None:
        """The last one, where a stop of the center cut it off and nobody began another since."""
        last = next(reversed(self._runs.values()), None)
        return last if last is not None and last.state == "interrupted" else None

    def get(self, id: str) -> SimulationRun | None:
        """One that is under way or ended lately."""
        return self._runs.get(id)

    async def start(self, run: SimulationRun, work: Callable[[Told], Awaitable[None]]) -> SimulationRun:
        """Begin. Raises Refused("simulating") while another one is under way."""
        if (current := self.current) is not None:
            raise Refused("simulating", by=current.asked.by)
        while len(self._runs) >= REMEMBERED:
            self._runs.pop(next(iter(self._runs)))
        self._runs[run.id] = run
        noted = asyncio.ensure_future(self._notes.note(run))
        self._tasks[run.id] = asyncio.create_task(self._go(run.id, noted, work))
        await asyncio.wait([noted])
        return run

    async def stop(self, id: str) -> SimulationRun | None:
        """End one that is under way; nothing of it is kept. None where it is not known."""
        task = self._tasks.get(id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        return self._runs.get(id)

    async def close(self) -> None:
        """Cut off whatever is under way, because the center stops."""
        self._closing = True
        for id in list(self._tasks):
            await self.stop(id)

    async def _go(self, id: str, noted: Awaitable[None], work: Callable[[Told], Awaitable[None]]) -> None:
        try:
            await noted
            await work(lambda done: self._tell(id, done=done))
            self._tell(id, done=self._runs[id].total)
            await self._end(id, "done")
        except asyncio.CancelledError:
            await self._end(id, "interrupted" if self._closing else "stopped")
        except Exception as error:
            log.exception("the simulation %s failed", id)
            what = type(error).__name__
            fault = Name(f"程序出错（{what}），详见中心日志。", f"The program failed ({what}); the log says more.")
            await self._end(id, "failed", fault)
        finally:
            self._tasks.pop(id, None)

    async def _end(self, id: str, state: Ended, fault: Name | None = None) -> None:
        self._tell(id, state=state, fault=fault)
        try:
            await self._notes.note(self._runs[id])
        except Exception:  # without this note it was interrupted, for the next life of the center
            log.exception("how the simulation %s ended could not be noted", id)

    def _tell(self, id: str, **news: object) -> None:
        self._runs[id] = replace(self._runs[id], **news)
