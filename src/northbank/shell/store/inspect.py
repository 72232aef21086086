"""The whole audit of one database: journal, tree, checkpoints, signatures, and the records of readings."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import msgspec

from northbank.core.checkpoint import read_checkpoint, read_note
from northbank.core.journal import canonical
from northbank.core.reading import READINGS, Reading, ReadingsSealed, reading_digest
from northbank.core.walk import Flaw, Walk, precise
from northbank.shell.store.checkpoints import SQL, PgLedger, as_stored, sealed
from northbank.shell.store.signer import signed_by
from northbank.shell.store.tree import BLOCK, HEIGHT, LONG, split

BATCH = 2_000


async def inspect(ledger: PgLedger, pool: asyncpg.Pool, progress: Callable[[int], None] = lambda _: None) -> list[Flaw]:
    """Every flaw by position, the first one first; an empty list where everything holds."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        await connection.execute("set local statement_timeout to 0")
        keys = [row["verifier"] for row in await connection.fetch(SQL.keys)]
        flaws: list[Flaw] = []
        roots: dict[int, bytes] = {}
        for row in await connection.fetch(SQL.all_checkpoints, timeout=LONG):
            if not signed_by(row["note"], keys):
                flaws.append(Flaw(row["size"], "the checkpoint of this size is not signed by a key of this journal"))
                continue
            point = read_checkpoint(read_note(row["note"]).text)
            roots[row["size"]] = point.root
            if point.size != row["size"]:
                flaws.append(Flaw(row["size"], f"the checkpoint of this size says {point.size}"))
        walk = Walk(roots)
        await _walk(connection, walk, progress)
        flaws += walk.end()
        flaws += [flaw async for flaw in _readings(connection)]
    return precise(flaws)


async def _walk(connection: asyncpg.Connection, walk: Walk, progress: Callable[[int], None]) -> None:
    leaves = _Leaves(connection)
    made: list[tuple[int, int, bytes]] = []
    async for row in connection.cursor(SQL.entries, 0, 2**62, prefetch=BATCH, timeout=LONG):
        position = row["position"]
        kept = await leaves.at(position - 1)
        nodes = walk.step(position, canonical(as_stored(row)), row["digest"], kept)
        made += [one for one in nodes if one[0] >= HEIGHT]
        if position % BATCH == 0:
            progress(position)
            walk.flaws += await _compare(connection, made)
            made.clear()
    walk.flaws += await _compare(connection, made)
    progress(walk.position)


async def _compare(connection: asyncpg.Connection, made: list[tuple[int, int, bytes]]) -> list[Flaw]:
    """Nodes as they must be against those kept; the tree may not have come this far yet."""
    rows = await connection.fetch(SQL.nodes, [one[0] for one in made], [one[1] for one in made])
    kept = {(row["height"], row["n"]): row["hash"] for row in rows}
    return [
        Flaw((n << height) + 1, "a node of the tree is wrong", n + 1 << height)
        for height, n, hash in made
        if kept.get((height, n), hash) != hash
    ]


class _Leaves:
    """Leaf hashes of the tree, a block at a time."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.block = -1
        self.hashes: list[bytes] = []

    async def at(self, index: int) -> bytes | None:
        """The leaf hash kept for an index; None where the tree has not come so far."""
        if index // BLOCK != self.block:
            self.block = index // BLOCK
            rows = await self.connection.fetch(SQL.parts, [], [], [self.block])
            full = [row["hash"] for row in rows if row["height"] == 0]
            rest = [row["hash"] for row in rows if row["height"] < 0 and row["n"] // BLOCK == self.block]
            self.hashes = split((full or rest or [b""])[0])
        return self.hashes[index % BLOCK] if index % BLOCK < len(self.hashes) else None


async def _readings(connection: asyncpg.Connection) -> AsyncIterator[Flaw]:
    """Records of readings against what the journal says of them."""
    before = 0
    for row in await connection.fetch(SQL.sealed_readings, READINGS, timeout=LONG):
        fact = msgspec.json.decode(row["data"], type=ReadingsSealed)
        rows = await connection.fetch(SQL.unsealed, before, fact.count, timeout=LONG)
        wrong = next((one["id"] for one in rows if _digest(one) != one["digest"]), None)
        if wrong is not None:
            yield Flaw(row["position"], f"reading {wrong}, fixed by this entry, is not what its digest was made of")
        elif not rows or sealed(rows) != msgspec.structs.replace(fact, happened_at=None):
            yield Flaw(row["position"], f"readings {fact.first} to {fact.last} are not those this entry fixed")
        before = fact.last


def _digest(row: asyncpg.Record) -> bytes:
    case = str(row["case"]) if row["case"] else None
    reading = Reading(row["at"], row["actor"], row["purpose"], row["kind"], case)
    return reading_digest(reading, str(row["subject"]), [str(one) for one in row["pieces"]])
