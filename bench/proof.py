"""What proofs cost over a long journal: the tree from zero, a minute's checkpoint, making and checking proofs.

Ceilings: the same hashes without a database; one look-up by position; the hashes of one proof, and nothing else.
"""

import random
import runpy
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from bodies import ROOT
from result import Result, machine, quantile, tidy

from northbank.core import merkle
from northbank.core.checkpoint import Checkpoint
from northbank.core.receipt import in_base64
from northbank.ports import Signed
from northbank.shell.store.checkpoints import PgLedger
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.pool import open_pool
from northbank.shell.store.signer import Signer, new_pem

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LONG = 86_400.0
# Invented entries of the size of real ones; ids that grow, as UUIDv7 do. The two unique indexes are laid aside: nothing here asks them.
FILL = """
insert into journal
select n, ('019f' || lpad(to_hex(n), 28, '0'))::uuid, 'case:019f' || lpad(to_hex(n), 28, '0'), 1, 'case.reported', 1, $3, 'desk',
  null, 'bench', null, $4::text::json, sha256(n::text::bytea)
from generate_series($1::bigint, $2::bigint) n
"""
DATA = '{"fact":"reported","number":"BENCH","pad":"' + "x" * 360 + '"}'


class Size(msgspec.Struct, frozen=True):
    """How much is measured. minute: entries between two checkpoints; busy: of a minute at full intake."""

    entries: int = 10_000_000
    minute: int = 1_000
    busy: int = 100_000
    proofs: int = 1_000
    rounds: int = 7


TINY = Size(entries=1_500, minute=20, busy=300, proofs=20, rounds=2)


async def measure(size: Size) -> Result:
    """Fill, build, seal, prove, check."""
    where = machine()
    with tempfile.TemporaryDirectory(prefix="northbank-bench-") as name:
        server = Embedded.start(Path(name) / "data", settings={"max_wal_size": "8GB"})
        try:
            pool = await open_pool(server.dsn)
            try:
                figures, ceiling = await _measure(size, pool)
            finally:
                await pool.close()
        finally:
            server.stop()
    pairs = {
        "from_zero_entries_per_s": "from_zero_entries_per_s",
        "prove_p50_ms": "prove_p50_ms",
        "check_us": "check_us",
    }
    ratio = {name: tidy(figures[name] / ceiling[other]) for name, other in pairs.items()}
    return Result(name="proof", machine=where, figures=figures, ceiling=ceiling, ratio=ratio)


