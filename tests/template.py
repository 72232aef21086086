"""The invented city of packs/_template as the tests use it: its value, its points, and people with each role."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from northbank.core.access import Actor, Role
from northbank.core.city import City
from northbank.core.reading import Reading
from northbank.pack.load import load

PACK = Path(__file__).resolve().parents[1] / "packs" / "_template"
NOW = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)  # a Monday, a quarter to ten in the morning there

ADMIN = Actor("admin", Role.ADMIN, "center")
DUTY = Actor("duty", Role.DUTY_OFFICER, "center")
LEADER = Actor("leader", Role.LEADER, "center")
WALL = Actor("wall", Role.WALL)
HARBOR = Actor("harbor", Role.TOWN_OFFICER, "q-harbor", "TW-H")
OLD_TOWN = Actor("old-town", Role.TOWN_OFFICER, "q-old", "TW-O")
ROADS = Actor("roads", Role.UNIT_OFFICER, "roads")
CLEAN = Actor("clean", Role.UNIT_OFFICER, "clean")
WORKER = Actor("quay.1", Role.GRID_WORKER, None, "TW-H", "TW-H1-G1")
INTAKE = Actor("intake", Role.INTAKE)
READING = Reading(NOW, "duty", "read.handling", "words")
EVERYBODY = (ADMIN, DUTY, LEADER, WALL, HARBOR, OLD_TOWN, ROADS, CLEAN, WORKER, INTAKE)


@cache
def city() -> City:
    """The city, loaded once a run."""
    return load(PACK)


def point(grid: str) -> tuple[float, float]:
    """A point inside a grid."""
    return city().places.center(grid)
