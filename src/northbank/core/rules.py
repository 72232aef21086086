"""The rules a running case goes by: those of the pack version it began with, over the city as it is now."""

from msgspec.structs import replace

from northbank.core.city import City


def under(live: City, then: City) -> City:
    """The live city with the rules of another version: routing, limits, ladder, handling, look-back plan, periods, catalog.

    Units, areas, geometry, calendars, words and reasons are the live ones: a new unit or next year's calendar reaches cases
    that began before it. Types and attributes that only the live version has can be given to such a case too; of those that
    both have, the other version's hold. Offices that only the other version has keep their hours.
    """
    if then.version == live.version:
        return live
    return replace(
        live, version=then.version, routes=then.routes, limits=then.limits, ladder=then.ladder, handling=then.handling,
        look_back=then.look_back, periods={**live.periods, **then.periods}, types={**live.types, **then.types},
        attributes={**live.attributes, **then.attributes}, offices={**then.offices, **live.offices},
        office_names={**then.office_names, **live.office_names},
    )  # fmt: skip


def on_ground_of(city: City, other: City) -> City:
    """The city with areas of another version that it does not name: rules may be read without their geometry."""
    missing = {code: area for code, area in other.areas.items() if code not in city.areas}
    return replace(city, areas={**city.areas, **missing}) if missing else city
