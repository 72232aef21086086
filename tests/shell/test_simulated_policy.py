"""A simulated day decided again under the pack that was live is the day as it was, case by case."""

from flows.test_simulate import streams
from shell.test_simulator import played
from template import city

from northbank.core.policy import Sums, lived


async def test_the_simulated_day_is_what_it_was() -> None:
    memory = await played(seed=3, reports=300)
    sums = Sums(memory.clock.now())
    for entries in streams(memory).values():
        sums.take(*lived(entries, city(), city(), sums.until), len(entries))
    assert sums.counts["cases"] > 300
    assert sums.counts["reproduced"] == sums.counts["cases"]
    assert sums.counts["kept"] <= sums.counts["decided"] * 0.02
    assert not sums.changed
