"""Checks of the rules of a pack: catalog, routing, limits, their coverage, evidence, center, staffing.

Where places, units and posts hang together is checked in `refs`, which calls these too.
"""

from collections.abc import Iterator

from northbank.core.city import Name
from northbank.core.metrics import PERIODS, WORDS
from northbank.core.routing import fits
from northbank.pack.fault import Fault, choice, in_cell, listed, told
from northbank.pack.files import PackFiles, codes
from northbank.pack.routes import PREFIX, cell_faults

NAMES = Name("name_zh、name_en 至少一个", "name_zh, name_en or both")
ALONE = Name("amount 与 unit 只填了一个", "amount or unit alone")
BOTH = Name("两个都填（须答复）或都不填", "both (an answer is owed) or neither")
NOTHING_OWED = Name(
    "when 为 'unanswered'，而其前没有须答复的督办", "when 'unanswered' with no order before it that owes an answer"
)
A_ROUTE = Name(
    "routing.csv 中有一行，或其代码列入 pack.toml 的 to_desk", "a route, or its code in to_desk of pack.toml"
)
A_LIMIT = Name("limits.csv 中 stage 为 solve 的一行", "a row in limits.csv with stage solve")
A_KEY = Name("evidence.csv 的 key", "a key of evidence.csv")
UNSOURCED = Name("standing 为 V 而没有来源", "standing V without a source")
SOURCED = Name("填写查证过的来源，或 standing 改为 U", "a source that was read, or standing U")
A_CENTER = Name("units.csv 中 kind 为 town_center 的一行", "a row in units.csv with kind town_center")


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
            yield told("types.csv", line, in_cell("klass", row.klass), choice(classes, row.klass))
        if row.board not in district:
            yield told("types.csv", line, in_cell("board", row.board), choice(district, row.board))
        if row.town_board and row.town_board not in town:
            yield told("types.csv", line, in_cell("town_board", row.town_board), choice(town, row.town_board))


def _routes(files: PackFiles) -> Iterator[Fault]:
    units, types = codes(files, "units"), codes(files, "types")
    for line, row in files.table("routing"):
        yield from _patterns("routing.csv", line, row.types, types)
        for column, owner in (("owner", row.owner), ("escalate_to", row.escalate_to)):
            if owner not in units and owner not in ("@town", "@center"):
                yield told("routing.csv", line, in_cell(column, owner), choice(units, owner, "@town, @center"))
        for unit in row.support.split():
            if unit not in units and unit not in ("@town", "@center"):
                yield told("routing.csv", line, in_cell("support", unit), choice(units, unit, "@town, @center"))


def _limits(files: PackFiles) -> Iterator[Fault]:
    types = codes(files, "types")
    for line, row in files.table("limits"):
        yield from _patterns("limits.csv", line, row.types, types)


def _ladder(files: PackFiles) -> Iterator[Fault]:
    """Rungs go to units there are, and what waits for an answer says how long."""
    units, owed = codes(files, "units"), False
    for line, row in files.table("ladder"):
        if row.to not in units and row.to not in ("@owner", "@town", "@center"):
            yield told("ladder.csv", line, in_cell("to", row.to), choice(units, row.to, "@owner, @town, @center"))
        if (row.amount is None) != (row.unit is None):
            yield told("ladder.csv", line, ALONE, BOTH)
        if row.when == "unanswered" and not owed:
            yield told("ladder.csv", line, NOTHING_OWED, Name("其上有这样一级", "such a rung above"))
        owed = owed or (row.when in ("overdue", "unanswered") and row.unit is not None)


def _metrics(files: PackFiles) -> Iterator[Fault]:
    """Figures are made of the words there are, one row a version, and have a name."""
    seen: set[tuple[str, int]] = set()
    for line, row in files.table("metrics"):
        if row.period not in PERIODS:
            yield told("metrics.csv", line, in_cell("period", row.period), choice(PERIODS, row.period))
        for column, cell in (("of", row.of), ("counts", row.counts)):
            for word in cell.split():
                if word not in WORDS:
                    yield told("metrics.csv", line, in_cell(column, word), choice(WORDS, word))
        if not row.name_zh and not row.name_en:
            nameless = Name(f"指标 '{row.code}' 没有名称", f"metric '{row.code}' without a name")
            yield told("metrics.csv", line, nameless, NAMES)
        if (row.code, row.version) in seen:
            twice = Name(f"'{row.code}' 的版本 {row.version} 出现两次", f"version {row.version} of '{row.code}' twice")
            yield told("metrics.csv", line, twice, Name("每个版本一次", "each version once"))
        seen.add((row.code, row.version))


def _patterns(file: str, line: int, cell: str, types: dict[str, int]) -> Iterator[Fault]:
    for part in cell.split():
        if part != "*" and not any(fits(part, code) for code in types):
            yield told(file, line, in_cell("type", part), choice(types, part, PREFIX))


def _coverage(files: PackFiles) -> Iterator[Fault]:
    """Every type has a route (or pack.toml gives it to the desk), and a time limit to solve it, urgent or not."""
    routes = [row.types for _, row in files.table("routing")] + list(files.pack.value.to_desk)
    limits = [(row.types, row.urgent) for _, row in files.table("limits") if row.stage == "solve"]
    for line, row in files.table("types"):
        if not any(fits(cell, row.code) for cell in routes):
            nowhere = Name(
                f"类型 '{row.code}' 在 routing.csv 中没有对应行", f"type '{row.code}' without a row in routing.csv"
            )
            yield told("types.csv", line, nowhere, A_ROUTE)
        for urgent in (True, False):
            if not any(fits(cell, row.code) and flag in (None, urgent) for cell, flag in limits):
                kind = Name("紧急", "urgent") if urgent else Name("一般", "ordinary")
                unlimited = Name(
                    f"类型 '{row.code}' 的{kind.zh}事件没有处置时限",
                    f"type '{row.code}' without a limit to solve {kind.en} cases",
                )
                yield told("types.csv", line, unlimited, A_LIMIT)


def _evidence(files: PackFiles) -> Iterator[Fault]:
    known = {row.key for _, row in files.table("evidence")}
    for table, rows in files.tables.items():
        for line, row in rows:
            source = getattr(row, "source", "")
            if source and source not in known:
                yield told(f"{table}.csv", line, in_cell("source", source), choice(known, source, A_KEY))
            elif not source and getattr(row, "standing", "U") == "V":
                yield told(f"{table}.csv", line, UNSOURCED, SOURCED)


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
            alone = Name(f"镇街 '{row.code}' 没有镇街中心", f"town '{row.code}' without a town center")
            yield told("areas.csv", line, alone, A_CENTER)


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
