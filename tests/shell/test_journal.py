"""The journal on PostgreSQL: no gaps, one order, groups in which every command keeps its own result, keys that last."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import msgspec
import pytest
from shell.servers import Server, database_of
from shell.stored import Stored, store, transactions
from template import CLEAN, DUTY, NOW, ROADS, city

from northbank.core.case import Case
from northbank.core.case_facts import Accepted, Noted, Reported
from northbank.core.evolve import evolve
from northbank.core.journal import NewEntry, Telling, digest, write
from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.ports import Change, ClientKey, Committed, Stale
from northbank.shell.store.recent import Recent

TESTS = str(Path(__file__).resolve().parents[1])


def change(
    one: Stored,
    *,
    key: str | None = None,
    asked: bytes = b"",
    stream: str | None = None,
    version: int = 0,
    **more: object,
) -> Change:
    """A new case with `more` as its own fields, or with `stream` one more entry of that stream."""
    id = one.ids.new()
    fact = Reported(
        number=one.ids.number(), source="phone", level="district", subject=one.ids.new(), reporter="r", **more
    )  # type: ignore[arg-type]
    name = stream or f"case:{id}"
    facts = [Accepted()] if stream else [fact, Noted(), Accepted()]
    case: Case | None = None
    entries: list[NewEntry] = []
    for at, what in enumerate(facts, version + 1):
        entries.append(write(what, id=one.ids.new(), stream=name, version=at, at=NOW, actor="r", pack="p"))
        case = evolve(case, Telling(name, NOW, "r", "p"), what) if not stream else None
    return Change(
        actor="r", entries=entries, expected={name: version}, cases=(case,) if case else (),
        key=ClientKey(key, asked) if key else None, reply=msgspec.json.encode(name).decode(),
    )  # fmt: skip


async def outcome(work: object) -> str:
    try:
        done = await work  # type: ignore[misc]
    except Refused as refused:
        return refused.code
    except Stale:
        return "stale"
    return "repeat" if done.reply is not None else "stored"


async def test_positions_are_contiguous_over_processes_and_instances(fresh_database: str) -> None:
    async with store(fresh_database) as one, store(fresh_database) as two:
        environment = os.environ | {"PYTHONPATH": TESTS}
        others = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "shell.stored", fresh_database, "60", stdout=asyncio.subprocess.PIPE, env=environment
            )
            for _ in range(2)
        ]  # fmt: skip
        await asyncio.gather(*(store_.report() for store_ in (one, two) for _ in range(150)))
        said = [(await other.communicate())[0].strip() for other in others]
        assert said == [b"60", b"60"]
        # Both processes used the same keys at what their clocks call the same time: 60 reports, not 120.
        assert await one.pool.fetchval("select count(*) from cases") == 300 + 60
        assert await one.journal.position() == 4 * 360
        await one.check()


async def test_commands_that_come_together_share_a_transaction(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.report() for _ in range(300)))
        assert await transactions(one.pool) < 60
        assert await one.pool.fetchval("select count(distinct stream) from journal") == 300
        positions = await one.pool.fetch("select min(position) low, max(position) high from journal group by stream")
        assert all(row["high"] - row["low"] == 3 for row in positions), "the entries of a command lie together"


async def test_a_crowd_goes_in_two_halves_and_a_few_go_together(fresh_database: str) -> None:
    """While one half is stored the other is decided; of a few, none waits for a second transaction."""
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.journal.commit(change(one)) for _ in range(16)))
        assert await transactions(one.pool) == 1
        await asyncio.gather(*(one.journal.commit(change(one)) for _ in range(64)))
        assert await transactions(one.pool) == 1 + 2


async def test_every_command_of_a_group_keeps_its_own_result(fresh_database: str) -> None:
    """Stale, reused, repeated: decided inside one transaction, and the neighbors are stored by it."""
    async with store(fresh_database) as one:
        known = change(one, key="k", asked=b"1")
        await one.journal.commit(known)
        stream = next(iter(known.expected))
        group = [
            change(one), change(one, stream=stream, version=1), change(one, key="k", asked=b"2"), change(one),
            change(one, key="k", asked=b"1"), change(one, stream=stream, version=3), change(one, key="new", asked=b"1"),
        ]  # fmt: skip
        results = await asyncio.gather(*(outcome(one.journal.commit(each)) for each in group))
        assert results == ["stored", "stale", "key_reused", "stored", "repeat", "stored", "stored"]
        assert await transactions(one.pool, 3) <= 2  # the second use of key k in one group waits for the next
        assert await one.journal.position() == 3 + 3 + 3 + 1 + 3


async def test_a_broken_command_fails_alone(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        first = change(one, external="E-1")
        await one.journal.commit(first)
        double = change(one)
        twin = msgspec.structs.replace(double.cases[0], number=first.cases[0].number)
        broken = {
            "nul": (change(one, external="a\0b"), "invalid"),
            "surrogate": (msgspec.structs.replace(change(one), actor="\ud800"), "invalid"),
            "no uuid": (msgspec.structs.replace(change(one), erase=("no uuid",)), "invalid"),
            "known external number": (change(one, external="E-1"), "stale"),
            "known case number": (msgspec.structs.replace(double, cases=(twin,)), "stale"),
        }
        for n, (kind, (bad, said)) in enumerate(broken.items(), 1):
            good = [change(one) for _ in range(20)]
            group = [*good[:10], bad, *good[10:]]
            results = await asyncio.gather(*(outcome(one.journal.commit(each)) for each in group))
            assert results.pop(10) == said, kind
            assert results == ["stored"] * 20, kind
            assert await one.pool.fetchval("select count(*) from cases") == 1 + 20 * n
        await one.check()


async def test_a_broken_command_of_our_own_making_is_told_as_it_is(fresh_database: str) -> None:
    """A row that breaks a rule of the database is a fault of the program: it must not pass as the sender's."""
    async with store(fresh_database) as one:
        bad = change(one)
        bad = msgspec.structs.replace(bad, entries=[msgspec.structs.replace(bad.entries[0], pack=None)])  # type: ignore[arg-type]
        good = change(one)
        done = await asyncio.gather(one.journal.commit(bad), one.journal.commit(good), return_exceptions=True)
        assert isinstance(done[0], asyncpg.NotNullViolationError)
        assert isinstance(done[1], Committed)


