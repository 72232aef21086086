"""Every batch of every data set in short: read once, then only what the journal has grown by. A view in memory; dropping it loses nothing."""

from collections.abc import Mapping, Sequence

import asyncpg

from northbank.core.shelf import Line
from northbank.shell.store.sql import statements

SQL = statements("datasets")


class PgShelf:
    """The lines of all batches. One question a call, about new entries alone."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._read_to = 0
        self._lines: dict[str, list[Line]] = {}

    async def lines(self) -> Mapping[str, Sequence[Line]]:
        """By data set, the oldest first."""
        for row in await self._pool.fetch(SQL.batches_after, self._read_to):
            if row["position"] <= self._read_to:  # somebody else asked meanwhile
                continue
            self._read_to = row["position"]
            taken = row["type"] != "dataset.turned_away"
            counts = (row["rows"], row["good"], row["bad"], row["repeated"], row["score"])
            line = Line(row["dataset"], row["n"], taken, row["at"], row["made"], *counts)
            self._lines.setdefault(row["dataset"], []).append(line)
        return self._lines
