"""The life a record of the past brings with it: reported, and carried to its end by the moves of the life cycle.

Pure. A file says when a case ended, seldom what was done in between: every step is dated at the end, by the importer.
"""

from datetime import datetime

from northbank.core.case import (
    Accepted,
    Act,
    CaseFact,
    Checked,
    Closed,
    Dispatched,
    FedBack,
    Rejected,
    Routed,
    Sealed,
    Signed,
    Started,
    State,
    Unrouted,
)  # fmt: skip
from northbank.core.city import City
from northbank.core.importing import Draft
from northbank.core.intake import Report, receive
from northbank.core.refusal import Refused

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


def place_fault(draft: Draft, city: City) -> Refused | None:
    """Why the draft's point cannot be a place of this city; None where it can, or where there is no point."""
    if draft.lon is None or draft.lat is None or city.places.find(draft.lon, draft.lat) is not None:
        return None
    name = city.name.en or city.name.zh
    if city.places.find(draft.lat, draft.lon) is not None:
        return Refused("swapped", lon=draft.lon, lat=draft.lat, city=name)
    return Refused("outside", lon=draft.lon, lat=draft.lat, city=name)
