"""Link models of a pack: what must hold in them and with the contracts, and the frozen values made of them. Reading is in `files`."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from northbank.core.alike import WAYS
from northbank.core.cleaning import CLEANERS
from northbank.core.match import Comparison, Field, Level, Model, Training
from northbank.pack.dataset_spec import DatasetToml
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, TomlFile
from northbank.pack.link_spec import ComparisonToml, FieldToml, LinkToml
from northbank.pack.origin_spec import schedule_of
from northbank.pack.origins import schedule_faults

KINDS = {"days": "date", "meters": "number"}  # the kind of fields that a way compares, where it is not text
LOOSE = 0.02  # what chances of all levels together may be off from 1


def links_of(files: PackFiles) -> dict[str, Model]:
    """The link models of a faultless pack."""
    return {code: _model(files, code, one) for code, one in files.links.items()}


def link_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of every link model."""
    for one in files.links.values():
        value = one.value
        for dataset in value.inputs:
            yield from input_faults(files, one, dataset)
        yield from schedule_faults(one)
        if value.review > value.match:
            yield Fault(
                one.file,
                one.line("review"),
                f"review {value.review:g} above match {value.match:g}",
                "review not above match",
            )
        fields = {field.code: field for field in value.fields}
        for n, field in enumerate(value.fields):
            yield from _field(files, one, n, field)
        for key, blocks in (("blocks", value.blocks), *_trained(value)):
            for code in sorted({code for block in blocks for code in block} - set(fields)):
                yield Fault(one.file, one.line(*key.split(".")), f"field '{code}' in {key}", listed(fields, code))
        for n, comparison in enumerate(value.comparisons):
            yield from _comparison(one, n, comparison, fields)


def _trained(value: LinkToml) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    if value.training is not None:
        yield "training.sure", value.training.sure
        yield "training.blocks", value.training.blocks


def input_faults(files: PackFiles, one: TomlFile[Any], dataset: str) -> Iterator[Fault]:
    """Faults of naming a data set as an input."""
    found = files.datasets.get(dataset)
    if found is None:
        yield Fault(one.file, one.line("inputs"), f"data set '{dataset}'", listed(files.datasets, dataset))
    elif not found.value.key:
        yield Fault(
            one.file, one.line("inputs"), f"data set '{dataset}' without a key", "data sets whose rows have a key"
        )


def _field(files: PackFiles, one: TomlFile[LinkToml], n: int, field: FieldToml) -> Iterator[Fault]:
    def fault(key: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("fields", n, key), found, allowed)

    if [each.code for each in one.value.fields].index(field.code) != n:
        yield fault("code", f"field '{field.code}' a second time", "each code once")
    for step in field.clean:
        if step not in CLEANERS:
            yield fault("clean", f"step '{step}'", listed(CLEANERS, step))
    if field.clean and field.kind != "text":
        yield fault("clean", f"steps for a field of kind {field.kind}", "kind text, or no steps")
    yield from of_faults(files, one, ("fields", n, "of"), field.of, one.value.inputs)
    for dataset, code in field.of.items():
        kind = _kind(files.datasets.get(dataset), code)
        if kind is not None and not _fits(field, kind):
            yield fault("kind", f"field '{field.code}' of kind {field.kind} made of {dataset}.{code} of kind {kind}", "the kind of the column, or text with the step text")  # fmt: skip


def of_faults(
    files: PackFiles, one: TomlFile[Any], path: tuple[str | int, ...], of: dict[str, str], inputs: tuple[str, ...]
) -> Iterator[Fault]:  # fmt: skip
    """Faults of naming columns of data sets."""
    line = one.line(*path)
    if not of:
        yield Fault(one.file, line, "no column that it is made of", "of = { data set = column }")
    for dataset, code in of.items():
        found = files.datasets.get(dataset)
        if dataset not in inputs:
            yield Fault(one.file, line, f"data set '{dataset}'", listed(inputs, dataset))
        elif found is not None and code not in (columns := [each.code for each in found.value.columns]):
            yield Fault(one.file, line, f"column '{code}' of {dataset}", listed(columns, code))


