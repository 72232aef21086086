"""In which file of a batch the rows of a key lie: a portable hash, so that Python, DuckDB and Spark agree. Files are in shell/lake.

The bucket is the first byte of the MD5 of the key's cells as text, joined by a unit separator, divided by 256 / buckets.
"""

from collections.abc import Sequence
from hashlib import md5

SEPARATOR = "\x1f"
BYTE = 256
MOST = ((1_000_000, 1), (64_000_000, 16))  # rows up to which so many buckets are made


def buckets_for(rows: int) -> int:
    """How many buckets a batch of so many rows gets; 1, 16 or 256, so that a bucket is what some hex digits begin with."""
    return next((buckets for most, buckets in MOST if rows <= most), 256)


def digits_of(buckets: int) -> int:
    """How many hex digits of the hash name one of so many buckets."""
    return {1: 0, 16: 1, 256: 2}[buckets]


def bucket_of(cells: Sequence[str], buckets: int) -> int:
    """The bucket of a key, from 0. cells: of the key, in its order, as text: days as 2024-02-03, times as 2024-02-03 07:00:00."""
    first = md5(SEPARATOR.join(cells).encode(), usedforsecurity=False).digest()[0]
    return first * buckets // BYTE
