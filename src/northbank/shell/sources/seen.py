"""Which numbers a file has shown already, and in which line: on disk, so that memory stays flat however long the file."""

import sqlite3

from northbank.shell.sources.scratch import scratch


class Seen:
    """Numbers and the line where each came first."""

    def __init__(self) -> None:
        self._disk = scratch("create table seen (number text primary key, line integer not null) without rowid")

    def add(self, number: str, line: int) -> int | None:
        """Note a number; returns the line where it came before, or None."""
        try:
            self._disk.execute("insert into seen values (?, ?)", (number, line))
        except sqlite3.IntegrityError:
            found = self._disk.execute("select line from seen where number = ?", (number,)).fetchone()
            return int(found[0])
        return None

    def close(self) -> None:
        """Let it go."""
        self._disk.close()
