"""What a wall begins from: the picture of a scope equals the rows of the scope."""

import pytest
from flows.memory import Memory
from flows.walk import Walk
from rows import count
from template import DUTY, EVERYBODY, HARBOR, INTAKE, WALL, city

from northbank.core.access import Scope, scope
from northbank.core.refusal import Refused
from northbank.flows.see_wall import picture, wall_scope


async def test_the_picture_of_every_actor_counts_their_own_rows() -> None:
    memory = Memory()
    await Walk(memory.world, 21, memory.clock.advance).go(150)
    for actor in EVERYBODY:
        rows = scope(actor)
        made = await picture(memory.world, rows)
        mine = [card for card in memory.cases.cards() if rows.sees(card)]
        tiles = made.tiles(memory.clock.now())
        assert made.position == await memory.journal.position()
        assert {card.id for card in made.cards.values()} <= {card.id for card in mine}
        for figure in (tiles.open, tiles.soon, tiles.reported_today, tiles.closed_today, *tiles.by_town.values()):
            assert figure.count == count(mine, figure.query), figure.query


def test_whose_wall_shows_what() -> None:
    assert wall_scope(DUTY, city(), False) == wall_scope(WALL, city(), False) == Scope(everything=True)
    assert wall_scope(HARBOR, city(), True) == scope(HARBOR)
    assert wall_scope(None, city(), True) == Scope(everything=True)
    with pytest.raises(Refused, match="not signed in"):
        wall_scope(None, city(), False)
    with pytest.raises(Refused, match="may not"):
        wall_scope(INTAKE, city(), True)
