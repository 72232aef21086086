"""Checks that the rows of a pack fit together: no code twice, nothing dangling, nothing uncovered.

These checks are cheap and run on every load. What needs geometry or stories is in `check`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from northbank.core.city import Level
from northbank.core.routing import fits
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles

ABOVE: dict[Level, tuple[Level, ...]] = {
    "city": (),
    "district": ("city",),
    "town": ("district",),
    "community": ("town",),
    "grid": ("community", "town"),
}
KEYS = {"evidence": "key", "routing": "id", "limits": "id", "divisions": ""}


def reference_faults(files: PackFiles) -> list[Fault]:
    """Every fault between the tables of a pack."""
    checks: tuple[Callable[[PackFiles], Iterable[Fault]], ...] = (
        _twice, _areas, _divisions, _units, _boards_used, _types, _routes, _limits, _coverage, _evidence, _top, _staffing,
    )  # fmt: skip
    return [fault for check in checks for fault in check(files)]


def codes(files: PackFiles, table: str) -> dict[str, int]:
    """Codes of a table with the line of each."""
    return {row.code: line for line, row in files.table(table)}


def area_codes(files: PackFiles) -> dict[str, int]:
    """Codes of all areas, grids included."""
    return codes(files, "areas") | codes(files, "grids")


def in_force(start: date | None, end: date | None, day: date) -> bool:
    """Whether something valid from `start` to before `end` is in force on `day`."""
    return (start is None or start <= day) and (end is None or day < end)


def _twice(files: PackFiles) -> Iterator[Fault]:
    for table, rows in files.tables.items():
        key = KEYS.get(table, "code")
        if not key:
            continue
        seen: dict[str, int] = {}
        for line, row in rows:
            code = f"{row.act}.{row.code}" if table == "reasons" else getattr(row, key)
            if code in seen:
                yield Fault(
                    f"{table}.csv", line, f"{key} '{code}' a second time (first in line {seen[code]})", "each code once"
                )
            seen.setdefault(code, line)
    areas = codes(files, "areas")
    for line, row in files.table("grids"):
        if row.code in areas:
            yield Fault("grids.csv", line, f"code '{row.code}' that areas.csv has too", "each code once")


def _areas(files: PackFiles) -> Iterator[Fault]:
    levels = {row.code: row.level for _, row in files.table("areas")}
    for line, row in files.table("areas"):
        yield from _parent("areas.csv", line, row.parent, row.level, levels)
        if row.successor and row.successor not in levels:
            yield Fault("areas.csv", line, f"successor '{row.successor}'", listed(levels, row.successor))
        yield from _span("areas.csv", line, row.valid_from, row.valid_to)
    for line, row in files.table("grids"):
        yield from _parent("grids.csv", line, row.parent, "grid", levels)
        yield from _span("grids.csv", line, row.valid_from, row.valid_to)
    for table in ("areas", "grids", "units", "boards", "types", "sources", "classes"):
        for line, row in files.table(table):
            if not row.name_zh and not row.name_en:
                yield Fault(f"{table}.csv", line, f"'{row.code}' without a name", "name_zh, name_en or both")


def _parent(file: str, line: int, parent: str, level: Level, levels: dict[str, Level]) -> Iterator[Fault]:
    allowed = ABOVE[level]
    if not parent:
        if level not in ("city", "district"):
            yield Fault(file, line, f"a {level} without a parent", f"the code of a {' or '.join(allowed)}")
    elif parent not in levels:
        yield Fault(
            file, line, f"parent '{parent}'", listed((code for code, at in levels.items() if at in allowed), parent)
        )
    elif levels[parent] not in allowed:
        yield Fault(
            file, line, f"parent '{parent}', a {levels[parent]}", f"a {' or '.join(allowed) or 'row without parent'}"
        )


def _span(file: str, line: int, start: date | None, end: date | None) -> Iterator[Fault]:
    if start and end and start >= end:
        yield Fault(file, line, f"valid_from {start} with valid_to {end}", "a first day before the last")


def _divisions(files: PackFiles) -> Iterator[Fault]:
    areas = area_codes(files)
    spans: dict[str, list[tuple[date, date, int]]] = {}
    for line, row in files.table("divisions"):
        if row.area not in areas:
            yield Fault("divisions.csv", line, f"area '{row.area}'", listed(areas, row.area))
        yield from _span("divisions.csv", line, row.valid_from, row.valid_to)
        start, end = row.valid_from or date.min, row.valid_to or date.max
        for other_start, other_end, other in spans.setdefault(row.area, []):
            if start < other_end and other_start < end:
                yield Fault(
                    "divisions.csv", line, f"days of '{row.area}' that line {other} has too", "one code for each day"
                )
        spans[row.area].append((start, end, line))


def _units(files: PackFiles) -> Iterator[Fault]:
    areas, boards = area_codes(files), codes(files, "boards")
    towns = {row.code for _, row in files.table("areas") if row.level == "town"}
    for line, row in files.table("units"):
        if row.area and row.area not in areas:
            yield Fault("units.csv", line, f"area '{row.area}'", listed(areas, row.area))
        if row.kind == "town_center" and row.area not in towns:
            yield Fault("units.csv", line, f"a town center for '{row.area}'", listed(towns, row.area))
        for board in row.boards.split():
            if board not in boards:
                yield Fault("units.csv", line, f"board '{board}'", listed(boards, board))
        yield from _span("units.csv", line, row.valid_from, row.valid_to)


def _boards_used(files: PackFiles) -> Iterator[Fault]:
    boards = codes(files, "boards")
    kinds = {row.kind for _, row in files.table("grids")}
    for line, row in files.table("posts"):
        if row.board and row.board not in boards:
            yield Fault("posts.csv", line, f"board '{row.board}'", listed(boards, row.board))
        kind = row.per.removeprefix("grid:")
        if row.per.startswith("grid:") and kinds and kind not in kinds:
            yield Fault("posts.csv", line, f"per '{row.per}'", listed(f"grid:{name}" for name in kinds))


def _types(files: PackFiles) -> Iterator[Fault]:
    classes = codes(files, "classes")
    district = {row.code for _, row in files.table("boards") if row.level != "town"}
    town = {row.code for _, row in files.table("boards") if row.level == "town"}
    for line, row in files.table("types"):
        if row.klass not in classes:
            yield Fault("types.csv", line, f"klass '{row.klass}'", listed(classes, row.klass))
        if row.board not in district:
            yield Fault("types.csv", line, f"board '{row.board}'", listed(district, row.board))
        if row.town_board and row.town_board not in town:
            yield Fault("types.csv", line, f"town_board '{row.town_board}'", listed(town, row.town_board))


def _routes(files: PackFiles) -> Iterator[Fault]:
    units, types = codes(files, "units"), codes(files, "types")
    for line, row in files.table("routing"):
        yield from _patterns("routing.csv", line, row.types, types)
        for column, owner in (("owner", row.owner), ("escalate_to", row.escalate_to)):
            if owner not in units and owner not in ("@town", "@center"):
                yield Fault("routing.csv", line, f"{column} '{owner}'", f"@town, @center, {listed(units, owner)}")
        for unit in row.support.split():
            if unit not in units and unit not in ("@town", "@center"):
                yield Fault("routing.csv", line, f"support '{unit}'", f"@town, @center, {listed(units, unit)}")


def _limits(files: PackFiles) -> Iterator[Fault]:
    types = codes(files, "types")
    for line, row in files.table("limits"):
        yield from _patterns("limits.csv", line, row.types, types)


def _patterns(file: str, line: int, cell: str, types: dict[str, int]) -> Iterator[Fault]:
    for part in cell.split():
        if part != "*" and not any(fits(part, code) for code in types):
            yield Fault(file, line, f"type '{part}'", f"*, a prefix such as 01*, {listed(types, part)}")


def _coverage(files: PackFiles) -> Iterator[Fault]:
    """Every type has a route (or pack.toml gives it to the desk), and a time limit to solve it, urgent or not."""
    routes = [row.types for _, row in files.table("routing")] + list(files.pack.value.to_desk)
    limits = [(row.types, row.urgent) for _, row in files.table("limits") if row.stage == "solve"]
    for line, row in files.table("types"):
        if not any(fits(cell, row.code) for cell in routes):
            yield Fault(
                "types.csv",
                line,
                f"type '{row.code}' without a row in routing.csv",
                "a route, or its code in to_desk of pack.toml",
            )
        for urgent in (True, False):
            if not any(fits(cell, row.code) and flag in (None, urgent) for cell, flag in limits):
                kind = "urgent" if urgent else "ordinary"
                yield Fault(
                    "types.csv",
                    line,
                    f"type '{row.code}' without a limit to solve {kind} cases",
                    "a row in limits.csv with stage solve",
                )


def _evidence(files: PackFiles) -> Iterator[Fault]:
    known = {row.key for _, row in files.table("evidence")}
    for table, rows in files.tables.items():
        for line, row in rows:
            source = getattr(row, "source", "")
            if source and source not in known:
                yield Fault(
                    f"{table}.csv", line, f"source '{source}'", f"a key of evidence.csv: {listed(known, source)}"
                )
            elif not source and getattr(row, "standing", "U") == "V":
                yield Fault(
                    f"{table}.csv", line, "standing V without a source", "a source that was read, or standing U"
                )


def _top(files: PackFiles) -> Iterator[Fault]:
    pack = files.pack
    centers = {row.code for _, row in files.table("units") if row.kind == "center"}
    if pack.value.center not in centers:
        yield Fault(pack.file, pack.line("center"), f"center '{pack.value.center}'", listed(centers, pack.value.center))
    tops = {row.code for _, row in files.table("areas") if row.level in ("district", "city")}
    if pack.value.district not in tops:
        yield Fault(
            pack.file, pack.line("district"), f"district '{pack.value.district}'", listed(tops, pack.value.district)
        )
    served = {row.area for _, row in files.table("units") if row.kind == "town_center"}
    for line, row in files.table("areas"):
        stands = row.level == "town" and row.valid_to is None
        if (
            stands
            and row.code not in served
            and any("@town" in (rt.owner, rt.escalate_to) for _, rt in files.table("routing"))
        ):
            yield Fault(
                "areas.csv",
                line,
                f"town '{row.code}' without a town center",
                "a row in units.csv with kind town_center",
            )


def _staffing(files: PackFiles) -> Iterator[Fault]:
    expect = files.pack.value.expect
    if expect is None:
        return
    for post in expect.every_grid_has:
        places = {row.per for _, row in files.table("posts") if row.code == post or row.code.startswith(f"{post}_")}
        for line, row in files.table("grids"):
            if not places & {"grid", f"grid:{row.kind}"}:
                yield Fault(
                    "grids.csv",
                    line,
                    f"grid '{row.code}' of kind '{row.kind}' without a {post}",
                    f"a row in posts.csv for {post} per grid:{row.kind}",
                )
