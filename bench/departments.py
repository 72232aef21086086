"""Invented files of a district's departments, in the proportions of a real one. All of it is synthetic; measuring is elsewhere."""

from pathlib import Path

import msgspec

from northbank.core.city import City
from northbank.core.dataset import Dataset, rules_of
from northbank.shell.lake.invented import Planted, invent, planted
from northbank.shell.lake.invented_cells import Scene

# Rows in a hundred thousand of all; residents are 481,000 of 58 million.
SHARES = {
    "residents": 829, "businesses": 300, "food_licenses": 150, "pupils": 150, "property_titles": 2_000, "vehicles": 1_400,
    "leases": 3_000, "transport_permits": 3_000, "fire_inspections": 2_500, "air_hours": 5_000, "elderly_care": 7_000,
    "vaccinations": 11_000, "city_cases": 14_000, "clinic_visits": 22_000, "insurance_payments": 26_671,
}  # fmt: skip


class Delivery(msgspec.Struct):
    """What a department delivered: so many rows, and what is planted in them."""

    dataset: str
    rows: int
    planted: Planted


def filled(city: City) -> dict[str, Dataset]:
    """The data sets that are delivered; base databases are made of them."""
    return {code: one for code, one in city.datasets.items() if one.made == "collected"}


def in_turn(city: City) -> list[Dataset]:
    """Data sets, each after those that it refers to."""
    left, found = dict(filled(city)), []
    while left:
        for code in [one for one, each in left.items() if not any(rule.dataset in left for rule in each.rules)]:
            found.append(left.pop(code))
    return found


def rows_of(city: City, total: int) -> dict[str, int]:
    """How many rows each data set has of a total."""
    shares = {code: SHARES.get(code, 1_000) for code in filled(city)}
    return {code: max(60, total * share // sum(shares.values())) for code, share in shares.items()}


async def deliver(
    city: City, rows: dict[str, int], target: Path, seed: int = 1, base: dict[str, int] | None = None
) -> list[Delivery]:  # fmt: skip
    """Write the files, a folder for each data set. base: rows of the batch before, whose keys are referred to."""
    box = city.places.outline.bounds
    towns = tuple(area.name.zh or area.name.en for area in city.areas.values() if area.level == "town")
    scene = Scene(city.district[:6] if city.district.isdigit() else "110101", towns or ("-",), box)
    rules = {code: rules_of(each, box) for code, each in filled(city).items()}
    others = {
        code: (each, planted(each, rules[code], (base or rows)[code]).keys) for code, each in filled(city).items()
    }
    return [
        Delivery(
            one.code,
            rows[one.code],
            await invent(one, rules[one.code], scene, others, rows[one.code], target / one.code, seed, "2GB"),
        )
        for one in in_turn(city)
        if rows.get(one.code)
    ]
