"""A private database on the disk that goes with the process: what is too long for memory and need not last.

What has to last is in the journal.
"""

import sqlite3


def scratch(schema: str) -> sqlite3.Connection:
    """A nameless database with these tables, written without care for a crash; only this process can open it."""
    disk = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    disk.execute("pragma journal_mode = off")
    disk.execute("pragma synchronous = off")
    disk.execute("pragma temp_store = file")
    disk.execute("begin")
    disk.execute(schema)
    return disk
