"""Questions asked at the same time are one query; each gets its own answer, and nobody pays for a neighbor's fault."""

import asyncio
from collections.abc import Mapping

import pytest

from northbank.shell.store.together import MOST, Together


class Desk:
    """Answers that are held back until the test lets them go."""

    def __init__(self) -> None:
        self.queries: list[set[str]] = []
        self.known = {f"k{n}": n for n in range(1000)}
        self.open = asyncio.Event()

    async def ask(self, keys: list[str]) -> Mapping[str, int]:
        assert len(keys) == len(set(keys))
        self.queries.append(set(keys))
        found = {key: self.known[key] for key in keys if key in self.known}
        await self.open.wait()
        if "bad" in keys:
            raise ValueError("bad")
        return found


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_lone_question_is_asked_at_once_and_those_that_wait_go_together() -> None:
    desk = Desk()
    asked: Together[int] = Together(desk.ask)
    first = asyncio.create_task(asked.get("k1"))
    await settled()
    more = [asyncio.create_task(asked.get(key)) for key in ("k2", "k3", "k2", "none", "k1")]
    await settled()
    assert desk.queries == [{"k1"}]
    desk.known["k1"] = -1  # changed meanwhile: who asked later is told the later value
    desk.open.set()
    assert await first == 1
    assert await asyncio.gather(*more) == [2, 3, 2, None, -1]
    assert desk.queries == [{"k1"}, {"k1", "k2", "k3", "none"}]
    assert await asked.get("k4") == 4


async def test_a_fault_is_that_of_its_key_alone() -> None:
    desk = Desk()
    desk.open.set()
    asked: Together[int] = Together(desk.ask)
    found = await asyncio.gather(*(asked.get(key) for key in ("k1", "bad", "k2")), return_exceptions=True)
    assert found[0::2] == [1, 2]
    assert isinstance(found[1], ValueError)
    with pytest.raises(ValueError, match="bad"):
        await asked.get("bad")
    assert await asked.get("k3") == 3


async def test_who_gives_up_leaves_the_others_their_answers() -> None:
    desk = Desk()
    asked: Together[int] = Together(desk.ask)
    tasks = [asyncio.create_task(asked.get(f"k{n}")) for n in range(3)]
    await settled()
    tasks[0].cancel()
    tasks[2].cancel()
    desk.open.set()
    assert await tasks[1] == 1
    assert await asked.get("k0") == 0


async def test_a_query_has_a_bound() -> None:
    desk = Desk()
    desk.open.set()
    asked: Together[int] = Together(desk.ask)
    wanted = [f"k{n}" for n in range(2 * MOST + 1)]
    assert await asyncio.gather(*(asked.get(key) for key in wanted)) == list(range(2 * MOST + 1))
    assert max(map(len, desk.queries)) == MOST
