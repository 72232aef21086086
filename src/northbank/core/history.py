"""The life a record of the past brings with it: reported, and carried to its end by the moves of the life cycle.

Pure. A file says when a case ended, seldom what was done in between: every step is dated at the end, by the importer.
"""

from datetime import datetime

import shapely
from msgspec.structs import replace

from northbank.core import intake
from northbank.core.case import Sealed
from northbank.core.case_facts import (
    Accepted,
    CaseFact,
    Checked,
    Closed,
    Dispatched,
    FedBack,
    Rejected,
    Routed,
    Signed,
    Started,
    Unrouted,
)
from northbank.core.city import City
from northbank.core.importing import Draft
from northbank.core.intake import Report, receive
from northbank.core.moves import Act, State

# The way from each state to closed, along MOVES.
WAY: tuple[tuple[State, Act], ...] = (
    (State.REPORTED, Act.ACCEPT),
    (State.ACCEPTED, Act.DISPATCH),
    (State.DISPATCHED, Act.SIGN),
    (State.SIGNED, Act.START),
    (State.HANDLING, Act.FEED_BACK),
    (State.FEEDBACK, Act.CHECK),
    (State.CHECKED, Act.CLOSE),
)


def acts_to_close(state: State) -> tuple[Act, ...]:
    """The acts that bring a case from `state` to closed; none where it has ended or stands aside of the way."""
    states = [one for one, _ in WAY]
    return tuple(act for _, act in WAY[states.index(state) :]) if state in states else ()


def receive_old(report: Report, draft: Draft, city: City, now: datetime, reason: str) -> list[CaseFact]:
    """All facts of a record: what intake makes of the report at its own time, then its end where it has one."""
    facts = receive(report, city, now)
    at = draft.ended_at
    if draft.end == "open" or at is None:
        return facts
    routed = facts[1]
    assert isinstance(routed, Routed | Unrouted)
    if draft.end == "rejected":  # turned down: it never went to a unit, whatever the routing row would have done
        return [facts[0], routed, Rejected(happened_at=at, reason=reason or None)]
    state = State.DISPATCHED if len(facts) > 2 else State.REPORTED
    row = routed.row if isinstance(routed, Routed) else None
    steps: dict[Act, CaseFact] = {
        Act.ACCEPT: Accepted(happened_at=at),
        Act.DISPATCH: Dispatched(happened_at=at, owner=routed.owner, row=row),
        Act.SIGN: Signed(happened_at=at),
        Act.START: Started(happened_at=at),
        Act.FEED_BACK: FedBack(happened_at=at, outcome=draft.outcome),
        Act.CHECK: Checked(happened_at=at),
        Act.CLOSE: Closed(happened_at=at, outcome=draft.outcome),
    }
    return [*facts, *(steps[act] for act in acts_to_close(state))]


def report_of(draft: Draft, number: str, subject: str, reporter: str, words: Sealed | None) -> Report:
    """The draft as intake needs it. One with words but no point waits at the duty desk to be placed."""
    return Report(
        number=number, subject=subject, reporter=reporter, source=draft.source, type=draft.type, lon=draft.lon,
        lat=draft.lat, external=draft.external, words=words, happened_at=draft.reported_at,
        has_address=bool(draft.address or draft.text),
    )  # fmt: skip


def hand_over(draft: Draft, city: City, now: datetime) -> Draft:
    """The draft as a report of `now`; its own time goes into its words."""
    written = draft.reported_at.astimezone(city.calendar.zone).strftime("%Y-%m-%d %H:%M:%S")
    return replace(draft, reported_at=now, text=f"{draft.text or ''}\n[{written}]".lstrip())


def settle(draft: Draft, city: City) -> Draft:
    """The draft with a point that a grid holds, or without a point; raises Refused `outside` or `swapped`.

    Ground of the city that no grid covers is nobody's yet: the point is kept in words, and the duty desk places it.
    """
    lon, lat, address = intake.settle(city, draft.lon, draft.lat, draft.address)
    return draft if lon == draft.lon else replace(draft, lon=lon, lat=lat, address=address)


def agrees(draft: Draft, city: City) -> bool | None:
    """Whether the point lies in the area the file itself names; None where it names none or has no point.

    Where areas overlap, each of them is right.
    """
    if draft.area is None or draft.lon is None or draft.lat is None:
        return None
    grid = city.places.find(draft.lon, draft.lat)
    if draft.area in (grid, city.above(grid, "community"), city.above(grid, "town")):
        return grid is not None
    shape = city.places.shapes.get(draft.area)
    return shape is not None and bool(shapely.intersects_xy(shape, draft.lon, draft.lat))
