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


def clear_leftovers(pg: Path, patience: float = 5.0) -> None:
    """Stop every PostgreSQL process that works in `pg`, then remove the mark of a server that is no more.

    First in good order for `patience` seconds, then by immediate shutdown (the journal of PostgreSQL makes that
    safe), last by force. The mark must not be removed earlier: two servers over one folder would destroy it.
    """
    for sign, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        found = _processes_in(pg)
        chief = [pid for pid in found if pid == _chief(pg)]
        # Children without their chief are already on their way out; only the chief knows an orderly shutdown.
        if sign == signal.SIGINT and found and not chief:
            continue
        for pid in chief or found:
            _send(pid, sign)
        if _gone(pg, seconds if found else 0.0):
            break
    if _PROCESSES.exists() and not _processes_in(pg):
        (pg / "postmaster.pid").unlink(missing_ok=True)


def _chief(pg: Path) -> int:
    try:
        return int((pg / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return 0


def _processes_in(pg: Path) -> list[int]:
    """The PostgreSQL processes that work in this folder: each of them has it as its working folder."""
    found = []
    for entry in _PROCESSES.glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() == "postgres" and os.path.samefile(entry / "cwd", pg):
                found.append(int(entry.name))
        except OSError:
            continue  # Gone meanwhile, or another user's.
    return found


def _send(pid: int, sign: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _gone(pg: Path, seconds: float) -> bool:
    until = monotonic() + seconds
    pause = threading.Event()
    while _processes_in(pg):
        if monotonic() > until:
            return False
        pause.wait(0.02)
    return True
