"""The ceiling of intake: a bare Starlette endpoint that validates the same body and stores as many rows, and no more.

Same server program, event loop, database and settings, two committers; no rules, no sign-in, no encryption, one index
a table. Arguments: data folder, JSON {table: {rows, bytes}} as measured from the real center.
"""

import asyncio
import signal
import sys
from collections import deque
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uuid_utils
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from northbank.flows.report import NewReport
from northbank.shell.store.embedded import Embedded
from northbank.wiring import listen_on

GROUP = 200
COMMITTERS = 2
_decode = msgspec.json.Decoder(NewReport).decode
_encode = msgspec.json.Encoder().encode


class Store:
    """Group commit of rows (id, text) into one plain table for each real one."""

    def __init__(self, pool: asyncpg.Pool, shape: dict[str, Any]) -> None:
        self.pool = pool
        self.shape = shape
        self.queue: deque[tuple[str, asyncio.Future[None]]] = deque()
        self.wake = asyncio.Event()
        self.owed = dict.fromkeys(shape, 0.0)
        self.texts = {name: "x" * max(1, one["bytes"] - 44) for name, one in shape.items()}
        parts = [f"i{n} as (insert into bare_{name} select * from unnest(${2 * n + 1}::uuid[], ${2 * n + 2}::text[]))" for n, name in enumerate(shape)]  # fmt: skip
        self.statement = f"with {', '.join(parts)} select 1"

    async def start(self) -> None:
        """Make the tables, begin committing."""
        for name in self.shape:
            await self.pool.execute(f"create table if not exists bare_{name} (id uuid primary key, data text not null)")
        self.tasks = [asyncio.create_task(self.work()) for _ in range(COMMITTERS)]

    async def add(self, id: str) -> None:
        """Store the rows of one report durably."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.queue.append((id, future))
        self.wake.set()
        await future

    async def work(self) -> None:
        """Commit whatever queued while the last commit ran."""
        while True:
            await self.wake.wait()
            group = [self.queue.popleft() for _ in range(min(GROUP, len(self.queue)))]
            if not group:
                self.wake.clear()
                continue
            await self.pool.fetch(self.statement, *self.arguments([id for id, _ in group]))
            for _, future in group:
                if not future.done():
                    future.set_result(None)

    def arguments(self, ids: list[str]) -> list[list[str]]:
        """Ids and texts of each table; where a report has 3.6 rows on average, so it is here."""
        found: list[list[str]] = []
        for name, one in self.shape.items():
            self.owed[name] += one["rows"] * len(ids)
            count = int(self.owed[name])
            self.owed[name] -= count
            found.append([ids[n] if n < len(ids) else str(uuid_utils.uuid7()) for n in range(count)])
            found.append([self.texts[name]] * count)
        return found


async def serve(data: str, shape: dict[str, Any]) -> None:
    """Serve until SIGTERM."""
    database = await asyncio.to_thread(Embedded.start, Path(data))
    try:
        async with asyncpg.create_pool(database.dsn, min_size=4, max_size=8) as pool:
            store = Store(pool, shape)
            await store.start()
            server = uvicorn.Server(
                uvicorn.Config(
                    app(store), loop="uvloop", http="httptools", lifespan="off", log_config=None, access_log=False
                )
            )
            listening = listen_on("127.0.0.1", 0)
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
            sys.stdout.buffer.write(_encode({"port": listening.getsockname()[1]}) + b"\n")
            sys.stdout.buffer.flush()
            await server.serve(sockets=[listening])
            for task in store.tasks:
                task.cancel()
            await asyncio.gather(*store.tasks, return_exceptions=True)
    finally:
        database.stop()


def app(store: Store) -> Starlette:
    """One route."""

    async def take(request: Request) -> Response:
        new = _decode(await request.body())
        id = str(uuid_utils.uuid7())
        await store.add(id)
        return Response(
            _encode({"id": id, "type": new.type, "text": len(new.text or "")}), 201, media_type="application/json"
        )

    return Starlette(routes=[Route("/api/v1/reports", take, methods=["POST"])])


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], msgspec.json.decode(sys.argv[2])))