async def test_one_stream_is_written_by_one_at_a_time(fresh_database: str) -> None:
    """Thirty people note on one case through two processes: every note is there, versions in order."""
    async with store(fresh_database) as one, store(fresh_database) as two:
        id = (await one.report()).id
        done = await asyncio.gather(
            *(act(s.world, DUTY, id, Act.NOTE, ActBody(note=f"{n}")) for n in range(15) for s in (one, two)),
            return_exceptions=True,
        )
        kept = [card for card in done if not isinstance(card, BaseException)]
        assert {refused.code for refused in done if isinstance(refused, Refused)} <= {"conflict"}
        assert not [bad for bad in done if isinstance(bad, BaseException) and not isinstance(bad, Refused)]
        assert (await one.case(id)).version == 4 + len(kept)
        assert sorted(card.version for card in kept) == list(range(5, 5 + len(kept)))
        assert len(kept) >= 5
        await one.check()


async def test_a_key_gives_the_first_answer_even_after_a_restart(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        first = await one.report("k")
        acted = await act(one.world, DUTY, first.id, Act.SIGN, ActBody(note="ours"), "k2")
        await act(one.world, DUTY, first.id, Act.START, ActBody())
    async with store(fresh_database) as two:
        assert await two.report("k") == first
        assert await act(two.world, DUTY, first.id, Act.SIGN, ActBody(note="ours"), "k2") == acted
        with pytest.raises(Refused) as found:
            await two.report("k", text="other words")
        assert found.value.code == "key_reused"
        with pytest.raises(Refused) as found:
            await act(two.world, DUTY, first.id, Act.SIGN, ActBody(note="theirs"), "k2")
        assert found.value.code == "key_reused"
        assert await two.pool.fetchval("select count(*) from cases") == 1
        replies = await asyncio.gather(*(s.report("same") for s in (two, two) for _ in range(20)))
        assert len({reply.position for reply in replies}) == 1


async def test_every_transaction_wakes_whoever_listens(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        heard: asyncio.Queue[int] = asyncio.Queue()
        listener = await asyncpg.connect(fresh_database)
        await listener.add_listener("journal", lambda *words: heard.put_nowait(int(words[3])))
        await asyncio.gather(*(one.report() for _ in range(40)))
        tip = await one.journal.position()
        while await asyncio.wait_for(heard.get(), 10) < tip:
            pass
        with pytest.raises(Stale):
            await one.journal.commit(change(one, stream="case:x", version=7))
        await one.report()
        assert await asyncio.wait_for(heard.get(), 10) == tip + 4, "a command that stored nothing wakes nobody"
        await listener.close()


async def test_losing_the_connection_is_busy_and_a_retry_is_stored_once(server: Server, fresh_database: str) -> None:
    """Somebody cuts all connections again and again: what was acknowledged is there, what was not is sent again."""
    async with store(fresh_database) as one:
        cutter = await asyncpg.connect(server.url(database="postgres", role="postgres"))

        async def insist(n: int) -> int:
            while True:
                done = (await asyncio.gather(one.report(f"k{n}"), return_exceptions=True))[0]
                if not isinstance(done, BaseException):
                    return done.position
                assert isinstance(done, Refused), done
                assert done.code == "busy"

        async def cut() -> None:
            for _ in range(8):
                await cutter.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'northbank' and datname = $1",
                    database_of(fresh_database),
                )
                await asyncio.sleep(0.02)

        *positions, _ = await asyncio.gather(*(insist(n) for n in range(400)), cut())
        await cutter.close()
        assert sorted(positions) == [4 * n for n in range(1, 401)]
        await one.check()


async def test_closing_stores_what_was_taken_and_takes_nothing_more(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        waiting = [asyncio.ensure_future(one.journal.commit(change(one))) for _ in range(500)]
        await asyncio.sleep(0)
        await one.journal.close()
        assert all(task.done() and isinstance(task.result(), Committed) for task in waiting)
        assert await one.journal.position() == 1500
        with pytest.raises(Refused, match="just now"):
            await one.journal.commit(change(one))


async def test_what_is_written_stays(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        await one.report()
        for statement in ("update journal set actor = 'x'", "delete from journal", "truncate journal"):
            with pytest.raises(asyncpg.PostgresError, match="only ever appended"):
                await one.pool.execute(statement)
        assert await one.journal.position() == 4


async def test_the_digests_hold_of_what_is_stored(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        reply = await one.report()
        await act(one.world, DUTY, reply.id, Act.NOTE, ActBody(note="漏水"))
        rows = await one.pool.fetch("select * from journal order by position")
        assert len(rows) == 5
        for row in rows:
            cause = str(row["cause"]) if row["cause"] else None
            entry = NewEntry(
                str(row["id"]), row["stream"], row["version"], row["type"], row["schema"], row["at"], row["actor"],
                cause, row["pack"], row["rule"], row["data"], row["digest"],
            )  # fmt: skip
            assert digest(entry) == row["digest"]
        read = [entry async for entry in one.journal.read(f"case:{reply.id}")]
        assert [entry.position for entry in read] == [1, 2, 3, 4, 5]
        assert {entry.pack for entry in read} == {city().version}


async def test_an_empty_journal(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        assert await one.journal.position() == 0
        assert [entry async for entry in one.journal.read("case:x")] == []
        assert await one.journal.answer("r", ClientKey("k", b"")) is None
        await one.check()


async def test_what_a_process_remembers_never_decides_when_another_one_moved_the_case_on(fresh_database: str) -> None:
    """Two processes: each acts on what it stored last, and is neither refused nor let in by what is no longer so."""
    async with store(fresh_database) as one, store(fresh_database) as other:
        id = (await one.report()).id
        assert other.cases.hot(id) is None
        await act(other.world, ROADS, id, Act.RETURN, ActBody(note="not ours"))
        await act(other.world, DUTY, id, Act.DISPATCH, ActBody(unit="clean"))
        old, now = one.cases.hot(id), await one.cases.get(id)
        assert old is not None
        assert now is not None
        assert old.version < now.version
        assert other.cases.hot(id.upper()) == now
        await act(one.world, CLEAN, id, Act.SIGN, ActBody())  # as it is remembered here they may not even see it
        assert await outcome(act(other.world, ROADS, id, Act.SIGN, ActBody())) == "not_found"
        await act(other.world, CLEAN, id, Act.START, ActBody())
        assert await outcome(act(one.world, CLEAN, id, Act.SIGN, ActBody())) == "wrong_state"
        seen = (await other.case(id)).version
        await act(one.world, CLEAN, id, Act.NOTE, ActBody(note="seen", version=seen))
        assert await outcome(act(other.world, CLEAN, id, Act.NOTE, ActBody(note="late", version=seen))) == "conflict"
        await one.check()


async def test_what_is_remembered_is_what_was_stored_and_not_too_much(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        one.journal.recent = one.cases._recent = Recent(3)
        ids = [(await one.report(f"key {n}")).id for n in range(5)]
        assert [one.cases.hot(id) is not None for id in ids] == [False, False, True, True, True]
        for id in ids[2:]:
            assert one.cases.hot(id) == await one.cases.get(id)
