"""A folder of the lake that one work at a time fills: held meanwhile, staged, then put in its place by one rename.

What is made is not known here; shell/lake/lake.py keeps batches so, links.py runs of linking.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from northbank.core.refusal import Refused

STAGING = "staging"


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
        shutil.rmtree(folder / STAGING, ignore_errors=True)
        try:
            yield
        finally:  # what did not land frees the disk it may have filled
            shutil.rmtree(folder / STAGING, ignore_errors=True)
    finally:
        os.close(lock)


def place(staging: Path, into: Path, name: str) -> None:
    """Make a staged folder durable and put it in its place: it is there whole, or not at all. Raises OSError."""
    for one in (*staging.iterdir(), staging):
        sync(one)
    os.rename(staging, into / name)
    sync(into)


def sync(path: Path) -> None:
    """Make a file or a folder durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
