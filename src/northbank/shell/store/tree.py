"""The Merkle tree of the journal in PostgreSQL: it follows the journal in steps, apart from appending, and gives hashes for proofs.

Kept are leaf hashes by blocks of 256 and every full subtree above them: a proof reads two blocks and some forty nodes.
"""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import msgspec

from northbank.core.merkle import WIDTH, Node, Span, carry, full_nodes, full_root, hash_of, leaf_hash, root_of
from northbank.core.refusal import Refused
from northbank.shell.store.sql import statements

SQL = statements("audit")
HEIGHT = 8
BLOCK = 1 << HEIGHT
STEP = 16 * BLOCK  # entries a transaction: short enough that hashing them holds nobody up
LONG = 86_400.0


class Grown(msgspec.Struct, frozen=True):
    """What a step adds: full blocks, full subtrees, and the leaves that wait for a full block."""

    blocks: list[tuple[int, bytes]]
    nodes: list[tuple[int, int, bytes]]
    size: int
    pending: bytes


def grow(size: int, pending: bytes, peaks: list[bytes], digests: bytes) -> Grown:
    """The tree after more digests. peaks: the full subtrees of blocks so far, largest first; changed in place."""
    added = [leaf_hash(digests[at : at + WIDTH]) for at in range(0, len(digests), WIDTH)]
    leaves = pending + b"".join(added)
    first = size // BLOCK
    blocks: list[tuple[int, bytes]] = []
    nodes: list[tuple[int, int, bytes]] = []
    for at in range(0, len(leaves) - len(leaves) % (BLOCK * WIDTH), BLOCK * WIDTH):
        block = leaves[at : at + BLOCK * WIDTH]
        number = first + len(blocks)
        blocks.append((number, block))
        nodes += [(HEIGHT + up, n, hash) for up, n, hash in carry(peaks, number, full_root(split(block)))]
    return Grown(blocks, nodes, size + len(added), leaves[len(blocks) * BLOCK * WIDTH :])


def split(hashes: bytes) -> list[bytes]:
    """Hashes that were kept one after the other."""
    return [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]


class PgTree:
    """The tree of one journal. Any process may let it grow; they wait for one another."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def size(self) -> int:
        """How many entries the tree holds."""
        return int(await self._pool.fetchval(SQL.head))

    async def grow(self, progress: Callable[[int], None] = lambda _: None, step: int = STEP) -> int:
        """Take in every entry the journal has; the size afterwards. Each step stands by itself."""
        while True:
            async with self._pool.acquire() as connection, connection.transaction():
                size, more = await self._step(connection, step)
            progress(size)
            if not more:
                return size

    async def _step(self, connection: asyncpg.Connection, step: int) -> tuple[int, bool]:
        size, pending = await connection.fetchrow(SQL.hold_head)
        number, last, digests = await connection.fetchrow(SQL.digests, size, step, timeout=LONG)
        if not number:
            return size, False
        if last != size + number:
            raise RuntimeError(f"the journal has a gap between positions {size + 1} and {last}")
        peaks = await _peaks(connection, size // BLOCK)
        grown = await asyncio.to_thread(grow, size, pending, peaks, digests)
        await connection.copy_records_to_table("tree_leaves", records=grown.blocks)
        await connection.copy_records_to_table("tree_node", records=grown.nodes)
        await connection.execute(SQL.move_head, grown.size, grown.pending)
        return grown.size, number == step

    async def hashes(self, spans: Sequence[Span]) -> list[bytes]:
        """The hashes of subtrees as the proofs of core/merkle.py ask for them; all of one moment."""
        wanted = [node for span in spans for node in full_nodes(*span)]
        high = [node for node in wanted if node[0] >= HEIGHT]
        blocks = {n >> (HEIGHT - height) for height, n in wanted if height < HEIGHT}
        rows = await self._pool.fetch(SQL.parts, *_columns(high), list(blocks))
        parts = {(row["height"], row["n"]): row["hash"] for row in rows}
        tail = next((n, hash) for (height, n), hash in parts.items() if height < 0)
        end = max((end for _, end in spans), default=0)
        if tail[0] < end:  # it is being made anew
            raise Refused("not_sealed", position=end)
        leaves = {block: split(parts[0, block]) for block in blocks if (0, block) in parts}
        leaves.setdefault(tail[0] // BLOCK, split(tail[1]))

        def node(one: Node) -> bytes:
            height, n = one
            if height >= HEIGHT:
                return bytes(parts[one])
            start = n << height
            here = leaves[start // BLOCK][start % BLOCK : start % BLOCK + (1 << height)]
            return full_root(here)

        return [hash_of(span, node) for span in spans]

    async def root(self, size: int) -> bytes:
        """The root of the tree over the first `size` entries."""
        return (await self.hashes([(0, size)]))[0] if size else root_of([])

    async def clear(self) -> None:
        """Forget the tree: it grows again from the journal alone. Checkpoints stay."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(SQL.hold_head)
            await connection.execute(SQL.drop_leaves)
            await connection.execute(SQL.move_head, 0, b"")


async def _peaks(connection: asyncpg.Connection, blocks: int) -> list[bytes]:
    """Hashes of the full subtrees over the first blocks, largest first."""
    wanted = [(height + HEIGHT, n) for height, n in full_nodes(0, blocks)]
    rows = await connection.fetch(SQL.nodes, *_columns(wanted))
    found = {(row["height"], row["n"]): row["hash"] for row in rows}
    return [found[one] for one in wanted]


def _columns(nodes: Sequence[Node]) -> tuple[list[int], list[int]]:
    return [height for height, _ in nodes], [n for _, n in nodes]
