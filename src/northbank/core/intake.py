"""What a report becomes: place -> grid, type, routing row, owner, deadlines. Pure; the flows bring time and ids."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from northbank.core import deadline as clock
from northbank.core import tasks
from northbank.core.amend import relimit
from northbank.core.case import Case, Sealed, Spot
from northbank.core.case_facts import (
    Accepted,
    CaseFact,
    Described,
    Dispatched,
    Placed,
    Reported,
    Retyped,
    Routed,
    Unrouted,
)  # fmt: skip
from northbank.core.city import CaseType, City, Given, Stage
from northbank.core.conditions import allowed_values, is_value
from northbank.core.deadline import Deadline
from northbank.core.refusal import Refused
from northbank.core.reminders import remind
from northbank.core.routing import NOTHING, owner_of, route, support_of

AHEAD = timedelta(minutes=5)  # how far a sender's clock may run before ours
OLDEST = timedelta(days=366 * 30)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report as the rules need it: no words, no person; those are in the vault already."""

    number: str
    subject: str
    reporter: str
    source: str
    type: str | None = None
    lon: float | None = None
    lat: float | None = None
    urgent: bool | None = None
    external: str | None = None
    words: Sealed | None = None
    photos: tuple[Sealed, ...] = ()
    happened_at: datetime | None = None
    has_address: bool = False
    attributes: dict[str, Given] = {}


def locate(city: City, lon: float, lat: float) -> Spot:
    """The grid, community and town of a point, or the refusal `outside`."""
    grid = city.places.find(lon, lat)
    if grid is None:
        raise _not_here(city, lon, lat)
    above: dict[str, tuple[str | None, str | None]] = city.memo("above grids", dict)
    if (found := above.get(grid)) is None:
        found = above[grid] = (city.above(grid, "community"), city.above(grid, "town"))
    return Spot(lon, lat, grid, *found)


def settle(city: City, lon: float | None, lat: float | None, address: str | None) -> "Settled":
    """A point that a grid holds, or no point: ground of the city that no grid covers is nobody's yet.

    There the point is kept in words, and the duty desk places it. Raises `outside` or `swapped`.
    """
    if lon is None or lat is None or city.places.find(lon, lat) is not None:
        return lon, lat, address
    if city.places.inside(lon, lat):
        return None, None, f"{address or ''} ({lat}, {lon})".strip()
    raise _not_here(city, lon, lat)


Settled = tuple[float | None, float | None, str | None]


def _not_here(city: City, lon: float, lat: float) -> Refused:
    code = "swapped" if city.places.inside(lat, lon) else "outside"
    return Refused(code, lon=lon, lat=lat, city=city.name.en or city.name.zh)


def receive(report: Report, city: City, now: datetime) -> list[CaseFact]:
    """The facts of a new case: reported, then routed (and dispatched at once where the row is sure) or unrouted."""
    source = city.sources.get(report.source)
    if source is None:
        raise Refused("unknown_source", source=report.source, allowed=", ".join(sorted(city.sources)))
    kind = None
    if report.type is not None:
        kind = city.types.get(report.type)
        if kind is None:
            raise Refused("unknown_type", type=report.type)
    if report.attributes:
        check_attributes(report.attributes, kind, city)
    check_time(report.happened_at, now)
    spot = None
    if report.lon is not None and report.lat is not None:
        spot = locate(city, report.lon, report.lat)
    elif not report.has_address:
        raise Refused("no_place")
    urgent = bool(report.urgent or (kind and kind.urgent))  # nobody can say that a gas leak has time
    happened = report.happened_at.astimezone(UTC) if report.happened_at not in (None, now) else None
    born = Reported(
        happened_at=happened, number=report.number, source=report.source, level=source.level, subject=report.subject,
        reporter=report.reporter, type=report.type, board=kind.board if kind else None,
        town_board=kind.town_board if kind else None, urgent=urgent, spot=spot, external=report.external,
        words=report.words, photos=report.photos, attributes=report.attributes,
    )  # fmt: skip
    return [born, *_assign_or_desk(born, city, happened or now)]


def _assign_or_desk(born: Reported, city: City, since: datetime) -> list[CaseFact]:
    """Routing and deadlines; one that runs into a year without calendar says so and has no due time: none is guessed.

    A record of a past year without calendar is refused instead: its deadlines would be missing for good.
    """
    facts = assign(
        city, born.type, born.level, born.urgent, born.spot, since, born.happened_at, born.source, born.attributes
    )
    if born.happened_at is None:
        return facts
    begun = [one for fact in facts if isinstance(fact, Routed | Unrouted) for one in fact.begun]
    if any(one.missing is not None for one in begun):
        began = since.astimezone(city.calendar.zone).year
        if began not in city.calendar.years and began < max(city.calendar.years, default=began):
            raise Refused("no_calendar", year=began)
    return facts


def check_attributes(said: Mapping[str, Given | None], kind: CaseType | None, city: City) -> None:
    """Refuse attributes that reports of this type do not say (of no type yet: that the pack does not know), and wrong values.

    None is the value of one that is taken away.
    """
    known = city.attributes if kind is None else {code: city.attributes[code] for code in kind.attributes}
    for code, value in said.items():
        attribute = known.get(code)
        if attribute is None:
            raise Refused("unknown_attribute", attribute=code, allowed=", ".join(known) or "-")
        if value is not None and not is_value(attribute, value):
            raise Refused("attribute_value", attribute=code, value=value, allowed=allowed_values(attribute))


def check_time(at: datetime | None, now: datetime) -> None:
    """Refuse times in the future (beyond a small clock error) and absurdly old ones."""
    if at is None:
        return
    if at > now + AHEAD:
        raise Refused("future", at=at.isoformat())
    if at < now - OLDEST:
        raise Refused("too_old", at=at.isoformat())


