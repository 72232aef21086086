"""Due times found later: what is told when a calendar has come that a deadline was waiting for."""

from collections.abc import Sequence
from datetime import datetime

from northbank.core.amend import date_again
from northbank.core.city import City
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact


class Dated(Fact, frozen=True, tag="dated"):
    """The pack has a year now that was missing: the due times that it allows, each with all that befell it before."""

    begun: tuple[Deadline, ...] = ()


def dated(deadlines: Sequence[Deadline], city: City, now: datetime) -> Dated | None:
    """What the calendars of `city` tell of these deadlines at `now` that they did not tell before; None: nothing."""
    found = (date_again(one, city, now) for one in deadlines)
    begun = tuple(one for one in found if one is not None)
    return Dated(begun=begun) if begun else None
