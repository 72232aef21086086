"""Acting on a case: every role against every state leaves either one step or nothing, and retries are one act."""

import asyncio

import pytest
from flows.memory import Memory
from template import ADMIN, CLEAN, DUTY, EVERYBODY, HARBOR, INTAKE, OLD_TOWN, READING, ROADS, WORKER, point

from northbank.core.access import Actor
from northbank.core.card import Card
from northbank.core.moves import MOVES, Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import NewReport, Where, report

WAYS = {
    "reported": "", "accepted": "accept", "rejected": "reject", "dispatched": "accept dispatch",
    "signed": "accept dispatch sign", "returned": "accept dispatch return", "handling": "accept dispatch sign start",
    "suspended": "accept dispatch sign start suspend", "feedback": "accept dispatch sign start feed_back",
    "checked": "accept dispatch sign start feed_back check", "closed": "accept dispatch sign start feed_back check close",
    "reopened": "reject reopen",
}  # fmt: skip


async def make(memory: Memory, state: str = "reported", actor: Actor = INTAKE) -> str:
    """A case that walked to a state; noise at the quay, which the harbor's station owns."""
    new = NewReport(type="street.noise", place=Where(*point("TW-H1-G1")), text="loud")
    id = (await report(memory.world, actor, new)).id
    for word in WAYS[state].split():
        await act(memory.world, ADMIN, id, Act(word), body(word))
    return id


def body(word: str, **more: object) -> ActBody:
    place = Where(*point("TW-H1-G2")) if word == "place" else None
    given = {"note": "words", "place": place, "type": "street.light" if word == "retype" else None}
    return ActBody(**(given | more))  # type: ignore[arg-type]


async def refused(memory: Memory, actor: Actor, id: str, word: str, **more: object) -> str:
    before = memory.image()
    with pytest.raises(Refused) as found:
        await act(memory.world, actor, id, Act(word), body(word, **more))
    assert memory.image() == before, "a refusal leaves no trace"
    return found.value.code


@pytest.mark.parametrize("state", list(WAYS))
async def test_every_role_and_act_in_every_state(memory: Memory, state: str) -> None:
    id = await make(memory, state)
    start = await memory.cases.get(id)
    assert start is not None
    for actor in EVERYBODY:
        for what in Act:
            now = await memory.cases.get(id)
            assert now is not None
            if now.state != state:
                id = await make(memory, state)
            before = memory.image()
            version = (await memory.world.cases.get(id)).version  # type: ignore[union-attr]
            try:
                card = await act(memory.world, actor, id, what, body(what.value))
            except Refused:
                assert memory.image() == before
                continue
            assert what in MOVES[start.state]
            assert card.version > version
            assert card.state == MOVES[start.state][what]


async def test_what_one_may_not_see_does_not_exist(memory: Memory) -> None:
    id = await make(memory, "dispatched")
    nowhere = "00000000-0000-7000-8000-00000000dead"
    for actor in (ROADS, CLEAN, OLD_TOWN):
        assert await refused(memory, actor, id, "note") == await refused(memory, actor, nowhere, "note") == "not_found"
    assert await refused(memory, WORKER, id, "sign") == "forbidden"
    assert (await act(memory.world, HARBOR, id, Act.SIGN, ActBody())).state == "signed"


async def test_a_retry_gets_the_first_answer(memory: Memory) -> None:
    id = await make(memory, "accepted")
    first = await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="roads", note="go"), "k")
    await act(memory.world, ROADS, id, Act.SIGN, ActBody())
    image = memory.image()
    again = await act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="roads", note="go"), "k")
    assert again == first
    assert (again.state, again.position) == ("dispatched", first.position)
    assert memory.image() == image
    for other in (ActBody(unit="roads", note="went"), ActBody(unit="clean", note="go")):
        with pytest.raises(Refused) as found:
            await act(memory.world, DUTY, id, Act.DISPATCH, other, "k")
        assert found.value.code == "key_reused"
    with pytest.raises(Refused, match="used before"):
        await act(
            memory.world, DUTY, await make(memory, "accepted"), Act.DISPATCH, ActBody(unit="roads", note="go"), "k"
        )


async def test_the_same_key_at_the_same_time_is_one_act(memory: Memory) -> None:
    id = await make(memory, "handling")
    done = await asyncio.gather(*(act(memory.world, DUTY, id, Act.NOTE, ActBody(note="n"), "k") for _ in range(6)))
    assert len({card.position for card in done}) == 1
    assert len([entry for entry in memory.store.entries if entry.type == "case.noted"]) == 1


async def test_of_two_who_decide_at_once_the_second_decides_again(memory: Memory) -> None:
    id = await make(memory, "accepted")
    done = await asyncio.gather(
        act(memory.world, DUTY, id, Act.DISPATCH, ActBody(unit="roads")),
        act(memory.world, ADMIN, id, Act.REJECT, ActBody(note="no")),
        return_exceptions=True,
    )
    cards = [one for one in done if isinstance(one, Card)]
    refusals = [one.code for one in done if isinstance(one, Refused)]
    assert (len(cards), refusals) == (1, ["wrong_state"])


async def test_a_version_that_moved_on_is_a_conflict(memory: Memory) -> None:
    id = await make(memory)
    seen = (await memory.cases.get(id)).version  # type: ignore[union-attr]
    await act(memory.world, DUTY, id, Act.NOTE, ActBody(note="first", version=seen))
    assert await refused(memory, ADMIN, id, "accept", version=seen) == "conflict"


async def test_first_notes_at_the_same_time_share_one_key(memory: Memory) -> None:
    """A case without words has no key: of two first notes one makes it, the other uses it, both can be read."""
    new = NewReport(type="street.noise", place=Where(*point("TW-H1-G1")))
    id = (await report(memory.world, INTAKE, new)).id
    await asyncio.gather(*(act(memory.world, DUTY, id, Act.NOTE, ActBody(note=f"note {n}")) for n in range(4)))
    case = await memory.cases.get(id)
    assert case is not None
    opened = await memory.vault.open(case.subject, list(memory.store.secrets), READING)
    assert sorted(opened.values()) == [b"note 0", b"note 1", b"note 2", b"note 3"]
    assert len(memory.store.keys) == 1


async def test_the_reply_is_the_card_of_the_list(memory: Memory) -> None:
    id = await make(memory)
    for word in [
        "accept",
        "dispatch",
        "sign",
        "start",
        "suspend",
        "resume",
        "feed_back",
        "check",
        "rework",
        "feed_back",
        "check",
        "close",
        "reopen",
    ]:
        card = await act(memory.world, ADMIN, id, Act(word), body(word))
        assert [card] == memory.cases.cards()
        assert card.position == await memory.journal.position()
