"""Runs the stories of a pack: a report goes through core's own intake, and what comes of it is compared.

The same rules as in the live system; nothing is stored.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from northbank.core.case_facts import Accepted, CaseFact, Reported, Routed, Unrouted
from northbank.core.city import City, Stage
from northbank.core.deadline import begin
from northbank.core.intake import Report, receive
from northbank.core.refusal import Refused
from northbank.pack.fault import Fault
from northbank.pack.files import TomlFile
from northbank.pack.spec import StoryReport, StoryToml

STAGES: tuple[Stage, ...] = ("accept", "dispatch", "sign", "solve", "check")


def story_faults(city: City, stories: list[TomlFile[StoryToml]]) -> Iterator[Fault]:
    """One fault for each expectation of a story that does not come true."""
    for story in stories:
        try:
            found = tell(city, story.value.report)
        except (Refused, KeyError) as error:
            found = {"refused": error.code if isinstance(error, Refused) else f"unknown grid {error}"}
        for field in story.value.expect.__struct_fields__:
            wanted = getattr(story.value.expect, field)
            if wanted is not None and found.get(field) != wanted:
                line = story.line("expect", field)
                allowed = f"{_shown(wanted)}, as the story says"
                yield Fault(story.file, line, f"{field} {_shown(found.get(field))}", allowed)
        if "refused" in found and story.value.expect.refused is None:
            found_as = f"a report refused as {found['refused']}"
            yield Fault(story.file, story.line("report"), found_as, "refused in [expect]")


def tell(city: City, told: StoryReport) -> dict[str, object]:
    """What becomes of a report, by the names of a story's [expect]; raises Refused as intake does."""
    zone = ZoneInfo(city.timezone)
    at = told.at.replace(tzinfo=zone).astimezone(UTC)
    lon, lat = told.point or (city.places.center(told.grid) if told.grid else (None, None))
    report = Report(
        number="0", subject="story", reporter="story", source=told.source, type=told.type,
        lon=lon, lat=lat, urgent=told.urgent, has_address=lon is None, attributes=told.attributes,
    )  # fmt: skip
    found: dict[str, object] = {"desk": False, "auto": False, "row": None}
    urgent = False
    for fact in receive(report, city, at):
        found |= _result(fact)
        if isinstance(fact, Reported):
            urgent = fact.urgent
    return found | _dues(city, told.type, urgent, at, zone, str(found["owner"]))


def _result(fact: CaseFact) -> dict[str, object]:
    match fact:
        case Reported(spot=spot, board=board):
            where = {"grid": spot.grid, "community": spot.community, "town": spot.town} if spot else {}
            return {"board": board, **where}
        case Routed(row=row, owner=owner):
            return {"row": row, "owner": owner}
        case Unrouted(owner=owner):
            return {"desk": True, "owner": owner}
        case Accepted():
            return {"auto": True}
        case _:
            return {}


def _dues(city: City, type: str | None, urgent: bool, at: datetime, zone: ZoneInfo, owner: str) -> dict[str, object]:
    """Due times of every stage, counted from the report, on the local clock."""
    found: dict[str, object] = {}
    for stage in STAGES:
        deadline = begin(city, type, urgent, stage, at, owner)
        if deadline is not None and deadline.missing is not None:
            raise Refused("no_calendar", year=deadline.missing)  # a story is a test: a due time nobody knows is a fault
        if deadline is not None and deadline.due_at is not None:
            found[f"{stage}_due"] = deadline.due_at.astimezone(zone).replace(tzinfo=None)
    return found


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "nothing" if value is None else str(value)
