"""The ceiling of intake: a bare Starlette endpoint that validates the same body and stores as many rows, and no more.

Same server program, event loop, database and settings, one committer; no rules, no sign-in, no encryption, one index
a table. Arguments: data folder, JSON {table: {rows, bytes}} as measured from the real center, and, for the second peer, a
file of real rows {table: [row, ...]}: it stores such rows, in the real tables with all their columns and indexes.
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
from northbank.shell.store.pool import open_pool
from northbank.wiring import listen_on

GROUP = 200
COMMITTERS = 1  # as the real center; two were slower at 64 clients
_decode = msgspec.json.Decoder(NewReport).decode
_decode_any = msgspec.json.Decoder().decode
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
        await self.prepare()
        self.tasks = [asyncio.create_task(self.work()) for _ in range(COMMITTERS)]

    async def prepare(self) -> None:
        """Make the tables."""
        for name in self.shape:
            await self.pool.execute(f"create table if not exists bare_{name} (id uuid primary key, data text not null)")

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

    def arguments(self, ids: list[str]) -> list[list[Any]]:
        """Ids and texts of each table; where a report has 3.6 rows on average, so it is here."""
        found: list[list[Any]] = []
        for name, fresh in self.fresh(ids):
            found += [fresh, [self.texts[name]] * len(fresh)]
        return found

    def fresh(self, ids: list[str]) -> list[tuple[str, list[str]]]:
        """An id for each row that these reports are worth in each table."""
        found: list[tuple[str, list[str]]] = []
        for name, one in self.shape.items():
            self.owed[name] += one["rows"] * len(ids)
            count = int(self.owed[name])
            self.owed[name] -= count
            found.append((name, [ids[n] if n < len(ids) else str(uuid_utils.uuid7()) for n in range(count)]))
        return found


class SameColumns(Store):
    """Group commit of ready-made rows of the real tables: every column and index, only what must be unique made anew."""

    def __init__(self, pool: asyncpg.Pool, shape: dict[str, Any], samples: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__(pool, shape)
        self.samples = samples
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.places: dict[str, dict[str, int]] = {}
        self.position = 0
        parts = [f"i{n} as (insert into {name} select * from unnest(${n + 1}::{name}[]))" for n, name in enumerate(shape)]  # fmt: skip
        self.statement = f"with {', '.join(parts)} select 1"

    async def prepare(self) -> None:
        """Read the samples as rows of their tables."""
        for name, rows in self.samples.items():
            query = f"select * from json_populate_recordset(null::{name}, $1::json)"
            found = await self.pool.fetch(query, _encode(rows).decode())
            self.rows[name] = [tuple(row.values()) for row in found]
            self.places[name] = {column: n for n, column in enumerate(found[0].keys())}

    def arguments(self, ids: list[str]) -> list[list[Any]]:
        """Rows of each table."""
        return [[self.row(name, id) for id in fresh] for name, fresh in self.fresh(ids)]

    def row(self, name: str, id: str) -> tuple[Any, ...]:
        """The next sample with an id, a stream, a number and a position of its own."""
        self.position += 1
        known, places = self.rows[name], self.places[name]
        row = list(known[self.position % len(known)])
        for column, value in (
            ("position", self.position), ("id", id), ("stream", id), ("number", id), ("subject", id), ("external", None),
        ):  # fmt: skip
            if (at := places.get(column)) is not None:
                row[at] = value
        return tuple(row)


async def serve(data: str, shape: dict[str, Any], samples: dict[str, Any] | None) -> None:
    """Serve until SIGTERM."""
    database = await asyncio.to_thread(Embedded.start, Path(data))
    try:
        if samples is not None:
            await (await open_pool(database.dsn)).close()  # the real tables
        async with asyncpg.create_pool(database.dsn, min_size=4, max_size=8) as pool:
            store = Store(pool, shape) if samples is None else SameColumns(pool, shape, samples)
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
    given = _decode_any(Path(sys.argv[3]).read_bytes()) if len(sys.argv) > 3 else None
    uvloop.run(serve(sys.argv[1], _decode_any(sys.argv[2]), given))
