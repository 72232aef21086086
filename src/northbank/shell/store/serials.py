"""Ids and case numbers of one process: numbers come in blocks of a thousand, one round trip a block.

Numbers are unique over all processes and restarts; gaps are allowed and say nothing.
"""

import asyncio
import logging

import asyncpg

from northbank.core.number import case_number
from northbank.core.refusal import Refused
from northbank.shell.clock import SystemIds
from northbank.shell.log import describe
from northbank.shell.store.sql import statements

log = logging.getLogger(__name__)
SQL = statements("journal")
BLOCK = 1000


class CenterIds:
    """UUIDv7 ids and numbers with the pack's prefix. Call `start` first."""

    def __init__(self, pool: asyncpg.Pool, prefix: str) -> None:
        self._pool = pool
        self._prefix = prefix
        self._ids = SystemIds()
        self._free: list[int] = []
        self._refill: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take the first blocks."""
        for _ in range(4):
            await self._take()

    def new(self) -> str:
        """A new UUIDv7 as text."""
        return self._ids.new()

    def number(self) -> str:
        """A new case number. Raises `busy` in the moment when the database could not give a block in time."""
        if len(self._free) < 2 * BLOCK and (self._refill is None or self._refill.done()):
            self._refill = asyncio.get_running_loop().create_task(self._take())
            self._refill.add_done_callback(_heard)
        if not self._free:
            raise Refused("busy")
        return case_number(self._prefix, self._free.pop())

    async def _take(self) -> None:
        block = int(await self._pool.fetchval(SQL.serial_block))
        first = (block - 1) * BLOCK + 1
        self._free[:0] = range(first + BLOCK - 1, first - 1, -1)


def _heard(refill: "asyncio.Task[None]") -> None:
    """A block that could not be had is asked for again with the next number; it is worth one line."""
    if not refill.cancelled() and (error := refill.exception()) is not None:
        log.warning("no new block of case numbers: %s", describe(error))
