"""Where simulations run: one at a time beside the center. What is under way is held in memory; results are kept elsewhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.flows.simulate import Told
from northbank.flows.try_policy import SimulationRun

log = logging.getLogger(__name__)
REMEMBERED = 20  # those that ended lately


class Trials:
    """The simulation under way, and what became of the last ones."""

    def __init__(self) -> None:
        self._runs: dict[str, SimulationRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def current(self) -> SimulationRun | None:
        """The one under way."""
        return next((self._runs[id] for id in self._tasks), None)

    def get(self, id: str) -> SimulationRun | None:
        """One that is under way or ended lately."""
        return self._runs.get(id)

    def start(self, run: SimulationRun, work: Callable[[Told], Awaitable[None]]) -> SimulationRun:
        """Begin. Raises Refused("simulating") while another one is under way."""
        if (current := self.current) is not None:
            raise Refused("simulating", by=current.asked.by)
        while len(self._runs) >= REMEMBERED:
            self._runs.pop(next(iter(self._runs)))
        self._runs[run.id] = run
        self._tasks[run.id] = asyncio.create_task(self._go(run.id, work))
        return run

    async def stop(self, id: str) -> SimulationRun | None:
        """End one that is under way; nothing of it is kept. None where it is not known."""
        task = self._tasks.get(id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        return self._runs.get(id)

    async def close(self) -> None:
        """End whatever is under way."""
        for id in list(self._tasks):
            await self.stop(id)

    async def _go(self, id: str, work: Callable[[Told], Awaitable[None]]) -> None:
        try:
            await work(lambda done: self._tell(id, done=done))
            self._tell(id, state="done", done=self._runs[id].total)
        except asyncio.CancelledError:
            self._tell(id, state="stopped")
        except Exception as error:
            log.exception("the simulation %s failed", id)
            what = type(error).__name__
            self._tell(id, state="failed", fault=Name(f"程序出错（{what}），详见中心日志。", f"The program failed ({what}); the log says more."))  # fmt: skip
        finally:
            self._tasks.pop(id, None)

    def _tell(self, id: str, **news: object) -> None:
        self._runs[id] = replace(self._runs[id], **news)
