"""The vault: words of people lie nowhere but sealed, erasing is for good, and nobody can slip in other words."""

import asyncio
from hashlib import sha256
from pathlib import Path

import asyncpg
import msgspec
import pytest
from shell.servers import empty_database
from shell.stored import MASTER, Stored, store
from template import DUTY, INTAKE, NOW, READING, ROADS, point

from northbank.core.access import scope
from northbank.core.case_facts import Reported
from northbank.core.journal import write
from northbank.core.moves import Act
from northbank.core.reading import Reading, reading_digest
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import Contact, NewReport, Where, report, request_digest
from northbank.flows.see_cases import detail, photo
from northbank.ports import CaseQuery, Change, ClientKey, Committed, Envelope, Stale
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.rebuild import rebuild
from northbank.shell.store.vault import PgVault

CANARY = "Kanarienvogel-13988887777-金丝雀"
WHY = EraseBody("request")


async def tell(one: Stored, words: str = CANARY) -> tuple[str, str]:
    """A report full of words, with a note; (case, subject)."""
    reply = await one.report(
        "key", text=words, contact=Contact(name=words, phone="13988887777", email=f"{words}@example.org"),
        place=Where(*point("TW-H1-G1"), address=words), external=None,
    )  # fmt: skip
    await act(one.world, DUTY, reply.id, Act.NOTE, ActBody(note=f"called {words}"))
    return reply.id, (await one.case(reply.id)).subject


async def find(one: Stored, words: str) -> dict[str, int]:
    """In which tables the words stand, as text or as bytes, and in how many rows."""
    found = {}
    tables = await one.pool.fetch("select tablename from pg_tables where schemaname = 'public'")
    assert len(tables) >= 7
    for (table,) in tables:
        query = f"select count(*) from {table} x where x::text like '%' || $1 || '%' or x::text like '%' || $2 || '%'"
        found[table] = await one.pool.fetchval(query, words, words.encode().hex())
    return {table: number for table, number in found.items() if number}


def code(error: BaseException | object) -> str:
    return error.code if isinstance(error, Refused) else type(error).__name__


