"""The whole audit over a real database: what somebody with the database's own rights changed is named by its position."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from shell.stored import Stored, store
from template import DUTY

from northbank.core.journal import digest
from northbank.core.refusal import Refused
from northbank.flows.seal import seal
from northbank.flows.see_cases import detail
from northbank.shell.store.checkpoints import PgLedger, as_stored
from northbank.shell.store.inspect import inspect
from northbank.shell.store.signer import Signer, new_pem

UNDIGESTED = "the entry is not what its digest was made of"
OTHER = "the entry is not the one the tree was made of"


@pytest.fixture
async def one(fresh_database: str) -> AsyncIterator[Stored]:
    """A center with some 450 entries, three checkpoints, two readings; and nothing in the way of who meddles."""
    async with store(fresh_database) as made:
        signer = Signer("northbank/test", new_pem())
        ledger = PgLedger(made.pool)
        await ledger.admit(signer.verifier, made.clock.now())
        for count in (10, 60, 40):
            replies = await asyncio.gather(*(made.report() for _ in range(count)))
            await detail(made.world, DUTY, replies[0].id)
            made.clock.advance(timedelta(minutes=1))
            await seal(made.world, ledger, signer)
        for table in ("journal", "checkpoint", "reading", "audit_key"):
            await made.pool.execute(f"alter table {table} disable trigger user")
        yield made


async def flaws(one: Stored) -> list[str]:
    return [str(flaw) for flaw in await inspect(PgLedger(one.pool), one.pool)]


async def test_an_untouched_center_has_no_flaw(one: Stored) -> None:
    seen: list[int] = []
    assert await inspect(PgLedger(one.pool), one.pool, seen.append) == []
    assert seen[-1] == await one.journal.position()
    await one.report()
    assert await flaws(one) == [], "what is not in the tree yet is not wrong"


@pytest.mark.parametrize(
    "change",
    [
        "data = '{}'",
        "actor = 'x'",
        "at = at + interval '1 microsecond'",
        "rule = 'x'",
        "pack = 'x'",
        "cause = id",
        "type = 'case.x'",
        "stream = 'x'",
        "version = 99",
        "schema = 2",
        "id = gen_random_uuid()",
    ],
)
async def test_a_changed_field_is_named(one: Stored, change: str) -> None:
    await one.pool.execute(f"update journal set {change} where position = 123")
    assert await flaws(one) == [f"position 123: {UNDIGESTED}"]


async def test_a_dropped_entry_is_named(one: Stored) -> None:
    await one.pool.execute("delete from journal where position = 100")
    assert await flaws(one) == ["position 100: no such entry in the journal"]


async def test_the_end_cut_off_is_named(one: Stored) -> None:
    last = await one.journal.position()
    await one.pool.execute("delete from journal where position > $1", last - 3)
    assert (await flaws(one))[0] == f"positions {last - 2} to {last}: signed for, and not in the journal"


async def test_swapped_entries_are_named(one: Stored) -> None:
    move = "update journal set position = $2 where position = $1"
    for a, b in ((50, -1), (51, 50), (-1, 51)):
        await one.pool.execute(move, a, b)
    assert await flaws(one) == [f"position 50: {OTHER}", f"position 51: {OTHER}"]


async def test_an_inserted_entry_is_named(one: Stored) -> None:
    await one.pool.execute("update journal set position = -position where position >= 77")
    await one.pool.execute("update journal set position = 1 - position where position < 0")
    await one.pool.execute(
        "insert into journal select 77, gen_random_uuid(), 'x', 1, type, schema, at, actor, cause, pack, rule, data, digest"
        " from journal where position = 76"
    )
    assert (await flaws(one))[0] == f"position 77: {UNDIGESTED}"


async def test_a_change_with_digest_and_tree_made_to_fit_does_not_fit_the_signature(one: Stored) -> None:
    """Whoever holds the database can make everything anew but the signature."""
    await one.pool.execute("update journal set digest = sha256('x') where position = 200")
    assert (await flaws(one))[0] == f"position 200: {UNDIGESTED}"
    ledger = PgLedger(one.pool)
    await one.pool.execute("update journal set actor = 'x' where position = 200")
    row = await one.pool.fetchrow("select * from journal where position = 200")
    await one.pool.execute("update journal set digest = $1 where position = 200", digest(as_stored(row)))
    assert await flaws(one) == [f"position 200: {OTHER}"]
    await ledger.clear()
    await ledger.grow()
    sizes = [row["size"] for row in await one.pool.fetch("select size from checkpoint order by size")]
    assert sizes[0] < 200 <= sizes[1]
    assert await flaws(one) == [
        f"positions {sizes[0] + 1} to {sizes[1]}: an entry is not the one under the signed checkpoint"
    ]


async def test_a_journal_that_was_changed_is_not_signed_again(one: Stored) -> None:
    ledger, signer = PgLedger(one.pool), Signer("northbank/test", new_pem())
    await one.pool.execute("update journal set digest = sha256('x') where position = 200")
    await ledger.clear()
    await one.report()
    with pytest.raises(Refused) as found:
        await seal(one.world, ledger, signer)
    assert found.value.code == "past_differs"
    assert await one.pool.fetchval("select count(*) from checkpoint") == 3


async def test_readings_while_they_are_being_fixed_are_fixed_once(one: Stored) -> None:
    ledger, signer = PgLedger(one.pool), Signer("northbank/test", new_pem())
    id = (await one.report()).id

    async def sealing() -> None:
        for _ in range(10):
            await seal(one.world, ledger, signer)

    await asyncio.gather(sealing(), *(detail(one.world, DUTY, id) for _ in range(150)), sealing())
    await seal(one.world, ledger, signer)
    await one.pool.execute("update audit_key set verifier = $1", signer.verifier)
    assert [flaw for flaw in await flaws(one) if "reading" in flaw] == []
    facts = [entry.data async for entry in one.journal.read("readings:center")]
    assert sum(fact.count for fact in facts) == 153  # type: ignore[union-attr]


async def test_a_forged_checkpoint_and_a_wrong_tree_are_named(one: Stored) -> None:
    other = Signer("northbank/test", new_pem())
    note = await one.pool.fetchval("select note from checkpoint order by size limit 1")
    size = await one.pool.fetchval(
        "update checkpoint set note = $1 where note = $2 returning size", other.sign("x\n"), note
    )
    assert await flaws(one) == [f"position {size}: the checkpoint of this size is not signed by a key of this journal"]
    await one.pool.execute("update checkpoint set note = $1 where size = $2", note, size)
    await one.pool.execute("update tree_node set hash = sha256('x') where height = 8 and n = 0")
    assert await flaws(one) == ["positions 1 to 256: a node of the tree is wrong"]


async def test_records_of_readings_that_were_meddled_with_are_named(one: Stored) -> None:
    fixed = [
        row["position"] for row in await one.pool.fetch("select position from journal where stream = 'readings:center'")
    ]
    await one.pool.execute("update reading set actor = 'nobody' where id = 2")
    assert await flaws(one) == [
        f"position {fixed[1]}: reading 2, fixed by this entry, is not what its digest was made of"
    ]
    await one.pool.execute("delete from reading where id = 2")
    assert (await flaws(one))[0] == f"position {fixed[1]}: readings 2 to 2 are not those this entry fixed"
