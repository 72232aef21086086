"""Checks of the rules of a pack: catalog, routing, limits, their coverage, evidence, center, staffing.

Where places, units and posts hang together is checked in `refs`, which calls these too.
"""

from collections.abc import Iterator

from northbank.core.metrics import PERIODS, WORDS
from northbank.core.routing import fits
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, codes
from northbank.pack.routes import cell_faults


def rule_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of the rules."""
    for check in (_types, _routes, cell_faults, _limits, _ladder, _metrics, _coverage, _evidence, _top, _staffing):
        yield from check(files)


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


def _ladder(files: PackFiles) -> Iterator[Fault]:
    """Rungs go to units there are, and what waits for an answer says how long."""
    units, owed = codes(files, "units"), False
    for line, row in files.table("ladder"):
        if row.to not in units and row.to not in ("@owner", "@town", "@center"):
            yield Fault("ladder.csv", line, f"to '{row.to}'", f"@owner, @town, @center, {listed(units, row.to)}")
        if (row.amount is None) != (row.unit is None):
            yield Fault("ladder.csv", line, "amount or unit alone", "both (an answer is owed) or neither")
        if row.when == "unanswered" and not owed:
            yield Fault(
                "ladder.csv", line, "when 'unanswered' with no order before it that owes an answer", "such a rung above"
            )
        owed = owed or (row.when in ("overdue", "unanswered") and row.unit is not None)


def _metrics(files: PackFiles) -> Iterator[Fault]:
    """Figures are made of the words there are, one row a version, and have a name."""
    seen: set[tuple[str, int]] = set()
    for line, row in files.table("metrics"):
        if row.period not in PERIODS:
            yield Fault("metrics.csv", line, f"period '{row.period}'", listed(PERIODS, row.period))
        for column, cell in (("of", row.of), ("counts", row.counts)):
            for word in cell.split():
                if word not in WORDS:
                    yield Fault("metrics.csv", line, f"{column} '{word}'", listed(WORDS, word))
        if not row.name_zh and not row.name_en:
            yield Fault("metrics.csv", line, f"metric '{row.code}' without a name", "name_zh, name_en or both")
        if (row.code, row.version) in seen:
            yield Fault("metrics.csv", line, f"version {row.version} of '{row.code}' twice", "each version once")
        seen.add((row.code, row.version))


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