async def test_words_stand_in_no_table(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        id, _ = await tell(one)
        for part in (CANARY, "Kanarienvogel", "13988887777", "金丝雀"):
            assert await find(one, part) == {}
        assert await find(one, id) != {}, "the search itself works"
        assert (await one.cases.page(CaseQuery(q="Kanarienvogel"), scope(DUTY))).total == 0
        seen = await detail(one.world, DUTY, id)
        assert seen.person is not None
        assert (seen.person.text, seen.person.address, seen.timeline[-1].note) == (CANARY, CANARY, f"called {CANARY}")


async def test_words_stand_in_no_log(embedded: Embedded, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in ours nor in that of the server we start; how another server logs is its operator's business."""
    caplog.set_level("DEBUG")
    async with empty_database(embedded) as url, store(url) as one:
        await tell(one)
        with pytest.raises(asyncpg.PostgresError):  # a statement that fails while it carries the words
            await one.pool.execute("insert into secret select null, null, $1, $2", CANARY, CANARY.encode())
    logs = await asyncio.to_thread(lambda: [path.read_bytes() for path in Path(embedded.folder.log).iterdir()])
    assert logs
    assert not [log for log in logs if b"Kanarienvogel" in log]
    assert "Kanarienvogel" not in caplog.text


async def test_no_digest_of_a_request_can_be_tried_out(fresh_database: str) -> None:
    """Who has the tables but not the sender's key cannot test whether a person with a guessed phone number reported."""
    async with store(fresh_database) as one:
        new = NewReport(
            type="street.pothole", place=Where(*point("TW-H1-G1")), text="hole", contact=Contact(phone="139")
        )
        await report(one.world, INTAKE, new, "0f8e6c1d")
        guess = request_digest(msgspec.json.encode(new, order="deterministic"))
        assert await one.journal.answer("intake", ClientKey("0f8e6c1d", guess)) is not None, "the guess is right"
        for words in (guess, sha256(guess).digest(), b"0f8e6c1d"):
            assert (
                await one.pool.fetchval(
                    "select count(*) from command x where x::text like '%' || $1 || '%'", words.hex()
                )
                == 0
            )
        assert await find(one, "0f8e6c1d") == {}


async def test_the_same_words_twice_look_different(fresh_database: str) -> None:
    """No digest and no ciphertext betrays that two people wrote the same."""
    async with store(fresh_database) as one:
        await asyncio.gather(*(one.report(text="the same") for _ in range(20)))
        rows = await one.pool.fetch("select sealed from secret")
        digests = await one.pool.fetch("select data #>> '{words,digest}' d from journal where type = 'case.reported'")
        assert len({row["sealed"] for row in rows}) == 20
        assert len({row["d"] for row in digests}) == 20


async def test_erasing_takes_the_words_and_leaves_the_rest(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        id, subject = await tell(one)
        other = (await one.report(text="others")).id
        done = await erase(one.world, DUTY, subject, WHY)
        assert done.position == await one.journal.position()
        for table in ("secret", "subject_key"):
            assert await one.pool.fetchval(f"select count(*) from {table} where subject = $1", subject) == 0
        assert set(await find(one, subject)) == {"journal", "cases"}, "a reference remains, nothing it leads to"
        seen = await detail(one.world, DUTY, id)
        assert (seen.person, seen.erased, seen.timeline[-1].note_erased) == (None, True, True)
        kept = await detail(one.world, DUTY, other)
        assert kept.person is not None
        assert kept.person.text == "others"
        before = await one.views()
        await rebuild(one.pool)
        assert await one.views() == before
        await one.check()
        assert (await act(one.world, ROADS, id, Act.SIGN, ActBody(note="still ours"))).state == "signed"
        assert (await detail(one.world, DUTY, id)).timeline[-1].note == "still ours"
        await one.check()


async def test_photos_go_too(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")))
        id = (await report(one.world, DUTY, new, None, (b"one", b"two"))).id
        case = await one.case(id)
        assert [await photo(one.world, DUTY, id, ref.id) for ref in case.photos] == [b"one", b"two"]
        await erase(one.world, DUTY, case.subject, WHY)
        with pytest.raises(Refused, match="erased"):
            await photo(one.world, DUTY, id, case.photos[0].id)


async def test_changed_ciphertext_is_found(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        (id, subject), other = await tell(one), await one.report(text="others")
        rows = await one.pool.fetch("select id, sealed from secret where subject = $1 order by id", subject)
        first, second = rows
        changes = {
            "a bit": bytes([*first["sealed"][:-1], first["sealed"][-1] ^ 1]),
            "the nonce": bytes([first["sealed"][0] ^ 1, *first["sealed"][1:]]),
            "cut": first["sealed"][:20], "empty": b"", "another piece of the same person": second["sealed"],
        }  # fmt: skip
        for what, sealed in changes.items():
            await one.pool.execute("update secret set sealed = $2 where id = $1", first["id"], sealed)
            with pytest.raises(Refused) as found:
                await detail(one.world, DUTY, id)
            assert code(found.value) == "tampered", what
        await one.pool.execute("update secret set sealed = $2 where id = $1", first["id"], first["sealed"])
        assert (await detail(one.world, DUTY, id)).person is not None
        wrapped = "(select wrapped from subject_key where subject = $2)"
        await one.pool.execute(
            f"update subject_key set wrapped = {wrapped} where subject = $1",
            subject,
            (await one.case(other.id)).subject,
        )
        with pytest.raises(Refused) as found:
            await detail(one.world, DUTY, id)
        assert code(found.value) == "vault_key", "a key belongs to one person"


async def test_another_centers_key_opens_nothing(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        _, subject = await tell(one)
        ids = [str(row["id"]) for row in await one.pool.fetch("select id from secret")]
        assert len(await one.vault.open(subject, ids, READING)) == 2
        with pytest.raises(Refused) as found:
            await PgVault(one.pool, MASTER[::-1], one.ids).open(subject, ids, READING)
        assert code(found.value) == "vault_key"


def change(one: Stored, subject: str, sealed: Envelope | None = None, gone: bool = False) -> Change:
    """A command on a stream of its own that brings words or destroys a key."""
    id = one.ids.new()
    fact = Reported(number=id, source="phone", level="district", subject=subject, reporter="r")
    entry = write(fact, id=one.ids.new(), stream=f"other:{id}", version=1, at=NOW, actor="r", pack="p")
    return Change(
        actor="r", entries=(entry,), expected={f"other:{id}": 0}, erase=(subject,) if gone else (),
        subjects={subject: sealed.wrapped} if sealed and sealed.wrapped else {}, secrets=sealed.secrets if sealed else (),
    )  # fmt: skip


@pytest.mark.parametrize("together", [True, False])
async def test_of_two_first_notes_one_makes_the_key_and_the_other_seals_again(
    fresh_database: str, together: bool
) -> None:
    """Both sealed before either was stored: the second's key would replace nothing and open nothing."""
    async with store(fresh_database) as one:
        subject = one.ids.new()
        envelopes = [await one.vault.seal(subject, [("note", b"words")], fresh=False) for _ in range(2)]
        assert all(envelope.wrapped for envelope in envelopes)
        done = await commit(one, [change(one, subject, envelope) for envelope in envelopes], together)
        kinds = [type(each) for each in done]
        assert sorted(kind.__name__ for kind in kinds) == ["Committed", "Stale"], "whichever came first, one only"
        again = await one.vault.seal(subject, [("note", b"more")], fresh=False)
        assert again.wrapped is None
        await one.journal.commit(change(one, subject, again))
        opened = await one.vault.open(
            subject, [ref.id for each in (envelopes[kinds.index(Committed)], again) for ref in each.refs], READING
        )
        assert sorted(opened.values()) == [b"more", b"words"]


@pytest.mark.parametrize("together", [True, False])
async def test_words_sealed_under_a_key_that_was_destroyed_meanwhile_are_not_stored(
    fresh_database: str, together: bool
) -> None:
    async with store(fresh_database) as one:
        _, subject = await tell(one)
        late = await one.vault.seal(subject, [("note", b"late words")], fresh=False)
        assert late.wrapped is None
        done = await commit(one, [change(one, subject, gone=True), change(one, subject, late)], together)
        assert isinstance(done[0], Committed)
        assert isinstance(done[1], Stale) or together, "stored just before the key went, it went with it"
        assert await one.pool.fetchval("select count(*) from secret") == 0


async def commit(one: Stored, changes: list[Change], together: bool) -> list[object]:
    """All at once, in one group; or one after the other."""
    if together:
        return list(await asyncio.gather(*(one.journal.commit(each) for each in changes), return_exceptions=True))
    return [(await asyncio.gather(one.journal.commit(each), return_exceptions=True))[0] for each in changes]


async def test_noting_and_erasing_at_once_leaves_nothing_that_no_key_opens(fresh_database: str) -> None:
    async with store(fresh_database) as one:
        for _ in range(5):
            reply = await one.report()
            subject = (await one.case(reply.id)).subject
            notes = (act(one.world, DUTY, reply.id, Act.NOTE, ActBody(note="words")) for _ in range(4))
            await asyncio.gather(*notes, erase(one.world, DUTY, subject, WHY))
            await detail(one.world, DUTY, reply.id)
        await one.check()


async def test_nothing_is_opened_without_a_record_and_no_record_is_changed(fresh_database: str) -> None:
    """The statement that gives out what was sealed fails as a whole where the record cannot be written."""
    async with store(fresh_database) as one:
        id, subject = await tell(one)
        await detail(one.world, DUTY, id)
        await detail(one.world, DUTY, id, "call_back")
        rows = await one.pool.fetch(
            "select actor, purpose, kind, subject::text, pieces, digest from reading order by id"
        )
        assert [tuple(row)[:4] for row in rows] == [
            ("duty", "read.handling", "words", subject),
            ("duty", "read.call_back", "words", subject),
        ]
        reading = Reading(NOW, "duty", "read.handling", "words", id)
        assert rows[0]["digest"] == reading_digest(reading, subject, sorted(str(one) for one in rows[0]["pieces"]))
        for change in ("delete from reading", "update reading set actor = 'x'", "truncate reading"):
            with pytest.raises(asyncpg.PostgresError, match="only ever appended"):
                await one.pool.execute(change)
        await one.pool.execute("alter table reading add constraint full_up check (id < 3)")
        with pytest.raises(asyncpg.CheckViolationError):
            await detail(one.world, DUTY, id)
