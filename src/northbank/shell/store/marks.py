"""The view of marks: what each case has on it for figures, a narrow row a case, kept beside the case view without costing a move.

It follows the journal in steps. Whoever reads it opens the cases that something befell since (`fresh`), so that it is right at any
moment, however far behind it is; it can be dropped at any time. What is counted in it stands in metrics.py.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import asyncpg

from northbank.shell.store.sql import statements

SQL = statements("metrics")
STEP = 2_000  # entries
LONG = 86_400.0  # seconds: making it anew for a large city takes longer than a command may
MADE_BY = hashlib.sha256(SQL.marks.encode()).hexdigest()  # another program makes other rows


async def marked_to(connection: asyncpg.Connection) -> int:
    """The position up to which cases are marked, in the snapshot at hand."""
    return int(await connection.fetchval(SQL.marked_to, MADE_BY))


def put_before(template: str, sql: str, values: Sequence[Any], **more: Any) -> tuple[Any, ...]:
    """A statement behind a `with ...` that has parameters of its own, and all the values."""
    numbers = {name: f"${n}" for n, name in enumerate(more, len(values) + 1)}
    return f"{template.format(**numbers)} {sql}", *values, *more.values()


async def mark_all(connection: asyncpg.Connection) -> None:
    """Make the view anew from the whole case view, in the transaction at hand, which appends must not run beside."""
    await connection.execute(SQL.unmark_all, timeout=LONG)
    await connection.execute(SQL.mark.format(marks=SQL.marks.format(source=SQL.every_case)), timeout=LONG)
    await connection.execute(SQL.note_marks, int(await connection.fetchval(SQL.step_ends, 0, 1 << 60)), MADE_BY)


class PgMarks:
    """The upkeep of that view while a center runs."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def lag(self) -> int:
        """How many entries the view is behind the journal."""
        async with self._pool.acquire() as connection:
            done = await marked_to(connection)
            return int(await connection.fetchval(SQL.step_ends, done, 1 << 60)) - done

    async def step(self, size: int = STEP) -> int:
        """Follow the journal for so many entries; says how many it were: 0 at its end, or while another process does it."""
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(SQL.take_marks):
                return 0
            start = await marked_to(connection)
            end = int(await connection.fetchval(SQL.step_ends, start, size))
            if start == 0:
                await connection.execute(SQL.unmark_all)
            await connection.execute(SQL.unmark, start, end)
            await connection.execute(SQL.mark.format(marks=SQL.marks.format(source=SQL.moved)), start, end)
            await connection.execute(SQL.note_marks, end, MADE_BY)
            return end - start
