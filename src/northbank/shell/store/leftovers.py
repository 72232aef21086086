"""Ends the servers that a killed Northbank left behind, and clears their mark, without risk to the data.

Call it only while holding the lock of the data folder: every server process found there is then a leftover or our own.
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

from northbank.shell.clock import monotonic

_PROCESSES = Path("/proc")


def server_mark(pg: Path) -> str:
    """A name for the server over this folder, the same from everywhere; its processes carry it in their titles."""
    found = pg.stat()
    return f"northbank-{found.st_dev:x}-{found.st_ino:x}"


def clear_leftovers(pg: Path, patience: float = 5.0) -> None:
    """Stop every PostgreSQL process that works in `pg`, then remove the mark of a server that is no more.

    First in good order for `patience` seconds, then by immediate shutdown (the write-ahead log makes that safe),
    last by force. The mark must not be removed earlier: two servers over one folder would destroy it.
    """
    if not pg.exists():
        return
    for sign, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0)):
        found = _processes_of(pg)
        chief = [pid for pid in found if pid == _chief(pg)]
        # Only the chief knows an orderly shutdown. Children that lost theirs are on their way out anyway.
        if sign == signal.SIGINT and not chief:
            continue
        for pid in found if sign == signal.SIGKILL else chief or found:
            _send(pid, sign)
        if _gone(pg, seconds if found else 0.0):
            break
    if _PROCESSES.exists() and not _processes_of(pg):
        (pg / "postmaster.pid").unlink(missing_ok=True)


def _chief(pg: Path) -> int:
    try:
        return int((pg / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return 0


def _processes_of(pg: Path) -> list[int]:
    """The processes of a server over this folder. Titles are open to all; working folders are not to root of a container."""
    mark = server_mark(pg).encode()
    found = []
    for entry in _PROCESSES.glob("[0-9]*"):
        try:
            title = (entry / "cmdline").read_bytes()
            if mark in title and (entry / "comm").read_text().strip() == "postgres":
                found.append(int(entry.name))
        except OSError:
            continue  # Gone meanwhile.
    return found


def _send(pid: int, sign: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _gone(pg: Path, seconds: float) -> bool:
    until = monotonic() + seconds
    pause = threading.Event()
    while _processes_of(pg):
        if monotonic() > until:
            return False
        pause.wait(0.02)
    return True
