"""Figures, subject tables and vital signs of a pack: what must hold in them and between them, and the values made of them."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from northbank.core.celltypes import Kind
from northbank.core.indicator import CellTest, Grouping, Indicator, Test
from northbank.core.subject import Join, Picked, Subject
from northbank.core.vital_sign import VitalSign
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, TomlFile, codes
from northbank.pack.governed_spec import IndicatorToml, SubjectToml, VitalSignToml, WhereToml

TESTS: tuple[Test, ...] = ("equal", "one_of", "at_least", "at_most", "within", "ahead")
NUMERIC, TEMPORAL = ("integer", "number"), ("date", "time")
NEEDS: Mapping[str, tuple[str, ...]] = {"sum": NUMERIC, "mean": NUMERIC, "least": NUMERIC, "most": NUMERIC}
Kinds = Mapping[str, Kind]


def governed_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of indicators/, subjects/ and vital_signs/."""
    for subject in files.subjects.values():
        yield from _subject(files, subject)
    for code, indicator in files.indicators.items():
        yield from _indicator(files, code, indicator)
    for sign in files.vital_signs.values():
        yield from _sign(files, sign)
    figures = files.indicators
    for line, row in files.table("inventory/kpis"):
        if row.indicator and row.indicator not in figures:
            yield Fault("inventory/kpis.csv", line, f"indicator '{row.indicator}'", listed(figures, row.indicator))


def _named(one: TomlFile[Any], key: str, known: Collection[str], empty: bool = False) -> Iterator[Fault]:
    found = getattr(one.value, key)
    if found not in known and not (empty and not found):
        yield Fault(one.file, one.line(key), f"{key} '{found}'", listed(known, found))


def _kinds(files: PackFiles, dataset: str) -> Kinds:
    one = files.datasets.get(dataset)
    return {column.code: column.kind for column in one.value.columns} if one else {}


def _subject(files: PackFiles, one: TomlFile[SubjectToml]) -> Iterator[Fault]:
    value = one.value
    yield from _named(one, "owner", codes(files, "units"))
    yield from _named(one, "first", files.datasets)
    if one.file.split("/")[1].removesuffix(".toml") in files.datasets:
        yield Fault(one.file, 1, "a subject table by the name of a data set", "a name of its own")
    there = {f"{value.first}.{column}": kind for column, kind in _kinds(files, value.first).items()}
    seen = {value.first}
    for n, join in enumerate(value.joins):
        at = one.line("joins", n, "dataset")
        if join.dataset not in files.datasets:
            yield Fault(one.file, at, f"dataset '{join.dataset}'", listed(files.datasets, join.dataset))
        if join.dataset in seen:
            yield Fault(one.file, at, f"dataset '{join.dataset}' a second time", "each data set once")
        seen.add(join.dataset)
        own = _kinds(files, join.dataset)
        for left, right in join.on.items():
            where = one.line("joins", n, "on")
            if left not in there:
                yield Fault(one.file, where, f"key '{left}'", listed(there, left))
            if right not in own:
                yield Fault(one.file, where, f"key '{right}' of {join.dataset}", listed(own, right))
            elif left in there and there[left] != own[right]:
                found = f"key '{left}' of kind {there[left]} with '{right}' of kind {own[right]}"
                yield Fault(one.file, where, found, "keys of one kind")
        there |= {f"{join.dataset}.{column}": kind for column, kind in own.items()}
    yield from _picked(one, there)


def _picked(one: TomlFile[SubjectToml], there: Collection[str]) -> Iterator[Fault]:
    seen = set()
    for n, column in enumerate(one.value.columns):
        if column.of not in there:
            yield Fault(one.file, one.line("columns", n, "of"), f"column '{column.of}'", listed(there, column.of))
        if column.code in seen:
            yield Fault(
                one.file, one.line("columns", n, "code"), f"column '{column.code}' a second time", "each code once"
            )
        seen.add(column.code)


def kinds_of(files: PackFiles, of: str) -> Kinds:
    """The columns of a data set or subject table, with their kinds."""
    subject = files.subjects.get(of)
    if subject is None:
        return _kinds(files, of)
    picked = ((column.code, column.of.partition(".")) for column in subject.value.columns)
    return {code: kind for code, (dataset, _, column) in picked if (kind := _kinds(files, dataset).get(column))}


def _indicator(files: PackFiles, code: str, one: TomlFile[IndicatorToml]) -> Iterator[Fault]:
    value = one.value
    tables = [*files.datasets, *files.subjects]
    yield from _named(one, "of", tables)
    yield from _named(one, "owner", codes(files, "units"), empty=True)
    yield from _named(one, "board", codes(files, "boards"), empty=True)
    kinds = kinds_of(files, value.of)
    if value.of not in tables:
        return
    needs = value.measure not in ("count", "share")
    if needs != bool(value.column):
        found = f"measure {value.measure} {'without' if needs else 'with'} a column"
        yield Fault(one.file, one.line("measure"), found, "a column" if needs else "no column")
    elif needs and value.column not in kinds:
        yield Fault(one.file, one.line("column"), f"column '{value.column}'", listed(kinds, value.column))
    elif needs and kinds[value.column] not in NEEDS.get(value.measure, (kinds[value.column],)):
        found = f"measure {value.measure} of column '{value.column}' of kind {kinds[value.column]}"
        yield Fault(one.file, one.line("column"), found, f"kind {' or '.join(NUMERIC)}")
    if (value.measure == "share") != bool(value.among):
        found = f"measure {value.measure} {'without' if value.measure == 'share' else 'with'} among"
        yield Fault(one.file, one.line("measure"), found, "among only with the measure share, and always there")
    for key in ("where", "among"):
        for n, where in enumerate(getattr(value, key)):
            yield from _where(one, (key, n), where, kinds)
    yield from _by(one, kinds)
    if value.normal and value.normal[0] > value.normal[1]:
        yield Fault(one.file, one.line("normal"), f"normal {list(value.normal)}", "least, then most")


