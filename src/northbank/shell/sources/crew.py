"""Who does what in the simulated day: the people of the demonstration, by the desk and the unit they work for."""

import random
from collections.abc import Sequence
from zlib import crc32

from northbank.core.access import Actor, Role
from northbank.core.account import Account
from northbank.core.city import City


class Crew:
    """Picks who acts. A unit nobody is known to work for acts under its own code."""

    def __init__(self, staff: Sequence[Account], city: City) -> None:
        self._center = city.center
        desk = [one.actor.login for one in staff if one.actor.role is Role.DUTY_OFFICER]
        # What the center handles itself is not checked by whoever did it, where there is a second one.
        self._desk = desk[:-1] or desk or [city.center]
        self._units: dict[str, list[str]] = {city.center: desk[-1:]}
        for one in staff:
            if one.actor.role in (Role.TOWN_OFFICER, Role.UNIT_OFFICER) and one.actor.unit is not None:
                self._units.setdefault(one.actor.unit, []).append(one.actor.login)

        self._leaders = [one.actor.login for one in staff if one.actor.role is Role.LEADER] or self._desk
        self._grids: dict[str | None, list[str]] = {}
        for one in staff:
            if one.actor.role is Role.GRID_WORKER:
                self._grids.setdefault(one.actor.grid, []).append(one.actor.login)

    def leader(self, chance: random.Random) -> Actor:
        """The leader on duty, who decides between units."""
        return Actor(chance.choice(self._leaders), Role.ADMIN, self._center)

    def on_the_spot(self, chance: random.Random, grid: str | None, town: str | None) -> Actor:
        """A worker of the grid; somebody of the town's center, where none is known."""
        known = self._grids.get(grid)
        return Actor(chance.choice(known), Role.ADMIN, None, None, grid) if known else self.worker(chance, town)

    def desk(self, chance: random.Random) -> Actor:
        """Somebody at the duty desk."""
        return Actor(chance.choice(self._desk), Role.ADMIN, self._center)

    def worker(self, chance: random.Random, unit: str | None) -> Actor:
        """Somebody of the unit that has the case."""
        unit = unit or self._center
        return Actor(chance.choice(self._units.get(unit) or [unit]), Role.ADMIN, unit)


def slowness(unit: str | None) -> float:
    """How much later than others a unit tends to be: from half to half as much again, always the same for one unit."""
    return 0.5 + crc32((unit or "").encode()) % 1001 / 1000
