"""The view of grants in PostgreSQL and the record of uses of data. Grants are written with the journal (journal.py), rebuilt here.

What a grant is, is core/sharing.py; which of them somebody may see is told by the flow as a scope.
"""

import hmac
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from northbank.core.datause import USES, Use, UsesSealed
from northbank.core.facts import read
from northbank.core.journal import Telling
from northbank.core.merkle import carry, leaf_hash, root_of
from northbank.core.refusal import Refused
from northbank.core.sharing import Grant, evolve_grant
from northbank.ports.sharing import GrantQuery, GrantScope, UseQuery, UseRow
from northbank.shell.store.sql import statements

SQL = statements("sharing")
AT_ONCE = 50_000  # records sealed by one entry
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Grant).decode


def grant_row(grant: Grant) -> tuple[Any, ...]:
    """The row of the view."""
    doc = _encode(grant).decode()
    return (
        grant.id, grant.dataset, grant.kind, grant.state.value, grant.applicant, grant.owner, grant.requested_at,
        grant.wake_at, doc,
    )  # fmt: skip


async def save_grants(connection: asyncpg.Connection, grants: Sequence[Grant]) -> None:
    """Write after-images, in the transaction at hand."""
    await connection.executemany(SQL.save, [grant_row(one) for one in grants])


async def folded_grants(connection: asyncpg.Connection) -> AsyncIterator[Grant]:
    """Every grant as its facts make it, in the transaction at hand."""
    grant: Grant | None = None
    async for row in connection.cursor(SQL.entries, prefetch=500):
        told = Telling(row["stream"], row["at"], row["actor"], row["pack"])
        fact = read(row["type"], row["schema"], row["data"])
        if grant is not None and not row["stream"].endswith(grant.id):
            yield grant
            grant = None
        grant = evolve_grant(grant, told, fact)  # type: ignore[arg-type]
    if grant is not None:
        yield grant


async def rebuild_grants(connection: asyncpg.Connection) -> int:
    """Make the view anew from the journal, in a transaction that appends do not run beside."""
    await connection.execute(SQL.drop_all)
    made = [one async for one in folded_grants(connection)]
    await save_grants(connection, made)
    return len(made)


class PgGrants:
    """The view of grants of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def get(self, id: str) -> Grant | None:
        """One of them."""
        found = await self._pool.fetchval(SQL.get, id)
        return None if found is None else _decode(found)

    async def many(self, ids: Sequence[str]) -> list[Grant]:
        """Those of the ids that exist."""
        return [_decode(row["doc"]) for row in await self._pool.fetch(SQL.many, list(ids))]

    async def page(self, query: GrantQuery, scope: GrantScope) -> tuple[list[Grant], str | None]:
        """One page inside `scope`, newest first, and the cursor of the next. Refused: `invalid`."""
        at, id = _cursor(query.after)
        states = query.state.split(",") if query.state else None
        rows = await self._pool.fetch(
            SQL.page, scope.everything, scope.unit, scope.login, query.dataset, states, query.applicant, query.owner,
            query.kind, at, id, query.limit + 1,
        )  # fmt: skip
        found = [_decode(row["doc"]) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        return found, f"{found[-1].requested_at.isoformat()}_{found[-1].id}" if more else None

    async def due(self, now: datetime, limit: int) -> list[Grant]:
        """Those that the center itself has to look at."""
        return [_decode(row["doc"]) for row in await self._pool.fetch(SQL.due, now, limit)]


def _cursor(after: str | None) -> tuple[datetime | None, str | None]:
    if after is None:
        return None, None
    at, _, id = after.partition("_")
    try:
        moment, known = datetime.fromisoformat(at), str(UUID(id))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  # no zone: refused below
    if moment.tzinfo is None:
        raise Refused("invalid", why="after: not a cursor of this list")
    return moment, known


class PgUses:
    """The record of uses. key: what questions are digested with; it never leaves the process."""

    def __init__(self, pool: asyncpg.Pool, key: bytes) -> None:
        self._pool = pool
        self._key = sha256(b"northbank data use " + key).digest()

    def mark(self, question: str) -> bytes:
        """A keyed digest of a question: whoever has the table cannot try questions out."""
        return hmac.digest(self._key, question.encode(), "sha256")

    async def note(self, uses: Sequence[Use]) -> None:
        """Write records; they are durable when this returns."""
        rows = [
            (u.at, u.actor, u.unit, u.grant, u.dataset, u.what, u.purpose, u.case, u.asked, u.rows, u.outcome, u.digest)
            for u in uses
        ]
        await self._pool.execute(SQL.note_use, *(list(column) for column in zip(*rows, strict=True)))

    async def page(self, query: UseQuery, scope: GrantScope) -> list[UseRow]:
        """Records, newest first."""
        rows = await self._pool.fetch(
            SQL.uses, scope.everything, scope.unit, query.grant, query.dataset, query.actor, query.after, query.limit
        )
        return [_use(row) for row in rows]

    async def unsealed(self) -> tuple[int, UsesSealed] | None:
        """What the journal has to say of records that it does not fix yet, and the version of that stream."""
        async with self._pool.acquire() as connection:
            before = await connection.fetchrow(SQL.last_sealed_use, USES)
            version, after = (
                (before["version"], msgspec.json.decode(before["data"], type=UsesSealed).last) if before else (0, 0)
            )
            async with connection.transaction():
                await connection.execute(SQL.await_uses)
                rows = await connection.fetch(SQL.unsealed_uses, after, AT_ONCE)
        return (version, sealed_uses(rows)) if rows else None


def _use(row: asyncpg.Record) -> UseRow:
    return UseRow(
        id=row["id"], at=row["at"], actor=row["actor"], unit=row["unit"], grant=str(row["grant"]), dataset=row["dataset"],
        what=row["what"], purpose=row["purpose"], case=row["case_number"], rows=row["rows"], outcome=row["outcome"],
    )  # fmt: skip


def sealed_uses(rows: Sequence[Any]) -> UsesSealed:
    """The fact that fixes these records (rows with `id`, `dataset` and `digest`, in order)."""
    peaks: list[bytes] = []
    counts: dict[str, int] = {}
    for count, row in enumerate(rows):
        carry(peaks, count, leaf_hash(row["digest"]))
        counts[row["dataset"]] = counts.get(row["dataset"], 0) + 1
    root = root_of(peaks).hex()
    return UsesSealed(first=rows[0]["id"], last=rows[-1]["id"], count=len(rows), root=root, datasets=counts)
