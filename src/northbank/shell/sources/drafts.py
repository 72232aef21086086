"""A row of a file as a draft, for imports and replays alike: read through the map, its point brought to our datum."""

import hashlib
from pathlib import Path

from msgspec.structs import replace

from northbank.core.importing import Draft, Mapper, RecordMap
from northbank.pack.gcj02 import to_wgs84
from northbank.shell.sources.rows import Row, SourceError


def digest_of(file: Path) -> bytes:
    """The SHA-256 of a file: what it is known by; raises SourceError."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror or error}).") from error


def mapper_of(map: RecordMap, digest: bytes) -> Mapper:
    """The map made ready for a file; its records without a number are known by the file's digest and their place."""
    return Mapper(map, digest.hex()[:16])


def draft_of(mapper: Mapper, row: Row) -> Draft:
    """The draft of a row that could be read; raises Unfit."""
    draft = mapper.draft(row.record, row.place, row.line)
    if mapper.map.datum == "gcj02" and draft.lon is not None and draft.lat is not None:
        lon, lat = to_wgs84(draft.lon, draft.lat)
        return replace(draft, lon=lon, lat=lat)
    return draft
