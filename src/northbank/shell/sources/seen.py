"""Which numbers a file has shown already, and in which line: on disk, so that memory stays flat however long the file.

A private temporary database that goes with the process; what has to last is in the journal.
"""

import sqlite3


class Seen:
    """Numbers and the line where each came first."""

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", isolation_level=None)  # no name: a private file that is gone when closed
        self._disk.execute("pragma journal_mode = off")
        self._disk.execute("pragma synchronous = off")
        self._disk.execute("create table seen (number text primary key, line integer not null) without rowid")
        self._disk.execute("begin")

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