def _where(one: TomlFile[Any], at: tuple[str, int], where: WhereToml, kinds: Kinds) -> Iterator[Fault]:
    given = [key for key in ("cell", *TESTS) if getattr(where, key) is not None]
    if where.column not in kinds:
        yield Fault(one.file, one.line(*at, "column"), f"column '{where.column}'", listed(kinds, where.column))
        return
    if len(given) != 1:
        yield Fault(
            one.file, one.line(*at), f"{len(given)} tests of '{where.column}'", f"one of cell, {', '.join(TESTS)}"
        )
        return
    kind, test = kinds[where.column], given[0]
    value = getattr(where, test)
    fits = {
        "within": kind in TEMPORAL, "ahead": kind in TEMPORAL, "one_of": kind == "text",
        "equal": _plain(kind, value), "at_least": kind != "text" and _plain(kind, value),
        "at_most": kind != "text" and _plain(kind, value),
    }.get(test, True)  # fmt: skip
    if not fits:
        found = f"{test} {value!r} for '{where.column}' of kind {kind}"
        yield Fault(one.file, one.line(*at, test), found, "a value of the column's kind")


def _plain(kind: Kind, value: object) -> bool:
    """Whether a value of TOML can be a cell of a kind; days and times stand in texts."""
    match kind:
        case "yes_no":
            return isinstance(value, bool)
        case "integer" | "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _by(one: TomlFile[IndicatorToml], kinds: Kinds) -> Iterator[Fault]:
    by = one.value.by
    if by is None:
        return
    if by.column not in kinds:
        yield Fault(one.file, one.line("by", "column"), f"column '{by.column}'", listed(kinds, by.column))
        return
    kind = kinds[by.column]
    if bool(by.per) != (kind in TEMPORAL):
        found = f"per '{by.per}' for column '{by.column}' of kind {kind}"
        yield Fault(one.file, one.line("by"), found, "per for a date or time, and only there")
    if by.level is not None and kind != "text":
        yield Fault(one.file, one.line("by", "level"), f"level of a column of kind {kind}", "a text: codes of areas")


def _sign(files: PackFiles, one: TomlFile[VitalSignToml]) -> Iterator[Fault]:
    value = one.value
    yield from _named(one, "board", codes(files, "boards"))
    yield from _named(one, "owner", codes(files, "units"))
    yield from _named(one, "runway", codes(files, "inventory/runways"), empty=True)
    yield from _named(one, "indicator", files.indicators)
    if value.normal[0] > value.normal[1]:
        yield Fault(one.file, one.line("normal"), f"normal {list(value.normal)}", "least, then most")
    if list(value.levels) != sorted(value.levels, reverse=not value.above):
        allowed = "blue, yellow, orange, red, each further out: rising, or falling with above = false"
        yield Fault(one.file, one.line("levels"), f"levels {list(value.levels)}", allowed)
    bound = value.normal[1] if value.above else value.normal[0]
    if value.levels and (value.levels[0] < bound if value.above else value.levels[0] > bound):
        yield Fault(
            one.file,
            one.line("levels"),
            f"a first level {value.levels[0]:g} inside the normal band",
            "one outside of it",
        )


def subjects_of(files: PackFiles) -> dict[str, Subject]:
    """The subject tables of a faultless pack."""
    found = {}
    for code, one in files.subjects.items():
        value = one.value
        picked = ((column, column.of.partition(".")) for column in value.columns)
        found[code] = Subject(
            code=code, version=_version(files, one), name=value.name, owner=value.owner, first=value.first,
            joins=tuple(Join(join.dataset, tuple(join.on.items()), join.keep) for join in value.joins),
            columns=tuple(Picked(column.code, dataset, of, column.name) for column, (dataset, _, of) in picked),
            note=value.note, synthetic=value.synthetic,
        )  # fmt: skip
    return found


def indicators_of(files: PackFiles) -> dict[str, Indicator]:
    """The figures of a faultless pack."""
    found = {}
    for code, one in files.indicators.items():
        value = one.value
        same = {name: getattr(value, name) for name in value.__struct_fields__ if name not in ("where", "among", "by")}
        group = Grouping(value.by.column, value.by.per, value.by.level or "") if value.by else None
        made_of = [files.subjects[value.of]] if value.of in files.subjects else []
        found[code] = Indicator(
            code=code, version=_version(files, one, *made_of), where=tuple(map(_condition, value.where)),
            among=tuple(map(_condition, value.among)), group=group, **same,
        )  # fmt: skip
    return found


def vital_signs_of(files: PackFiles) -> dict[str, VitalSign]:
    """The vital signs of a faultless pack."""
    return {
        code: VitalSign(code=code, **{name: getattr(one.value, name) for name in one.value.__struct_fields__})
        for code, one in files.vital_signs.items()
    }


def _condition(one: WhereToml) -> CellTest:
    if one.cell is not None:
        return CellTest(one.column, one.cell, or_empty=one.or_empty)
    test = next(test for test in TESTS if getattr(one, test) is not None)
    return CellTest(one.column, test, getattr(one, test), one.or_empty)


def _version(files: PackFiles, *several: TomlFile[Any]) -> str:
    """The digest of files."""
    total = hashlib.sha256()
    for one in several:
        total.update((files.folder / one.file).read_bytes())
    return total.hexdigest()[:16]
