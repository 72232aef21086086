"""Runs the stories of a pack: a report goes in, place, route and due times come out and are compared.

Uses core's rules exactly as the live system does; nothing is stored.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from northbank.core.city import City, Stage
from northbank.core.deadline import begin
from northbank.core.refusal import Refused
from northbank.core.routing import owner_of, route
from northbank.pack.fault import Fault
from northbank.pack.files import TomlFile
from northbank.pack.spec import StoryReport, StoryToml

STAGES: tuple[Stage, ...] = ("accept", "dispatch", "sign", "solve", "check")


def story_faults(city: City, stories: list[TomlFile[StoryToml]]) -> Iterator[Fault]:
    """One fault for each expectation of a story that does not come true."""
    for story in stories:
        try:
            found = tell(city, story.value.report)
        except Refused as refusal:
            found = {"refused": refusal.code}
        for field in story.value.expect.__struct_fields__:
            wanted = getattr(story.value.expect, field)
            if wanted is not None and found.get(field) != wanted:
                yield Fault(
                    story.file,
                    story.line("expect", field),
                    f"{field} {_shown(found.get(field))}",
                    f"{_shown(wanted)}, as the story says",
                )
        if "refused" in found and story.value.expect.refused is None:
            yield Fault(
                story.file, story.line("report"), f"a report refused as {found['refused']}", "refused in [expect]"
            )


def tell(city: City, report: StoryReport) -> dict[str, object]:
    """What becomes of a report, by the names of a story's [expect]; raises Refused as intake does."""
    zone = ZoneInfo(city.timezone)
    at = report.at.replace(tzinfo=zone).astimezone(UTC)
    kind = city.types.get(report.type) if report.type else None
    if report.type and kind is None:
        raise Refused("unknown_type", type=report.type)
    source = city.sources.get(report.source)
    if source is None:
        raise Refused("unknown_source", source=report.source, allowed=", ".join(sorted(city.sources)))
    grid = _grid(city, report)
    town = city.above(grid, "town")
    row = route(city, report.type, source.level, at) if grid and kind else None
    owner = owner_of(city, row, town, at) if row else None
    urgent = report.urgent if report.urgent is not None else bool(kind and kind.urgent)
    found: dict[str, object] = {
        "desk": owner is None,
        "grid": grid,
        "community": city.above(grid, "community"),
        "town": town,
        "row": row.id if row and owner else None,
        "owner": owner or city.center,
        "board": kind.board if kind else None,
        "auto": bool(row and owner and row.auto),
    }
    return found | _dues(city, report, urgent, at, zone)


def _grid(city: City, report: StoryReport) -> str | None:
    if report.point is None:
        return report.grid
    grid = city.places.find(*report.point)
    if grid is None and not city.places.empty and not city.places.inside(*report.point):
        raise Refused("outside", lon=report.point[0], lat=report.point[1], city=city.name.en or city.name.zh)
    return grid


def _dues(city: City, report: StoryReport, urgent: bool, at: datetime, zone: ZoneInfo) -> dict[str, object]:
    """Due times of every stage, counted from the report, on the local clock."""
    found: dict[str, object] = {}
    for stage in STAGES:
        deadline = begin(city, report.type, urgent, stage, at)
        if deadline is not None:
            found[f"{stage}_due"] = deadline.due_at.astimezone(zone).replace(tzinfo=None)
    return found


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "nothing" if value is None else str(value)
