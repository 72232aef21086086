"""Taking a report: what is answered, what is stored where, and that the same report sent again is one report."""

import asyncio

import msgspec
import pytest
from flows.memory import Memory
from template import CLEAN, DUTY, EVERYBODY, INTAKE, NOW, OLD_TOWN, READING, ROADS, point

from northbank.core.access import Actor
from northbank.core.facts import read
from northbank.core.journal import NewEntry
from northbank.core.refusal import Refused
from northbank.flows.report import Contact, NewReport, Where, Words, report

CANARY = "Frau Kanari 13988887777"


def new(**more: object) -> NewReport:
    given = {
        "type": "street.pothole",
        "place": Where(*point("TW-H1-G1")),
        "text": CANARY,
        "contact": Contact(name=CANARY),
    }
    return NewReport(**(given | more))  # type: ignore[arg-type]


async def refused(memory: Memory, actor: Actor = INTAKE, key: str | None = None, **more: object) -> str:
    before = memory.image()
    with pytest.raises(Refused) as found:
        await report(memory.world, actor, new(**more), key)
    assert memory.image() == before
    return found.value.code


async def test_a_report_is_answered_with_what_became_of_it(memory: Memory) -> None:
    reply = await report(memory.world, INTAKE, new())
    assert (reply.number, reply.state, reply.owner, reply.row) == ("TW-0000001-8", "dispatched", "roads", "R20")
    assert (reply.grid, reply.community, reply.town, reply.at_desk) == ("TW-H1-G1", "TW-H1", "TW-H", False)
    assert reply.position == await memory.journal.position() == 4
    assert reply.due_at is not None
    case = await memory.cases.get(reply.id)
    assert case is not None
    assert (case.reporter, case.source, case.version) == ("intake", "phone", 4)
    assert [entry.rule for entry in memory.store.entries] == [None, "R20", None, "R20"]
    first = memory.store.entries[0].id
    assert [entry.cause for entry in memory.store.entries] == [None, first, first, first]


async def test_words_go_to_the_vault_and_nowhere_else(memory: Memory) -> None:
    where = Where(*point("TW-H1-G1"), address=CANARY)
    reply = await report(memory.world, INTAKE, new(place=where), None, (b"photo one", b"photo two"))
    case = await memory.cases.get(reply.id)
    assert case is not None
    assert case.words is not None
    found = await memory.vault.open(case.subject, [case.words.id, *(one.id for one in case.photos)], READING)
    words = msgspec.json.decode(found[case.words.id], type=Words)
    assert (words.text, words.address, words.contact) == (CANARY, CANARY, Contact(name=CANARY))
    assert [found[one.id] for one in case.photos] == [b"photo one", b"photo two"]
    public = msgspec.json.encode(
        [memory.store.entries, [c for c, _ in memory.store.cases.values()], memory.cases.cards()]
    )
    assert b"Kanari" not in public
    assert b"13988887777" not in public
    assert b"photo one" not in public


async def test_a_report_without_words_leaves_no_key(memory: Memory) -> None:
    await report(memory.world, INTAKE, new(text=None, contact=None))
    assert memory.store.keys == {}
    assert memory.store.secrets == {}


async def test_sent_again_with_its_key_it_is_the_same_report(memory: Memory) -> None:
    first = await report(memory.world, INTAKE, new(), "k")
    memory.advance(days=3)
    image = memory.image()
    assert await report(memory.world, INTAKE, new(), "k") == first
    assert memory.image() == image
    assert (await report(memory.world, DUTY, new(), "k")).id != first.id, "keys are the sender's own"
    assert await refused(memory, key="k", text="another text") == "key_reused"
    with pytest.raises(Refused, match="used before"):
        await report(memory.world, INTAKE, new(), "k", (b"a photo more",))


async def test_a_retry_gets_the_first_answer_even_if_it_would_be_refused_today(memory: Memory) -> None:
    old = new(external="7", happened_at=NOW)
    first = await report(memory.world, INTAKE, old, "k")
    memory.advance(days=366 * 31)
    assert await report(memory.world, INTAKE, old, "k") == first


async def test_twenty_retries_at_once_are_one_report(memory: Memory) -> None:
    replies = await asyncio.gather(*(report(memory.world, INTAKE, new(), "k") for _ in range(20)))
    assert len({reply.id for reply in replies}) == 1
    assert len(memory.store.cases) == 1


async def test_the_senders_own_number_is_taken_once_per_source(memory: Memory) -> None:
    first = await report(memory.world, INTAKE, new(external="A-1"))
    assert await refused(memory, external="A-1") == "already_reported"
    with pytest.raises(Refused) as found:
        await report(memory.world, INTAKE, new(external="A-1"), "some key")
    assert found.value.values == {"number": first.number}
    other = await report(memory.world, INTAKE, new(external="A-1", source="web"))
    assert other.id != first.id
    done = await asyncio.gather(
        *(report(memory.world, INTAKE, new(external="B")) for _ in range(9)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Refused"] * 8 + ["ReportReply"]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("outside", {"place": Where(0.0, 0.0)}), ("no_place", {"place": None}), ("no_place", {"place": Where()}),
        ("invalid", {"place": Where(lon=85.3)}), ("invalid", {"place": Where(lat=1.0, address="x")}),
        ("unknown_type", {"type": "nothing"}), ("unknown_source", {"source": "rumor"}),
    ],
)  # fmt: skip
async def test_refusals_leave_no_trace(memory: Memory, code: str, more: dict[str, object]) -> None:
    assert await refused(memory, **more) == code


async def test_who_may_report(memory: Memory) -> None:
    for actor in EVERYBODY:
        if actor.login in ("wall", "leader"):
            assert await refused(memory, actor) == "forbidden"
        else:
            assert (await report(memory.world, actor, new())).state == "dispatched"


async def test_entries_carry_who_when_and_by_which_pack(memory: Memory) -> None:
    reply = await report(memory.world, INTAKE, new(happened_at=NOW.replace(hour=1)))
    entries: list[NewEntry] = memory.store.entries
    assert {(entry.actor, entry.at, entry.pack) for entry in entries} == {("intake", NOW, memory.world.city.version)}
    assert [entry.type for entry in entries] == ["case.reported", "case.routed", "case.accepted", "case.dispatched"]
    assert {entry.stream for entry in entries} == {f"case:{reply.id}"}
    assert all(read(entry.type, 1, entry.data).happened_at == NOW.replace(hour=1) for entry in entries)


async def test_a_known_number_of_a_sender_names_the_case_only_to_those_who_see_it(memory: Memory) -> None:
    new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")), source="phone", external="A-77")
    made = await report(memory.world, INTAKE, new)
    for actor, seen in ((INTAKE, True), (DUTY, True), (ROADS, True), (CLEAN, False), (OLD_TOWN, False)):
        with pytest.raises(Refused) as caught:
            await report(memory.world, actor, new)
        assert caught.value.code == "already_reported"
        assert (made.number in caught.value.say("en")) == seen
        assert seen or "A-77" in caught.value.say("en")
