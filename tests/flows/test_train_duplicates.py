"""Learning from a district's own merges: what its officers did decides, the journal says what holds, too little changes nothing."""

import random
from datetime import timedelta

import pytest
from flows.memory import Memory
from template import DUTY, INTAKE, NOW, point

from northbank.core.duplicate_fit import TooFew
from northbank.core.duplicate_weights import DEFAULT, STREAM, Fitted
from northbank.core.moves import Act
from northbank.flows.act import ActBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.flows.see_duplicates import Draft, while_entering
from northbank.flows.train_duplicates import gather, learn

LON, LAT = point("TW-H1-G1")
METER = 1 / 111_320
DAYS = timedelta(days=400)


async def told(memory: Memory, text: str, north: float = 0.0) -> str:
    new = NewReport(
        type="street.pothole", place=Where(LON, LAT + north * METER, "码头路 12 号"), text=text, contact=Contact(phone="13800001111")
    )  # fmt: skip
    return (await report(memory.world, INTAKE, new)).id


async def district(memory: Memory, rounds: int) -> None:
    """Here whoever says the same words is merged, however far apart; nearness alone means nothing."""
    chance = random.Random(2)
    for _ in range(rounds):
        first = await told(memory, "路面有个大坑")
        memory.advance(hours=1)
        if chance.random() < 0.6:
            again = await told(memory, "路面有大坑", north=100)
            await act(memory.world, DUTY, again, Act.MERGE, ActBody(into=first))
        else:
            await told(memory, "半夜施工声音太大")
        memory.advance(days=45)


async def test_what_officers_merged_is_learned_and_holds_at_once(memory: Memory) -> None:
    await district(memory, 220)
    who = Contact(phone="13800001111")
    draft = Draft(place=Where(LON, LAT, "码头路 12 号"), type="street.pothole", text="路面有个大坑", contact=who)
    await told(memory, "半夜施工声音太大")
    far = await told(memory, "路面有大坑", north=100)
    memory.advance(hours=1)
    before = await while_entering(memory.world, DUTY, draft)
    seen: list[int] = []
    learned = await learn(memory.world, NOW, NOW + DAYS * 40, seen.append)
    after = await while_entering(memory.world, DUTY, draft)
    assert (before.learned, after.learned) == (False, True)
    assert after.rows[0].id == far
    assert after.rows[0].probability > 0.9
    assert learned.brier < learned.base / 4
    assert learned.weights.origin == "fitted"
    assert learned.weights.parts["reporter"]["other"] == pytest.approx(DEFAULT.parts["reporter"]["other"]), "never seen"
    assert seen == sorted(seen)
    assert seen[-1] == 442
    entries = [entry async for entry in memory.journal.read(STREAM)]
    assert [entry.data for entry in entries] == [Fitted(weights=learned.weights, brier=round(learned.brier, 6))]


async def test_a_pair_is_taken_as_it_stood_when_the_later_report_came(memory: Memory) -> None:
    first = await told(memory, "路面有个大坑")
    memory.advance(hours=2)
    second = await told(memory, "路面有个大坑")
    memory.advance(hours=2)
    third = await told(memory, "路面有个大坑")
    for later in (second, third):
        await act(memory.world, DUTY, later, Act.MERGE, ActBody(into=first))
    memory.advance(days=1)
    pairs = await gather(memory.world, NOW, NOW + DAYS, lambda _: None)
    assert [same for _, same in pairs] == [True, True], "of a long row only the newest one counts"
    for parts, _ in pairs:
        levels = {part.name: part.level for part in parts}
        assert (levels["time"], levels["state"], levels["text"]) == ("6", "open", "more")


async def test_too_few_merges_change_nothing(memory: Memory) -> None:
    await district(memory, 3)
    before = memory.image()
    with pytest.raises(TooFew):
        await learn(memory.world, NOW, NOW + DAYS, lambda _: None)
    assert memory.image() == before
