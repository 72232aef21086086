"""Due times found later: what is told when a calendar has come that a deadline was waiting for."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from northbank.core.amend import date_again
from northbank.core.case import Task
from northbank.core.city import City
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact


class PartDated(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The deadline of the part with number `n`."""

    n: int
    deadline: Deadline


class Dated(Fact, frozen=True, tag="dated"):
    """The pack has a year now that was missing: the due times that it allows, each with all that befell it before.

    parts: those of supporting units.
    """

    begun: tuple[Deadline, ...] = ()
    parts: tuple[PartDated, ...] = ()


def dated(deadlines: Sequence[Deadline], city: City, now: datetime, tasks: Sequence[Task] = ()) -> Dated | None:
    """What the calendars of `city` tell of these deadlines and parts at `now` that they did not tell before; None: nothing."""
    found = (date_again(one, city, now) for one in deadlines)
    begun = tuple(one for one in found if one is not None)
    again = ((one.n, date_again(one.deadline, city, now)) for one in tasks if one.deadline is not None)
    parts = tuple(PartDated(n, deadline) for n, deadline in again if deadline is not None)
    return Dated(begun=begun, parts=parts) if begun or parts else None
