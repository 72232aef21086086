"""Cities that were never planned: random towns, blocks, units and routing over the ground of the template. For tests of access."""

import random

from msgspec.structs import replace
from template import city

from northbank.core.city import Area, City, Name, Route, Unit


def organisation(chance: random.Random) -> City:
    """One such city: towns without a center, units nobody routes to, grids of no town, reports that nobody takes."""
    base = city()
    areas = {base.district: base.areas[base.district]} | _ground(base, chance)
    units = {base.center: base.units[base.center]} | _units(areas, chance)
    routes = tuple(_route(n, base, sorted(units), chance) for n in range(chance.randint(4, 10)))
    return replace(
        base, areas=areas, units=units, routes=routes, limits=tuple(one for one in base.limits if one.types == "*"),
        divisions={}, posts={}, version=f"random-{chance.randrange(10**9)}",
    )  # fmt: skip


def _ground(base: City, chance: random.Random) -> dict[str, Area]:
    towns = [f"T{n}" for n in range(chance.randint(1, 6))]
    quarters = [f"{town}-{n}" for town in towns for n in range(chance.randint(1, 3))]
    made = {town: Area(code=town, name=Name(town), level="town", parent=base.district) for town in towns}
    made |= {one: Area(code=one, name=Name(one), level="community", parent=one.partition("-")[0]) for one in quarters}
    for code in base.places.shapes:
        over = chance.choice([*quarters, *quarters, base.district])
        made[code] = Area(code=code, name=Name(code), level="grid", parent=over)
    return made


def _units(areas: dict[str, Area], chance: random.Random) -> dict[str, Unit]:
    towns = [code for code, area in areas.items() if area.level == "town" and chance.random() < 0.8]
    made = {f"c-{one}": Unit(code=f"c-{one}", name=Name(one), kind="town_center", area=one) for one in towns}
    for n in range(chance.randint(2, 7)):
        made[f"u{n}"] = Unit(code=f"u{n}", name=Name(f"u{n}"), kind="department")
    return made


def _route(n: int, base: City, units: list[str], chance: random.Random) -> Route:
    types = chance.choice(["*", *base.types, *(code.partition(".")[0] + "*" for code in base.types)])
    helping = tuple(chance.sample(units, chance.choice((0, 0, 1, 2))))
    owner = chance.choice(["@town", *units])
    return Route(
        id=f"X{n}", types=types, level="*", owner=owner, support=tuple(one for one in helping if one != owner),
        auto=chance.random() < 0.6,
    )  # fmt: skip
