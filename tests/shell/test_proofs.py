"""Checkpoints, proofs and receipts over the real journal: they hold, they grow, and nothing that was changed gets through."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from shell.stored import Stored, store
from template import ADMIN, DUTY, INTAKE, NOW, WORKER

from northbank.core import checkpoint, merkle
from northbank.core.refusal import Refused
from northbank.flows import see_proofs, see_readings
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.seal import seal
from northbank.flows.see_cases import detail
from northbank.ports import ReadingQuery
from northbank.shell.store.checkpoints import PgLedger
from northbank.shell.store.pool import DatabaseError
from northbank.shell.store.signer import Signer, new_pem, signed_by


@pytest.fixture
async def one(fresh_database: str) -> AsyncIterator[Stored]:
    async with store(fresh_database) as made:
        yield made


@pytest.fixture
def signer() -> Signer:
    return Signer("northbank/test", new_pem())


async def fill(one: Stored, entries: int) -> None:
    """Entries that say nothing, straight into the table: the tree asks for digests only."""
    await one.pool.execute(
        """
        insert into journal select base + n, gen_random_uuid(), 'test:' || base + n, 1, 'test.filled', 1, $2, 'test', null,
          'p', null, '{}', sha256((base + n)::text::bytea)
        from generate_series(1, $1::bigint) n, (select coalesce(max(position), 0) as base from journal) b
        """,
        entries,
        NOW,
    )


async def digests(one: Stored) -> list[bytes]:
    return [row["digest"] for row in await one.pool.fetch("select digest from journal order by position")]


def oracle(leaves: list[bytes]) -> bytes:
    """The root as the RFC defines it."""
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node_hash(oracle(leaves[:half]), oracle(leaves[half:]))


async def test_the_tree_of_the_journal_has_the_root_of_the_rfc_however_it_grew(one: Stored) -> None:
    ledger = PgLedger(one.pool)
    assert await ledger.grow() == 0
    assert await ledger.root(0) == merkle.EMPTY
    for more, step in ((1, 4096), (254, 10), (1, 4096), (255, 256), (300, 7), (1500, 512), (256, 4096)):
        await fill(one, more)
        size = await ledger.grow(step=step)
        leaves = await digests(one)
        assert size == len(leaves)
        for part in {1, 2, 255, 256, 257, size // 2, size - 1, size} - {0}:
            if part <= size:
                assert await ledger.root(part) == oracle(leaves[:part]), (size, part)


async def test_every_proof_of_the_stored_tree_is_accepted(one: Stored) -> None:
    ledger = PgLedger(one.pool)
    await fill(one, 1300)
    await ledger.grow()
    leaves = [merkle.leaf_hash(one) for one in await digests(one)]
    for size in (1, 2, 255, 256, 257, 511, 512, 1024, 1299, 1300):
        root = await ledger.root(size)
        for index in {0, 1, 254, 255, 256, 257, 511, 512, 1023, size - 2, size - 1}:
            if 0 <= index < size:
                proof = await ledger.hashes(merkle.inclusion_spans(index, size))
                assert merkle.included(leaves[index], index, size, proof, root)
        for old in (1, 2, 100, 256, 257, 512, 1000, size):
            if old <= size:
                proof = await ledger.hashes(merkle.consistency_spans(old, size))
                assert merkle.consistent(old, size, await ledger.root(old), root, proof)


async def test_two_processes_grow_one_tree(one: Stored) -> None:
    await fill(one, 3000)
    ledgers = [PgLedger(one.pool) for _ in range(4)]
    assert set(await asyncio.gather(*(ledger.grow(step=97) for ledger in ledgers))) == {3000}
    assert await ledgers[0].root(3000) == oracle(await digests(one))


async def test_the_tree_is_rebuilt_from_the_journal_alone(one: Stored) -> None:
    ledger = PgLedger(one.pool)
    await fill(one, 1000)
    await ledger.grow()
    tables = [f"select * from {name} order by 1, 2" for name in ("tree_leaves", "tree_node", "tree_head")]
    before = [await one.pool.fetch(one_table) for one_table in tables]
    await ledger.clear()
    assert await ledger.size() == 0
    with pytest.raises(Refused) as found:
        await ledger.hashes(merkle.inclusion_spans(3, 900))
    assert found.value.code == "not_sealed"
    await ledger.grow()
    assert [await one.pool.fetch(one_table) for one_table in tables] == before


async def test_what_happened_is_sealed_once_and_signed(one: Stored, signer: Signer) -> None:
    ledger = PgLedger(one.pool)
    assert await seal(one.world, ledger, signer) is None
    await one.report()
    first = await seal(one.world, ledger, signer)
    assert first is not None
    assert await seal(one.world, ledger, signer) is None
    one.clock.advance(timedelta(minutes=1))
    await one.report()
    second = await seal(one.world, ledger, signer)
    assert second is not None
    said = checkpoint.read_checkpoint(checkpoint.read_note(second.note).text)
    assert (said.origin, said.size, said.at) == ("northbank/test", second.size, NOW + timedelta(minutes=1))
    assert said.root == oracle(await digests(one))
    assert signed_by(second.note, [signer.verifier])
    assert not signed_by(second.note, [Signer("northbank/test", new_pem()).verifier])
    assert not signed_by(second.note.replace(str(second.size), str(second.size + 1), 1), [signer.verifier])
    page = await see_proofs.checkpoints(ledger, None, 1)
    assert [row.size for row in page.rows] == [second.size]
    assert [row.size for row in (await see_proofs.checkpoints(ledger, page.next, 1)).rows] == [first.size]
    both = await see_proofs.consistency(ledger, first.size, None)
    assert (both.old, both.new) == (first.note, second.note)


async def test_a_receipt_waits_for_its_checkpoint_and_outlives_the_person(one: Stored, signer: Signer) -> None:
    ledger = PgLedger(one.pool)
    made = await one.report()
    with pytest.raises(Refused) as found:
        await see_proofs.receipt(one.world, ledger, INTAKE, made.id)
    assert found.value.code == "not_sealed"
    await seal(one.world, ledger, signer)
    receipt, entry = await see_proofs.receipt(one.world, ledger, INTAKE, made.id)
    assert (receipt.number, receipt.position) == (made.number, 1)
    assert '"139"' not in receipt.entry
    assert "a hole" not in receipt.entry
    with pytest.raises(Refused) as found:
        await see_proofs.receipt(one.world, ledger, WORKER.__class__("x", WORKER.role), made.id)
    assert found.value.code == "not_found"
    case = await one.case(made.id)
    await erase(one.world, DUTY, case.subject, EraseBody("request"))
    await seal(one.world, ledger, signer)
    after, again = await see_proofs.receipt(one.world, ledger, INTAKE, made.id)
    assert (after.entry, again.digest) == (receipt.entry, entry.digest)
    old = await see_proofs.consistency(ledger, made.position, None)
    assert old.old == receipt.checkpoint


@pytest.mark.parametrize(
    ("position", "size", "code"),
    [(3, None, "not_sealed"), (99, None, "not_found"), (1, 7, "not_found"), (2, 1, "not_found")],
)
async def test_what_cannot_be_proved_is_refused(
    one: Stored, signer: Signer, position: int, size: int | None, code: str
) -> None:
    ledger = PgLedger(one.pool)
    await fill(one, 2)
    await seal(one.world, ledger, signer)
    await fill(one, 1)
    with pytest.raises(Refused) as found:
        await see_proofs.inclusion(one.world, ledger, position, size)
    assert found.value.code == code
    for old, new in ((1, None), (2, 99)):
        with pytest.raises(Refused) as found:
            await see_proofs.consistency(ledger, old, new)
        assert found.value.code == "not_found"


async def test_checkpoints_stay_and_another_key_is_refused(one: Stored, signer: Signer) -> None:
    ledger = PgLedger(one.pool)
    await ledger.admit(signer.verifier, NOW)
    await ledger.admit(signer.verifier, NOW)
    await fill(one, 2)
    await seal(one.world, ledger, signer)
    other = Signer("northbank/test", new_pem())
    with pytest.raises(DatabaseError, match="renew-key"):
        await ledger.admit(other.verifier, NOW)
    await ledger.renew(other.verifier, NOW)
    await ledger.admit(other.verifier, NOW)
    assert [(key.verifier, key.since) for key in await ledger.keys()] == [(signer.verifier, 0), (other.verifier, 2)]
    for change in ("delete from checkpoint", "update checkpoint set note = ''", "delete from audit_key"):
        with pytest.raises(asyncpg.PostgresError, match="only ever appended"):
            await one.pool.execute(change)


async def test_records_of_readings_are_fixed_in_the_journal(one: Stored, signer: Signer) -> None:
    ledger = PgLedger(one.pool)
    made = await one.report()
    case = await one.case(made.id)
    for purpose in (None, "call_back", "oversight"):
        await detail(one.world, DUTY, made.id, purpose)
    await seal(one.world, ledger, signer)
    await detail(one.world, ADMIN, made.id)
    await seal(one.world, ledger, signer)
    facts = [entry.data async for entry in one.journal.read("readings:center")]
    assert [(fact.first, fact.last, fact.count) for fact in facts] == [(1, 3, 3), (4, 4, 1)]  # type: ignore[union-attr]
    rows = await one.pool.fetch("select digest from reading order by id limit 3")
    assert facts[0].root == oracle([row["digest"] for row in rows]).hex()  # type: ignore[union-attr]
    page = await see_readings.readings(ledger, ADMIN, ReadingQuery(subject=case.subject, limit=3))
    assert [row.purpose for row in page.rows] == ["read.handling", "read.oversight", "read.call_back"]
    rest = await see_readings.readings(ledger, ADMIN, ReadingQuery(case=made.id, actor="duty", after=page.next))
    assert [(row.actor, row.purpose, row.pieces) for row in rest.rows] == [("duty", "read.handling", 1)]
    with pytest.raises(Refused) as found:
        await see_readings.readings(ledger, DUTY, ReadingQuery())
    assert found.value.code == "forbidden"
