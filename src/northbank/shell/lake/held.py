"""A folder of the lake that one work at a time fills: held meanwhile, staged, then put in its place by one rename.

What is made is not known here; shell/lake/lake.py keeps batches so, links.py runs of linking.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from northbank.core.refusal import Refused

STAGING = "staging"
SPILL = "spill-"  # what an engine of one piece of work spilled


@contextmanager
def held(folder: Path, into: str, refusal: Refused) -> Iterator[None]:
    """Keep others from the same work, and clear away what a killed one left. into: where in the folder things get their place."""
    for one in (folder.parent, folder, folder / into):
        one.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refusal from None
        _clear(folder)
        try:
            yield
        finally:  # what did not land frees the disk it may have filled
            _clear(folder)
    finally:
        os.close(lock)


def _clear(folder: Path) -> None:
    for left in (folder / STAGING, *folder.glob(f"{SPILL}*")):
        shutil.rmtree(left, ignore_errors=True)


def emptied(folder: Path) -> Path:
    """The staging folder, with nothing in it; whoever holds the folder next clears it too."""
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    return staging


def place(staging: Path, into: Path, name: str) -> None:
    """Make a staged folder durable and put it in its place: it is there whole, or not at all. Raises OSError."""
    for one in (*staging.iterdir(), staging):
        sync(one)
    os.rename(staging, into / name)
    sync(into)  # where this fails it is there all the same, and the next run tells of it


def take_away(folder: Path, into: str, names: Sequence[str]) -> list[str]:
    """Take what has its place there away: each is there whole, or not at all. What there was of it. Raises OSError."""
    staging = emptied(folder)
    gone = [one for one in names if (folder / into / one).is_dir()]
    for one in gone:
        os.rename(folder / into / one, staging / one)
    sync(folder / into)
    shutil.rmtree(staging)
    return gone


def sync(path: Path) -> None:
    """Make a file or a folder durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
