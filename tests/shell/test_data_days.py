"""The demonstration's data: a past with one late data set and one batch turned away, told once however often it is begun."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from flows.memory import Memory
from template import NOW, city

from northbank.core.access import Actor, Role
from northbank.core.shelf import Line, lines_of, shelved
from northbank.flows.collect import past_of
from northbank.flows.list_datasets import list_datasets, see_today
from northbank.flows.platform import Platform
from northbank.shell.lake.lake import DuckLake
from northbank.shell.sources import data_days
from northbank.shell.sources.data_days import delivered, in_order, late_one, plan, spoiled_one, tell_past
from northbank.verbs.demo_data import Inventor


class Told:
    """The lines of a journal in memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def lines(self) -> Mapping[str, Sequence[Line]]:
        journal = self._memory.world.journal
        return {
            code: lines_of(code, [one async for one in journal.read(f"dataset:{code}")])  # type: ignore[arg-type]
            for code in self._memory.world.city.datasets
        }


def test_the_plan_has_what_there_is_to_see() -> None:
    sets = {one.code: one for one in delivered(city().datasets)}
    batches = plan(city().datasets, NOW)
    assert [one.made for one in batches] == sorted(one.made for one in batches)
    assert all(one.made <= NOW for one in batches)
    first: dict[str, int] = {}
    for place, one in enumerate(batches):
        first.setdefault(one.dataset.code, place)
        for rule in one.dataset.rules:
            assert not rule.dataset or first[rule.dataset] < place, "what is referred to came before"
    assert set(first) == set(sets)
    assert [one.dataset.code for one in batches if one.spoiled] == [spoiled_one(sets)] != [late_one(sets)]
    assert [one.code for one in in_order(sets)].index("shops") < [one.code for one in in_order(sets)].index(
        "inspections"
    )


async def test_the_past_is_told_once_and_shows_what_needs_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_days, "REST", 0.0)
    memory = Memory()
    lake = DuckLake(tmp_path / "lake", "500MB", 1)
    platform = Platform(memory.world, lake, cast(Any, None), cast(Any, None), Told(memory))
    told = await tell_past(platform, Inventor(city()), tmp_path / "inbox")
    assert told == len(plan(city().datasets, NOW))
    assert await tell_past(platform, Inventor(city()), tmp_path / "inbox") == 0
    sets = {one.code: one for one in delivered(city().datasets)}
    heard = await Told(memory).lines()
    stand = {code: shelved(one, heard[code], NOW) for code, one in sets.items()}
    assert [code for code, one in stand.items() if one.late] == [late_one(sets)]
    assert [code for code, one in stand.items() if one.turned_away] == [spoiled_one(sets)]
    assert all(one.rows > 0 and one.score for one in stand.values())
    assert sum(one.bad for one in stand.values()) > 0
    steward = Actor("steward", Role.STEWARD)
    today = await see_today(platform, steward)
    assert ([one.dataset for one in today.late], today.filling) == ([late_one(sets)], False)
    half = msgspec.structs.replace(platform, filling=lambda: True)  # nothing is late while the past is being told
    today = await see_today(half, steward)
    assert (today.late, today.filling) == ([], True)
    assert not any(row.late for row in (await list_datasets(half, steward)).rows)
    assert not list((tmp_path / "inbox").rglob("*.csv"))
    assert all([await past_of(memory.world, code) for code in sets])
    memory.check()
