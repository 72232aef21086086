"""Erasing a person: the words are gone, the case lives on, others keep theirs, and it can be told afterwards."""

import asyncio

import pytest
from flows.memory import Memory
from template import ADMIN, DUTY, EVERYBODY, INTAKE, point

from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_cases import detail, photo

WHY = EraseBody("request")


async def make(memory: Memory, text: str | None = "my words") -> tuple[str, str]:
    new = NewReport(
        type="street.pothole", place=Where(*point("TW-H1-G1")), text=text, contact=Contact(phone="1") if text else None
    )
    id = (await report(memory.world, INTAKE, new, None, (b"photo",) if text else ())).id
    case = await memory.cases.get(id)
    assert case is not None
    return id, case.subject


async def test_words_notes_and_photos_are_gone_and_the_case_is_not(memory: Memory) -> None:
    (id, subject), (other, _) = await make(memory), await make(memory, "others")
    await act(memory.world, DUTY, id, Act.NOTE, ActBody(note="called them"))
    done = await erase(memory.world, DUTY, subject, WHY)
    assert done.position == await memory.journal.position()
    seen = await detail(memory.world, DUTY, id)
    assert (seen.person, seen.erased) == (None, True)
    assert [(step.note, step.note_erased) for step in seen.timeline][-1] == (None, True)
    with pytest.raises(Refused) as found:
        await photo(memory.world, DUTY, id, seen.photos[0].id)
    assert found.value.code == "erased"
    kept = await detail(memory.world, DUTY, other)
    assert kept.person is not None
    assert (kept.person.text, kept.erased) == ("others", False)
    assert (await act(memory.world, ADMIN, id, Act.SIGN, ActBody())).state == "signed"


async def test_asked_twice_the_answer_is_the_same(memory: Memory) -> None:
    _, subject = await make(memory)
    done = await asyncio.gather(*(erase(memory.world, DUTY, subject, WHY) for _ in range(5)))
    assert len({one.position for one in done}) == 1
    assert await erase(memory.world, ADMIN, subject, WHY) == done[0]


async def test_words_written_afterwards_can_be_read_and_erased_too(memory: Memory) -> None:
    id, subject = await make(memory)
    first = await erase(memory.world, DUTY, subject, WHY)
    await act(memory.world, DUTY, id, Act.NOTE, ActBody(note="new words"))
    seen = await detail(memory.world, DUTY, id)
    assert (seen.timeline[-1].note, seen.person, seen.erased) == ("new words", None, True)
    assert (await erase(memory.world, DUTY, subject, WHY)).position > first.position
    assert memory.store.secrets == {}


async def test_a_note_that_was_being_sealed_meanwhile_is_sealed_again(memory: Memory) -> None:
    """Erasing and noting at once: whoever comes second sees the other; nothing is left that no key opens."""
    for _ in range(10):
        id, subject = await make(memory)
        await asyncio.gather(
            erase(memory.world, DUTY, subject, WHY),
            *(act(memory.world, DUTY, id, Act.NOTE, ActBody(note="n")) for _ in range(3)),
        )
        await detail(memory.world, DUTY, id)
        memory.check()


async def test_who_may_and_whom(memory: Memory) -> None:
    _, subject = await make(memory)
    _, wordless = await make(memory, None)
    before = dict(memory.store.secrets)
    for actor in EVERYBODY:
        if actor.login not in ("admin", "duty"):
            with pytest.raises(Refused, match="may not"):
                await erase(memory.world, actor, subject, WHY)
    for nobody in (wordless, "00000000-0000-7000-8000-00000000dead"):
        with pytest.raises(Refused) as found:
            await erase(memory.world, DUTY, nobody, WHY)
        assert found.value.code == "not_found"
    assert memory.store.secrets == before
