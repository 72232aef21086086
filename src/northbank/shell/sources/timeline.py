"""The records of a file in order of time: what begins and what ends when. On disk, so that memory stays flat.

Records carry people's words: on the disk they are sealed with a key that only this process has.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from northbank.core.importing import Draft, Mapper, Unfit
from northbank.shell.clock import new_key
from northbank.shell.sources.drafts import digest_of, draft_of, mapper_of
from northbank.shell.sources.mapfile import missing_columns, open_source, read_map
from northbank.shell.sources.rows import Row, Shown, SourceError, Standing
from northbank.shell.sources.scratch import scratch

PAGE = 500  # moments read at once
TOLD = 1_000  # records between two words on how far the reading has come
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Draft).decode


class Moment(msgspec.Struct, frozen=True):
    """A record begins or ends. Where both happen at once the beginning comes first."""

    at: datetime
    ends: bool
    draft: Draft


class Timeline:
    """A file sorted by time; close it to give the disk back. records: how many the map could read."""

    def __init__(self) -> None:
        self.records = 0
        self._disk = scratch(
            "create table record (place integer primary key, begins integer, ends integer, draft blob)"
        )
        self._key = AESGCM(new_key())

    @classmethod
    def of(cls, file: Path, map: Path, progress: Shown = lambda _: None) -> "Timeline":
        """Read a file to its end; what `progress` raises ends the reading. Raises PackFaults and SourceError.

        Records that the map cannot read are left out; an import would list them.
        """
        rules = read_map(map)
        source = open_source(file, rules)
        made = cls()
        try:
            missing_columns(rules, source, file)
            mapper = mapper_of(rules, digest_of(file))
            unfit = 0
            for row in source:
                unfit += not made._take(mapper, row)
                if row.place % TOLD == 0:
                    progress(Standing(*source.done(), row.place, unfit))
            made._sort()
            if not made.records:
                raise SourceError(f"{file} holds no record that this map can read.")
        except BaseException:
            made.close()
            raise
        finally:
            source.close()
        return made

    def _take(self, mapper: Mapper, row: Row) -> bool:
        """Put a record in; False where the map cannot read it."""
        if row.why is not None:
            return False
        try:
            draft = draft_of(mapper, row)
        except Unfit:
            return False
        ends = None if draft.ended_at is None else _micros(draft.ended_at)
        sealed = self._key.encrypt(_nonce(draft.place), _encode(draft), None)
        self._disk.execute(
            "insert into record values (?, ?, ?, ?)", (draft.place, _micros(draft.reported_at), ends, sealed)
        )
        self.records += 1
        return True

    def _sort(self) -> None:
        self._disk.execute("create index beginning on record (begins, place)")
        self._disk.execute("create index ending on record (ends, place) where ends is not null")

    @property
    def first(self) -> datetime:
        """When the first record was reported: where the clock of a replay begins."""
        return _START + self._disk.execute("select min(begins) from record").fetchone()[0] * _MICROSECOND

    def pages(self) -> Iterator[list[Moment]]:
        """All beginnings and ends in order, a page at a time."""
        rows = self._disk.execute(
            "select begins as at, 0 as kind, place, draft from record"
            " union all select ends, 1, place, draft from record where ends is not null order by at, kind, place"
        )
        while page := rows.fetchmany(PAGE):
            yield [
                Moment(_START + at * _MICROSECOND, bool(kind), _decode(self._key.decrypt(_nonce(place), sealed, None)))
                for at, kind, place, sealed in page
            ]

    def close(self) -> None:
        """Let it go."""
        self._disk.close()


def _micros(at: datetime) -> int:
    return (at - _START) // _MICROSECOND


def _nonce(place: int) -> bytes:
    """Each record is sealed once, under its own place in the file."""
    return place.to_bytes(12, "big")
