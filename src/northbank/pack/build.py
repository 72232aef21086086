"""Joins the rows of a faultless pack into one frozen City. No checks here: they have all been made."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from northbank.core.city import (
    Area,
    Attribute,
    Board,
    CaseClass,
    CaseType,
    City,
    Division,
    GamingRules,
    Handling,
    HotRules,
    Limit,
    LookBackRow,
    Metric,
    Name,
    Period,
    Post,
    Route,
    Rung,
    Source,
    SuggestRules,
    Unit,
)
from northbank.core.place import Places
from northbank.core.sharing_rules import SharingRules
from northbank.pack import rows as r
from northbank.pack.bases import bases_of
from northbank.pack.datasets import datasets_of
from northbank.pack.files import PackFiles
from northbank.pack.geometry import Shapes
from northbank.pack.governed import indicators_of, subjects_of, vital_signs_of
from northbank.pack.inventory import inventory_of
from northbank.pack.links import links_of
from northbank.pack.offices import day_names, names_of, office_of, offices_of
from northbank.pack.workweek import calendar_of

T = TypeVar("T")
SHIFTED = Name(
    zh="网格图形由 GCJ-02 坐标转换为 WGS84。", en="The shapes of the grids were converted from GCJ-02 to WGS84."
)


def build_city(files: PackFiles, shapes: Shapes) -> City:
    """The city that the files describe."""
    pack = files.pack.value
    bases = bases_of(files)
    return City(
        id=pack.id,
        name=pack.name,
        version=files.digest,
        prefix=pack.prefix,
        languages=pack.languages,
        timezone=pack.timezone,
        center=pack.center,
        district=pack.district,
        areas=MappingProxyType(_areas(files, shapes)),
        divisions=MappingProxyType(_divisions(files)),
        units=_by_code(files, "units", lambda row: _unit(row, office_of(files, row))),
        boards=_by_code(files, "boards", lambda row: Board(code=row.code, name=_name(row), level=row.level)),
        posts=_by_code(files, "posts", _post),
        classes=_by_code(files, "classes", lambda row: CaseClass(code=row.code, name=_name(row))),
        types=_by_code(files, "types", _type),
        attributes=_by_code(files, "attributes", _attribute),
        periods=_by_code(files, "periods", lambda row: Period(code=row.code, name=_name(row), when=row.when)),
        routes=tuple(_route(row) for _, row in files.table("routing")),
        limits=tuple(_limit(row) for _, row in files.table("limits")),
        ladder=tuple(_rung(row) for _, row in files.table("ladder")),
        look_back=tuple(_look_back(row) for _, row in files.table("look_back")),
        handling=Handling(**msgspec.structs.asdict(pack.handling)),
        sources=_by_code(files, "sources", lambda row: Source(code=row.code, name=_name(row), level=row.level)),
        calendar=calendar_of(files),
        offices=MappingProxyType(offices_of(files)),
        office_names=MappingProxyType(names_of(files)),
        days=MappingProxyType(day_names(files)),
        places=_places(files, shapes),
        reasons=MappingProxyType({f"{row.act}.{row.code}": _name(row) for _, row in files.table("reasons")}),
        words=MappingProxyType(files.words | {f"level.{level}": name for level, name in pack.levels.items()}),
        suggest=SuggestRules(**msgspec.structs.asdict(pack.suggest)),
        hot=HotRules(**msgspec.structs.asdict(pack.hot)),
        metrics=tuple(_metric(row) for _, row in files.table("metrics")),
        inventory=inventory_of(files),
        subjects=MappingProxyType(subjects_of(files)),
        indicators=MappingProxyType(indicators_of(files)),
        vital_signs=MappingProxyType(vital_signs_of(files)),
        sharing=SharingRules(**msgspec.structs.asdict(pack.sharing)),
        datasets=MappingProxyType(datasets_of(files) | {code: one.dataset for code, one in bases.items()}),
        links=MappingProxyType(links_of(files)),
        bases=MappingProxyType(bases),
        gaming=GamingRules(**msgspec.structs.asdict(pack.gaming)),
        notes=pack.notes + ((SHIFTED,) if shapes.shifted else ()),
        synthetic=pack.synthetic,
    )


def _rung(row: r.LadderRow) -> Rung:
    return Rung(
        id=row.id, when=row.when, kind=row.kind, to=row.to, amount=row.amount or 0, unit=row.unit, source=row.source,
        standing=row.standing,
    )  # fmt: skip


def _look_back(row: r.LookBackTableRow) -> LookBackRow:
    days = tuple(sorted({int(day) for day in row.days.split()}))
    return LookBackRow(
        id=row.id, types=row.types, share=row.share, days=days, confidence=row.confidence, margin=row.margin or 0,
        source=row.source, standing=row.standing,
    )  # fmt: skip


def _metric(row: r.MetricRow) -> Metric:
    return Metric(
        code=row.code, version=row.version, name=Name(row.name_zh, row.name_en), period=row.period,
        of=tuple(row.of.split()), counts=tuple(row.counts.split()), better=row.better, source=row.source,
        standing=row.standing,
    )  # fmt: skip


def _name(row: r.Named) -> Name:
    return Name(zh=row.name_zh, en=row.name_en)


def _by_code(files: PackFiles, table: str, make: Callable[[Any], T]) -> Mapping[str, T]:
    return MappingProxyType({row.code: make(row) for _, row in files.table(table)})


def _divisions(files: PackFiles) -> dict[str, tuple[Division, ...]]:
    found: dict[str, tuple[Division, ...]] = {}
    for _, row in files.table("divisions"):
        one = Division(code=row.division, valid_from=row.valid_from, valid_to=row.valid_to)
        found[row.area] = (*found.get(row.area, ()), one)
    return found


def _areas(files: PackFiles, shapes: Shapes) -> dict[str, Area]:
    last = {row.area: row.division for _, row in files.table("divisions") if row.valid_to is None}
    areas = {row.code: _area(row, last.get(row.code)) for _, row in files.table("areas")}
    areas |= {row.code: _grid(row, last.get(row.code)) for _, row in files.table("grids")}
    for feature in shapes.grids:
        if feature.code not in areas:
            areas[feature.code] = Area(
                code=feature.code,
                name=Name(zh=feature.name_zh, en=feature.name_en or (feature.code if not feature.name_zh else "")),
                level="grid",
                parent=feature.parent,
                kind=feature.kind,
            )
    return _roll_up(areas)


def _roll_up(areas: dict[str, Area]) -> dict[str, Area]:
    """People and households of a grid counted in every area above that has no figure of its own."""
    sums: dict[str, list[int]] = {}
    for area in areas.values():
        above = areas.get(area.parent or "") if area.level == "grid" and area.valid_to is None else None
        while above is not None:
            total = sums.setdefault(above.code, [0, 0])
            total[0] += area.population or 0
            total[1] += area.households or 0
            above = areas.get(above.parent or "")
    for code, (people, households) in sums.items():
        if people and areas[code].population is None:
            areas[code] = msgspec.structs.replace(areas[code], population=people, households=households or None)
    return areas


def _area(row: r.AreaRow, division: str | None) -> Area:
    return Area(
        code=row.code,
        name=_name(row),
        level=row.level,
        parent=row.parent or None,
        kind=row.kind,
        division=division,
        population=row.population,
        households=row.households,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor=row.successor or None,
        synthetic=row.synthetic,
    )


def _grid(row: r.GridRow, division: str | None) -> Area:
    return Area(
        code=row.code,
        name=_name(row),
        level="grid",
        parent=row.parent,
        kind=row.kind,
        division=division,
        population=row.population,
        households=row.households,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        synthetic=row.synthetic,
    )


def _unit(row: r.UnitRow, office: str) -> Unit:
    return Unit(
        code=row.code,
        name=_name(row),
        kind=row.kind,
        area=row.area or None,
        boards=tuple(row.boards.split()),
        duty=Name(zh=row.duty_zh, en=row.duty_en),
        office=office,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _post(row: r.PostRow) -> Post:
    return Post(code=row.code, name=_name(row), role=row.role, per=row.per, count=row.count, board=row.board or None)


def _type(row: r.TypeRow) -> CaseType:
    return CaseType(
        code=row.code,
        name=_name(row),
        klass=row.klass,
        board=row.board,
        town_board=row.town_board or None,
        gb=row.gb or None,
        urgent=row.urgent,
        important=row.important,
        evidence=row.evidence,
        keywords=tuple(word.strip() for word in row.keywords.split(";") if word.strip()),
        attributes=tuple(row.attributes.split()),
        standing=row.standing,
    )


def _attribute(row: r.AttributeRow) -> Attribute:
    return Attribute(
        code=row.code,
        name=_name(row),
        kind=row.kind,
        values=tuple(row.values.split()),
        least=row.least or 0,
        most=row.most or 0,
        unit=row.unit,
    )


def _route(row: r.RouteRow) -> Route:
    return Route(
        id=row.id,
        types=row.types,
        level=row.level,
        place=row.place,
        time=row.time,
        attributes=row.attributes,
        owner=row.owner,
        may_refuse=row.may_refuse,
        escalate_to=row.escalate_to,
        support=tuple(row.support.split()),
        auto=row.auto,
        duty_list=row.duty_list,
        basis=Name(zh=row.basis_zh, en=row.basis_en),
        note=Name(zh=row.note_zh, en=row.note_en),
    )


def _limit(row: r.LimitRow) -> Limit:
    return Limit(
        id=row.id,
        types=row.types,
        stage=row.stage,
        amount=row.amount,
        unit=row.unit,
        urgent=row.urgent,
        office=row.office,
        source=row.source,
        standing=row.standing,
    )


def _places(files: PackFiles, shapes: Shapes) -> Places:
    gone = {row.code for _, row in files.table("grids") if row.valid_to is not None}
    return Places([(f.code, f.shape) for f in shapes.grids if f.code not in gone], shapes.outline)
