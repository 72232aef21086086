"""Checks that the rows of a pack fit together: no code twice, nothing dangling, nothing uncovered.

These checks are cheap and run on every load. What needs geometry or stories is in `check`.
"""

from collections.abc import Iterator
from datetime import date

from northbank.core.city import Level, Name
from northbank.pack.fault import Fault, choice, in_cell, listed, told
from northbank.pack.files import PackFiles, codes
from northbank.pack.rules import NAMES, rule_faults

ABOVE: dict[Level, tuple[Level, ...]] = {
    "city": (),
    "district": ("city",),
    "town": ("district",),
    "community": ("town",),
    "grid": ("community", "town"),
}
ONCE = Name("每个代码一次", "each code once")
KEYS = {
    "evidence": "key",
    "routing": "id",
    "limits": "id",
    "ladder": "id",
    "look_back": "id",
    "metrics": "",
    "divisions": "",
}


def reference_faults(files: PackFiles) -> list[Fault]:
    """Every fault between the tables of a pack."""
    checks = (_twice, _areas, _divisions, _units, _boards_used, _short_names, rule_faults)
    return [fault for check in checks for fault in check(files)]


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
                again = Name(
                    f"{key} '{code}' 再次出现（首次在第 {seen[code]} 行）",
                    f"{key} '{code}' a second time (first in line {seen[code]})",
                )
                yield told(f"{table}.csv", line, again, ONCE)
            seen.setdefault(code, line)
    areas = codes(files, "areas")
    for line, row in files.table("grids"):
        if row.code in areas:
            both = Name(f"代码 '{row.code}' 在 areas.csv 中也有", f"code '{row.code}' that areas.csv has too")
            yield told("grids.csv", line, both, ONCE)


def _short_names(files: PackFiles) -> Iterator[Fault]:
    """Short names in words.toml belong to something."""
    known = {
        "short_area": area_codes(files),
        "short_board": codes(files, "boards"),
        "short_unit": codes(files, "units"),
    }
    for word in files.words:
        family, _, code = word.partition(".")
        if family in known and code not in known[family]:
            yield Fault("words.toml", 1, f"[{family}] '{code}'", listed(known[family], code))


def _areas(files: PackFiles) -> Iterator[Fault]:
    levels = {row.code: row.level for _, row in files.table("areas")}
    for line, row in files.table("areas"):
        yield from _parent("areas.csv", line, row.parent, row.level, levels)
        if row.successor and row.successor not in levels:
            yield told("areas.csv", line, in_cell("successor", row.successor), choice(levels, row.successor))
        yield from _span("areas.csv", line, row.valid_from, row.valid_to)
    for line, row in files.table("grids"):
        yield from _parent("grids.csv", line, row.parent, "grid", levels)
        yield from _span("grids.csv", line, row.valid_from, row.valid_to)
    for table in ("areas", "grids", "units", "boards", "types", "attributes", "periods", "sources", "classes"):
        for line, row in files.table(table):
            if not row.name_zh and not row.name_en:
                nameless = Name(f"'{row.code}' 没有名称", f"'{row.code}' without a name")
                yield told(f"{table}.csv", line, nameless, NAMES)


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
        span = Name(f"valid_from 为 {start}，valid_to 为 {end}", f"valid_from {start} with valid_to {end}")
        yield told(file, line, span, Name("首日早于末日", "a first day before the last"))


def _divisions(files: PackFiles) -> Iterator[Fault]:
    areas = area_codes(files)
    spans: dict[str, list[tuple[date, date, int]]] = {}
    for line, row in files.table("divisions"):
        if row.area not in areas:
            yield told("divisions.csv", line, in_cell("area", row.area), choice(areas, row.area))
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
            yield told("units.csv", line, in_cell("area", row.area), choice(areas, row.area))
        if row.kind == "town_center" and row.area not in towns:
            yield Fault("units.csv", line, f"a town center for '{row.area}'", listed(towns, row.area))
        for board in row.boards.split():
            if board not in boards:
                yield told("units.csv", line, in_cell("board", board), choice(boards, board))
        yield from _span("units.csv", line, row.valid_from, row.valid_to)


def _boards_used(files: PackFiles) -> Iterator[Fault]:
    boards = codes(files, "boards")
    kinds = {row.kind for _, row in files.table("grids")}
    for line, row in files.table("posts"):
        if row.board and row.board not in boards:
            yield told("posts.csv", line, in_cell("board", row.board), choice(boards, row.board))
        kind = row.per.removeprefix("grid:")
        if row.per.startswith("grid:") and kinds and kind not in kinds:
            yield told("posts.csv", line, in_cell("per", row.per), choice(f"grid:{name}" for name in kinds))
