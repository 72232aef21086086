"""Signed checkpoints, the keys they were signed with, and the entries outsiders ask proofs of, in PostgreSQL."""

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from northbank.core.city import Name
from northbank.core.journal import NewEntry
from northbank.core.merkle import carry, leaf_hash, root_of
from northbank.core.reading import READINGS, ReadingsSealed
from northbank.ports import ReadingQuery, ReadingRow, Signed, VerifierKey
from northbank.shell.store.pool import DatabaseError
from northbank.shell.store.sql import statements
from northbank.shell.store.tree import LONG, PgTree

SQL = statements("audit")
SEALED_AT_ONCE = 100_000  # records of readings an entry fixes


class PgLedger(PgTree):
    """The tree, with what is said of it in public."""

    async def admit(self, verifier: str, now: datetime) -> None:
        """Refuse a key that is not the one this journal's checkpoints are signed with; the first one is taken."""
        keys = await self.keys()
        if not keys:
            await self.renew(verifier, now)
            keys = await self.keys()
        if keys[-1].verifier != verifier:
            raise DatabaseError(
                f"The checkpoints in this database are signed as {keys[-1].verifier}, and the audit key given makes "
                f"{verifier}; put keys/audit.pem back from the backup, name it by NORTHBANK_AUDIT_KEY_FILE, or, where "
                "it is lost, begin a new one with: northbank audit renew-key."
            )

    async def renew(self, verifier: str, now: datetime) -> None:
        """Sign with this key from now on."""
        await self._pool.execute(SQL.add_key, verifier, now)

    async def keys(self) -> list[VerifierKey]:
        """Public keys in the order in which they signed."""
        return [VerifierKey(*row.values()) for row in await self._pool.fetch(SQL.keys)]

    async def latest(self) -> Signed | None:
        """The newest checkpoint."""
        return _signed(await self._pool.fetchrow(SQL.latest))

    async def covering(self, position: int) -> Signed | None:
        """The first checkpoint over a position."""
        return _signed(await self._pool.fetchrow(SQL.covering, position))

    async def checkpoints(self, below: int, limit: int) -> list[Signed]:
        """Checkpoints below a size, newest first."""
        return [Signed(*row.values()) for row in await self._pool.fetch(SQL.checkpoints, below, limit)]

    async def keep(self, signed: Signed) -> None:
        """Publish a checkpoint; of two over the same size the first stays."""
        await self._pool.execute(SQL.keep_checkpoint, *msgspec.structs.astuple(signed))

    async def entries(self, first: int, limit: int) -> list[tuple[int, NewEntry]]:
        """Entries as they were stored, from a position on."""
        return [(row["position"], as_stored(row)) for row in await self._pool.fetch(SQL.entries, first, limit)]

    async def first_of(self, stream: str) -> int | None:
        """Position of the first entry of a stream."""
        found: int | None = await self._pool.fetchval(SQL.first_of, stream)
        return found

    async def unsealed(self) -> tuple[int, ReadingsSealed] | None:
        """What the journal has to say of records it does not fix yet, and the version of that stream; None without any."""
        async with self._pool.acquire() as connection:
            before = await connection.fetchrow(SQL.last_sealed_reading, READINGS)
            version, after = (before["version"], _fixed(before["data"]).last) if before else (0, 0)
            async with connection.transaction():
                await connection.execute(SQL.await_readings)
                rows = await connection.fetch(SQL.unsealed, after, SEALED_AT_ONCE, timeout=LONG)
        return (version, sealed(rows)) if rows else None

    async def readings(self, query: ReadingQuery) -> list[ReadingRow]:
        """Records of readings, newest first."""
        q = query
        rows = await self._pool.fetch(
            SQL.readings, q.subject, q.case, q.actor, q.purpose, q.since, q.until, q.after, q.limit
        )
        return [_reading(row) for row in rows]


def _fixed(data: str) -> ReadingsSealed:
    return msgspec.json.decode(data, type=ReadingsSealed)


def sealed(rows: list[Any]) -> ReadingsSealed:
    """The fact that fixes these records (rows with `id` and `digest`, in order)."""
    peaks: list[bytes] = []
    for count, row in enumerate(rows):
        carry(peaks, count, leaf_hash(row["digest"]))
    return ReadingsSealed(first=rows[0]["id"], last=rows[-1]["id"], count=len(rows), root=root_of(peaks).hex())


def as_stored(row: asyncpg.Record) -> NewEntry:
    """A journal row with its data as text, to be hashed again."""
    return NewEntry(
        id=str(row["id"]), stream=row["stream"], version=row["version"], type=row["type"], schema=row["schema"],
        at=row["at"], actor=row["actor"], cause=str(row["cause"]) if row["cause"] else None, pack=row["pack"],
        rule=row["rule"], data=row["data"], digest=row["digest"],
    )  # fmt: skip


def _signed(row: asyncpg.Record | None) -> Signed | None:
    return None if row is None else Signed(*row.values())


def _reading(row: asyncpg.Record) -> ReadingRow:
    return ReadingRow(
        id=row["id"], at=row["at"], actor=row["actor"], purpose=row["purpose"], kind=row["kind"],
        case=str(row["case"]) if row["case"] else None, subject=str(row["subject"]), pieces=row["pieces"],
        number=row["number"],
        name=Name(row["name_zh"], row["name_en"]) if row["name_zh"] is not None else None,
    )  # fmt: skip