def assign(
    city: City,
    type: str | None,
    level: str,
    urgent: bool,
    spot: Spot | None,
    since: datetime,
    happened: datetime | None,
    source: str | None = None,
    attributes: Mapping[str, Given] = NOTHING,
    seen: datetime | None = None,
) -> list[CaseFact]:
    """Routing and first deadlines. A case without place, type or row goes to the duty desk and has deadlines too.

    seen: when somebody could first act on it, where that is later: limits of a step begin then, that of solving `since`.
    """
    seen = seen or since
    why = "no_place" if spot is None else "no_type" if type is None else None
    row = None
    if spot is not None and type is not None:
        try:
            row = route(city, type, level, since, spot.grid, urgent=urgent, source=source, attributes=attributes)
        except Refused as refused:  # whether it is a holiday in a year without calendar is not guessed
            why = refused.code
    owner = owner_of(city, row, spot.town if spot else None, since) if row else None
    begun = (*begin(city, type, urgent, ("accept",), seen, owner), *begin(city, type, urgent, ("solve",), since, owner))
    if row is None or owner is None:
        return [Unrouted(happened_at=happened, why=why or "no_row", owner=city.center, begun=begun)]
    facts: list[CaseFact] = [Routed(happened_at=happened, row=row.id, owner=owner, begun=begun)]
    if row.auto:
        sign = begin(city, type, urgent, ("sign",), seen, owner)
        helpers = support_of(city, row, spot.town if spot else None, since) if row.support else ()
        parts = tasks.begin(city, type, urgent, helpers, seen) if helpers else ()
        facts += [
            Accepted(happened_at=happened),
            Dispatched(happened_at=happened, owner=owner, row=row.id, tasks=parts, begun=sign),
        ]
    return facts


def begin(
    city: City, type: str | None, urgent: bool, stages: tuple[Stage, ...], at: datetime, owner: str | None = None
) -> tuple[Deadline, ...]:
    """The deadlines of `stages` that the pack sets for this type, running from `at`, for a case of unit `owner`."""
    found = []
    for stage in stages:
        one = clock.begin(city, type, urgent, stage, at, owner)
        if one is not None:
            found.append(remind(one, city) if stage == "solve" else one)
    return tuple(found)


def place(case: Case, city: City, lon: float, lat: float, happened: datetime | None) -> list[CaseFact]:
    """Put a case on the map; it is routed again. Deadlines keep running from the report."""
    return placed(case, city, locate(city, lon, lat), happened)


def placed(case: Case, city: City, spot: Spot, happened: datetime | None) -> list[CaseFact]:
    """The same where it is known already what areas the point fell into."""
    again = assign(
        city, case.type, case.level, case.urgent, spot, case.reported_at, happened, case.source, case.attributes
    )
    return [Placed(happened_at=happened, spot=spot), *_owner_only(again)]


def retype(case: Case, city: City, type: str, happened: datetime | None, at: datetime | None = None) -> list[CaseFact]:
    """Give a case a type at `at`; it is routed again and the solving limit becomes that of the type, from when it began."""
    kind = city.types.get(type)
    if kind is None:
        raise Refused("unknown_type", type=type)
    urgent = case.urgent or kind.urgent
    dropped = tuple(code for code in case.attributes if code not in kind.attributes)
    kept = {code: value for code, value in case.attributes.items() if code in kind.attributes}
    fact = Retyped(
        happened_at=happened, type=type, board=kind.board, town_board=kind.town_board, urgent=urgent, dropped=dropped
    )
    solve = case.deadline("solve")  # of a reopened case it began with the reopening
    since = solve.started_at if solve else case.reported_at
    again = assign(city, type, case.level, urgent, case.spot, since, happened, case.source, kept)
    if since != case.reported_at:
        again = [msgspec.structs.replace(f, judged_at=since) if isinstance(f, Routed) else f for f in again]
    return [fact, *_solve_only(again, solve, city, at or happened or case.changed_at)]


def describe(
    case: Case, city: City, said: Mapping[str, Given | None], happened: datetime | None
) -> list[CaseFact]:  # fmt: skip
    """Correct or complete attributes (None takes one away); it is routed again. Deadlines keep running from the report.

    Raises `unknown_attribute`, `attribute_value`, or `nothing_changed`.
    """
    kind = city.types.get(case.type) if case.type is not None else None
    stale = {
        code for code, value in said.items() if value is None and code in case.attributes
    }  # whatever the pack says by now
    check_attributes({code: value for code, value in said.items() if code not in stale}, kind, city)
    changed = {code: value for code, value in said.items() if case.attributes.get(code) != value}
    if not changed:
        raise Refused("nothing_changed")
    told = {code: value for code, value in (case.attributes | changed).items() if value is not None}
    again = assign(city, case.type, case.level, case.urgent, case.spot, case.reported_at, happened, case.source, told)
    return [Described(happened_at=happened, attributes=changed), *_owner_only(again)]


def _owner_only(facts: list[CaseFact]) -> list[CaseFact]:
    return [msgspec.structs.replace(f, begun=()) for f in facts if isinstance(f, Routed | Unrouted)]


def _solve_only(facts: list[CaseFact], before: Deadline | None, city: City, at: datetime) -> list[CaseFact]:
    """Only the solving limit begins again; what befell it before goes with it."""
    return [
        msgspec.structs.replace(
            f, begun=tuple(relimit(before, d, city, at) if before else d for d in f.begun if d.stage == "solve")
        )
        for f in facts
        if isinstance(f, Routed | Unrouted)
    ]
