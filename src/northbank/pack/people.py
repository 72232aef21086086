"""Shares people and grids out among towns and communities, for the grid generator. Numbers only; no shapes.

An ordinary grid gets its households within the wanted bounds where the numbers allow; dedicated grids hold none.
"""

import msgspec

from northbank.core.city import Name
from northbank.pack.chance import Chance, share_out
from northbank.pack.files import PackFiles
from northbank.pack.rows import AreaRow
from northbank.pack.spec import GenerateToml, TownSeed


class Grid(msgspec.Struct):
    """One grid on its way: its community, its number there, its name and people, its shape at the end."""

    parent: AreaRow
    number: int
    dedicated: Name | None
    people: int = 0
    households: int = 0

    @property
    def code(self) -> str:
        """The code: that of the community, G for an ordinary and Z for a dedicated grid, the number."""
        letter = "Z" if self.dedicated else "G"
        return f"{self.parent.code}-{letter}{self.number:02d}"

    @property
    def town(self) -> str:
        """The town it lies in."""
        return self.parent.parent if self.parent.level == "community" else self.parent.code


def _children(files: PackFiles, town: str) -> list[AreaRow]:
    rows = [
        row
        for _, row in files.table("areas")
        if row.level == "community" and row.parent == town and row.valid_to is None
    ]
    own = [row for _, row in files.table("areas") if row.code == town]
    return rows or own


def share_grids(files: PackFiles, plan: GenerateToml, seed: int) -> list[Grid]:
    """All grids in the order of towns and communities, with their people."""
    special = sum(sum(kind.towns.values()) for kind in plan.dedicated)
    ordinary = share_out(plan.grids - special, [town.people for town in plan.towns], least=1)
    grids: list[Grid] = []
    for town, count in zip(plan.towns, ordinary, strict=True):
        rows = _children(files, town.code)
        chance = Chance(seed, "people", town.code)
        weights = [0.7 + 0.6 * chance.draw() if row.kind not in plan.scattered else 0.25 for row in rows]
        own: list[list[Grid]] = [
            [Grid(row, number + 1, None) for number in range(part)]
            for row, part in zip(rows, share_out(count, weights, least=1), strict=True)
        ]
        _people([grid for part in own for grid in part], town, plan, chance)
        _add_dedicated(own, rows, town, plan, chance)
        grids += [grid for part in own for grid in part]
    return grids


def _people(grids: list[Grid], town: TownSeed, plan: GenerateToml, chance: Chance) -> None:
    """The town's people shared among its ordinary grids, each within the wanted number of households where it can be."""
    households = round(town.people / plan.people_per_household)
    least, most = plan.households
    least = min(least, households // len(grids))
    room = min(households / len(grids) - least, most - households / len(grids))
    weights = [least + max(room, 0.0) * 2 * chance.draw() for _ in grids]
    for grid, number in zip(
        grids, share_out(households, [w - least + 1e-9 for w in weights], least=least), strict=True
    ):
        grid.households = number
    parts = share_out(town.people, [grid.households for grid in grids])
    for grid, number in zip(grids, parts, strict=True):
        grid.people = number


def _add_dedicated(
    own: list[list[Grid]], rows: list[AreaRow], town: TownSeed, plan: GenerateToml, chance: Chance
) -> None:
    """Dedicated grids, one after the other to the communities, starting at a place that chance picks."""
    start = int(chance.draw() * len(rows))
    turn = 0
    for kind in plan.dedicated:
        for _ in range(kind.towns.get(town.code, 0)):
            part = own[(start + turn) % len(rows)]
            number = 1 + sum(grid.dedicated is not None for grid in part)
            part.append(Grid(rows[(start + turn) % len(rows)], number, kind.name))
            turn += 1
