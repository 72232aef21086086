"""Whose office hours count: the city's, those of a named office, or those of the unit that owns the case.

Only the choice is made here; how time is counted on a calendar is worktime.py's business.
"""

from northbank.core.city import City, Limit
from northbank.core.worktime import Calendar

OWNER = "@owner"  # in a limit's `office`: the hours of whoever owns the case


def office_of(city: City, unit: str | None) -> str:
    """Code of the office whose hours `unit` keeps; "" is the city's own calendar. Nobody's case is the center's."""
    found = city.units.get(unit or city.center)
    return found.office if found is not None else ""


def office_for(city: City, limit: Limit, owner: str | None) -> str:
    """Code of the office whose hours `limit` is counted in for a case of `owner`."""
    return office_of(city, owner) if limit.office == OWNER else limit.office


def calendar_of(city: City, office: str) -> Calendar:
    """The calendar of an office; that of the city for "" and for an office the pack no longer has."""
    return city.offices.get(office, city.calendar) if office else city.calendar
