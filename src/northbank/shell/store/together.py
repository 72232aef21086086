"""Questions of one kind that are asked at the same time become one query: a round trip for all that waited.

A lone question is asked at once. Who asks after a command was stored finds it: no question joins a query under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")
MOST = 200  # keys a query


class Together(Generic[V]):
    """`ask` finds the values of many keys; a key that has none is missing from its answer."""

    def __init__(self, ask: Callable[[list[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[str, asyncio.Future[V | None]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def get(self, key: str) -> V | None:
        """The value of one key, or None. Raises what `ask` raises for this key alone."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.append((key, future))
        if self._asking is None or self._asking.done():
            self._asking = loop.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._answer(group)

    async def _answer(self, group: list[tuple[str, "asyncio.Future[V | None]"]]) -> None:
        try:
            found = await self._ask(list({key for key, _ in group}))
        except Exception as error:
            if len(group) > 1:  # one key may be to blame, and its neighbors are not
                for one in group:
                    await self._answer([one])
            elif not group[0][1].done():
                group[0][1].set_exception(error)
            return
        for key, future in group:
            if not future.done():
                future.set_result(found.get(key))