def _kind(found: TomlFile[DatasetToml] | None, code: str) -> str | None:
    return next((each.kind for each in found.value.columns if each.code == code), None) if found else None


def _fits(field: FieldToml, kind: str) -> bool:
    match field.kind:
        case "text":
            return kind == "text" or "text" in field.clean[:1]
        case "date":
            return kind == "date"
        case "number":
            return kind in ("number", "integer")


def _comparison(
    one: TomlFile[LinkToml], n: int, found: ComparisonToml, fields: dict[str, FieldToml]
) -> Iterator[Fault]:
    def fault(key: str, what: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("comparisons", n, key), f"comparison '{found.code}' {what}", allowed)

    if [each.code for each in one.value.comparisons].index(found.code) != n:
        yield fault("code", "a second time", "each code once")
    for code in found.columns:
        if code not in fields:
            yield fault("columns", f"of field '{code}'", listed(fields, code))
    for chance in ("m", "u"):
        total = sum(getattr(level, chance) for level in found.levels)
        if abs(total - 1) > LOOSE:
            yield fault("levels", f"whose {chance} add up to {total:.3f}", f"1, give or take {LOOSE}")
    for place, level in enumerate(found.levels, 1):
        if (level.how is None) != (place == len(found.levels)):
            yield fault(
                "levels",
                f"whose level {place} has {'no' if level.how is None else 'a'} how",
                "the last level, and only it, without how",
            )
            continue
        if level.how is None:
            continue
        way = WAYS[level.how]
        if way.columns != len(found.columns):
            yield fault("columns", f"of {len(found.columns)} fields by {level.how}", f"{way.columns}")
        kinds = {fields[code].kind for code in found.columns if code in fields}
        wanted = KINDS.get(level.how, "text")
        if level.how not in ("exact", "crossed") and kinds - {wanted}:
            yield fault("levels", f"by {level.how} of kind {', '.join(sorted(kinds))}", f"kind {wanted}")
        if bool(way.amount) != bool(level.amount):
            yield fault("levels", f"by {level.how} with amount {level.amount:g}", f"{way.amount or 'no amount'}")
        if level.frequency and (level.how != "exact" or len(found.columns) != 1):
            yield fault("levels", f"by {level.how} with frequency", "frequency with exact of one field")


def _model(files: PackFiles, code: str, one: TomlFile[LinkToml]) -> Model:
    value = one.value
    same = (
        "name",
        "entity",
        "inputs",
        "blocks",
        "prior",
        "match",
        "review",
        "stated",
        "two_person",
        "note",
        "synthetic",
    )
    trained = value.training
    return Model(
        code=code, version=version_of(files, one.file),
        fields=tuple(
            Field(**msgspec.structs.asdict(field), personal=is_personal(files, field.of)) for field in value.fields
        ),
        comparisons=tuple(
            Comparison(each.code, each.name, each.columns, tuple(Level(**msgspec.structs.asdict(level)) for level in each.levels))
            for each in value.comparisons
        ),
        training=None if trained is None else Training(**msgspec.structs.asdict(trained)),
        schedule=schedule_of(value.schedule), pause=value.pause or 0,
        **{name: getattr(value, name) for name in same},
    )  # fmt: skip


def is_personal(files: PackFiles, of: dict[str, str]) -> bool:
    """Whether any of the columns of data sets says something of a person."""
    return any(
        column.personal for dataset, code in of.items() for column in files.datasets[dataset].value.columns if column.code == code
    )  # fmt: skip


def version_of(files: PackFiles, file: str) -> str:
    """A digest of a file of the pack, 16 hex characters."""
    return hashlib.sha256((files.folder / file).read_bytes()).hexdigest()[:16]