async def _measure(size: Size, pool: asyncpg.Pool) -> tuple[dict[str, Any], dict[str, Any]]:
    ledger, signer, chance = PgLedger(pool), Signer("northbank/bench", new_pem()), random.Random(5)
    await pool.execute("alter table journal drop constraint journal_id_key, drop constraint journal_stream_version_key")
    await _fill(pool, size.entries)
    seconds, _ = await _timed(lambda: ledger.grow())
    figures: dict[str, Any] = {"entries": size.entries, "from_zero_s": tidy(seconds)}
    figures["from_zero_entries_per_s"] = tidy(size.entries / seconds)
    figures["tree_mb"] = tidy(await _megabytes(pool, "tree_leaves", "tree_node"))
    figures["journal_mb"] = tidy(await _megabytes(pool, "journal"))
    for name, more in (("checkpoint", size.minute), ("checkpoint_busy", size.busy)):
        took = [await _checkpoint(pool, ledger, signer, more) for _ in range(size.rounds)]
        figures[f"{name}_entries"], figures[f"{name}_ms"] = more, tidy(quantile(took, 0.5) * 1e3)
    total = await ledger.size()
    proofs, made = [], []
    for _ in range(size.proofs):
        index = chance.randrange(total)
        seconds, hashes = await _timed(lambda index=index: ledger.hashes(merkle.inclusion_spans(index, total)))
        made.append(seconds)
        proofs.append((index, hashes))
    figures |= {"prove_p50_ms": tidy(quantile(made, 0.5) * 1e3), "prove_p99_ms": tidy(quantile(made, 0.99) * 1e3)}
    figures["proof_hashes"] = max(len(hashes) for _, hashes in proofs)
    grown = [await _timed(lambda: _grown(ledger, chance.randrange(1, total), total)) for _ in range(size.proofs // 5)]
    figures["prove_growth_p50_ms"] = tidy(quantile([seconds for seconds, _ in grown], 0.5) * 1e3)
    figures |= await _check(pool, ledger, proofs, total)
    return figures, await _ceiling(size, pool, proofs)


async def _fill(pool: asyncpg.Pool, more: int) -> None:
    tip = await pool.fetchval("select coalesce(max(position), 0) from journal")
    for first in range(tip + 1, tip + more + 1, 500_000):
        last = min(first + 499_999, tip + more)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("set local statement_timeout to 0")
            await connection.execute(FILL, first, last, AT, DATA, timeout=LONG)


async def _timed(call: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = await call()
    return time.perf_counter() - begun, found


async def _megabytes(pool: asyncpg.Pool, *tables: str) -> float:
    sizes = [await pool.fetchval("select pg_total_relation_size($1::text::regclass)", table) for table in tables]
    return sum(sizes) / 1e6


async def _checkpoint(pool: asyncpg.Pool, ledger: PgLedger, signer: Signer, more: int) -> float:
    """Seconds from the last entry of a minute to its checkpoint published."""
    await _fill(pool, more)

    async def seal() -> None:
        total = await ledger.grow()
        point = Checkpoint(signer.name, total, await ledger.root(total), AT)
        await ledger.keep(Signed(total, AT, signer.sign(point.text())))

    return (await _timed(seal))[0]


async def _grown(ledger: PgLedger, old: int, total: int) -> None:
    proof = await ledger.hashes(merkle.consistency_spans(old, total))
    if not merkle.consistent(old, total, await ledger.root(old), await ledger.root(total), proof):
        raise RuntimeError("a proof of growth does not hold")


async def _check(
    pool: asyncpg.Pool, ledger: PgLedger, proofs: list[tuple[int, list[bytes]]], total: int
) -> dict[str, float]:
    """Microseconds for checking one proof: by core, and by the program for outsiders (entry parsed and hashed too)."""
    root = await ledger.root(total)
    leaves = [merkle.leaf_hash(sha256(str(index + 1).encode()).digest()) for index, _ in proofs]
    tool = runpy.run_path(str(ROOT / "tools" / "verify_receipt.py"))

    def core(leaf: bytes, index: int, hashes: list[bytes]) -> bool:
        return merkle.included(leaf, index, total, hashes, root)

    def outside(leaf: bytes, index: int, hashes: list[str]) -> bool:
        return tool["root_by_inclusion"](leaf, index, total, [tool["decode"]("proof", one) for one in hashes]) == root

    found: dict[str, float] = {}
    texts = [(index, in_base64(hashes)) for index, hashes in proofs]
    for name, call, given in (("check_us", core, proofs), ("check_outside_us", outside, texts)):
        took = []
        for leaf, (index, hashes) in zip(leaves, given, strict=True):
            begun = time.perf_counter()
            if not call(leaf, index, hashes):
                raise RuntimeError("a proof does not hold")
            took.append(time.perf_counter() - begun)
        found[name] = tidy(quantile(took, 0.5) * 1e6)
    return found


async def _ceiling(size: Size, pool: asyncpg.Pool, proofs: list[tuple[int, list[bytes]]]) -> dict[str, float]:
    """The same hashes from memory (a tenth of the entries at most), one look-up by position, the hashes of a proof."""
    count = min(size.entries, 1_000_000)
    digests = [sha256(str(n).encode()).digest() for n in range(256)]
    begun = time.perf_counter()
    for _ in range(count // 256 + 1):
        merkle.full_root([merkle.leaf_hash(one) for one in digests])
    hashing = time.perf_counter() - begun
    looks = []
    for index, _ in proofs:
        seconds, _ = await _timed(
            lambda index=index: pool.fetchval("select digest from journal where position = $1", index)
        )
        looks.append(seconds)
    bare = []
    for _, hashes in proofs:
        begun = time.perf_counter()
        found = hashes[0]
        for one in hashes:
            found = sha256(b"\x01" + found + one).digest()
        bare.append(time.perf_counter() - begun)
    return {
        "from_zero_entries_per_s": tidy((count // 256 + 1) * 256 / hashing),
        "prove_p50_ms": tidy(quantile(looks, 0.5) * 1e3),
        "check_us": tidy(quantile(bare, 0.5) * 1e6),
    }
