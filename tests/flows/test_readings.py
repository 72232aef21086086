"""Reading personal data goes on record: who, of whom, what, from which case and why; and not where nothing is read."""

import pytest
from flows.memory import Memory
from template import DUTY, INTAKE, LEADER, NOW, point

from northbank.core.reading import Reading, reading_digest
from northbank.core.refusal import Refused
from northbank.flows.erase_subject import EraseBody, erase
from northbank.flows.report import NewReport, Where, report
from northbank.flows.see_cases import detail, photo


async def make(memory: Memory, text: str | None = "a hole") -> tuple[str, str]:
    """A case with words and a photo; its id and its subject."""
    new = NewReport(type="street.pothole", place=Where(*point("TW-H1-G1")), text=text)
    id = (await report(memory.world, INTAKE, new, None, (b"photo",) if text else ())).id
    case = await memory.cases.get(id)
    assert case is not None
    return id, case.subject


async def test_a_case_opened_goes_on_record_with_its_purpose() -> None:
    memory = Memory()
    id, subject = await make(memory)
    seen = await detail(memory.world, DUTY, id)
    await photo(memory.world, DUTY, id, seen.photos[0].id, "call_back")
    assert memory.store.readings == [
        (subject, Reading(NOW, "duty", "read.handling", "words", id)),
        (subject, Reading(NOW, "duty", "read.call_back", "photo", id)),
    ]


async def test_who_reads_nothing_leaves_no_record() -> None:
    """The leader may not read persons; a case without words has none; the words of an erased person are gone."""
    memory = Memory()
    id, subject = await make(memory)
    await detail(memory.world, LEADER, id)
    await detail(memory.world, DUTY, (await make(memory, None))[0])
    await erase(memory.world, DUTY, subject, EraseBody("request"))
    assert (await detail(memory.world, DUTY, id)).erased
    assert memory.store.readings == []


async def test_a_purpose_that_the_pack_does_not_know_is_refused_before_anything_is_read() -> None:
    memory = Memory()
    id, _ = await make(memory)
    for wrong in ("curiosity", "", "read.handling", "not_ours"):
        with pytest.raises(Refused) as found:
            await detail(memory.world, DUTY, id, wrong)
        assert found.value.code == "unknown_purpose"
        assert "call_back" in found.value.say("zh")
    assert memory.store.readings == []


def test_the_digest_of_a_record_covers_every_field() -> None:
    one = Reading(NOW, "duty", "read.handling", "words", "c")
    others = [
        reading_digest(Reading(NOW.replace(year=2027), "duty", "read.handling", "words", "c"), "s", ["p"]),
        reading_digest(Reading(NOW, "other", "read.handling", "words", "c"), "s", ["p"]),
        reading_digest(Reading(NOW, "duty", "read.other", "words", "c"), "s", ["p"]),
        reading_digest(Reading(NOW, "duty", "read.handling", "photo", "c"), "s", ["p"]),
        reading_digest(Reading(NOW, "duty", "read.handling", "words"), "s", ["p"]),
        reading_digest(one, "t", ["p"]),
        reading_digest(one, "s", ["p", "q"]),
        reading_digest(one, "s", ["p"]),
    ]
    assert len(set(others)) == len(others)
