"""Base databases of a pack: what must hold in them, and the frozen values made of them, each with the contract of its own data set."""

from collections.abc import Iterator

from northbank.core.bases import ENTITY, Base, Golden
from northbank.core.dataset import Column, Dataset, Mask
from northbank.core.name import Name
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, TomlFile, codes
from northbank.pack.link_spec import BaseToml, GoldenToml
from northbank.pack.links import input_faults, is_personal, of_faults, version_of
from northbank.pack.origin_spec import schedule_of
from northbank.pack.origins import schedule_faults


def bases_of(files: PackFiles) -> dict[str, Base]:
    """The base databases of a faultless pack."""
    return {code: _base(files, code, one) for code, one in files.bases.items()}


def base_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of every base database."""
    units = codes(files, "units")
    for code, one in files.bases.items():
        value = one.value
        if code in files.datasets:
            yield Fault(one.file, 1, f"base '{code}', which is a data set", "a name that no contract bears")
        if value.owner not in units:
            yield Fault(one.file, one.line("owner"), f"owner '{value.owner}'", listed(units, value.owner))
        for dataset in value.inputs:
            yield from input_faults(files, one, dataset)
        yield from schedule_faults(one)
        yield from _link(files, one)
        yield from _places(one)
        for n, column in enumerate(value.columns):
            yield from _column(files, one, n, column)


def _link(files: PackFiles, one: TomlFile[BaseToml]) -> Iterator[Fault]:
    value = one.value
    if not value.link:
        if len(value.inputs) != 1:
            yield Fault(
                one.file, one.line("inputs"), f"{len(value.inputs)} data sets without a link", "one, or a link model"
            )
        return
    model = files.links.get(value.link)
    if model is None:
        yield Fault(one.file, one.line("link"), f"link '{value.link}'", listed(files.links, value.link))
        return
    for dataset in value.inputs:
        if dataset not in model.value.inputs:
            yield Fault(one.file, one.line("inputs"), f"data set '{dataset}'", listed(model.value.inputs, dataset))


def _places(one: TomlFile[BaseToml]) -> Iterator[Fault]:
    kinds = {column.code: column.kind for column in one.value.columns}
    for key in ("address", "title", "gone"):
        code = getattr(one.value, key)
        if code and code not in kinds:
            yield Fault(one.file, one.line(key), f"column '{code}'", listed(kinds, code))
    if one.value.gone and kinds.get(one.value.gone, "date") != "date":
        yield Fault(
            one.file,
            one.line("gone"),
            f"column '{one.value.gone}' of kind {kinds[one.value.gone]}",
            "a column of kind date",
        )
    point = one.value.point
    if point and (len(point) != 2 or any(kinds.get(code) != "number" for code in point)):
        yield Fault(
            one.file, one.line("point"), f"point {list(point)}", "two columns of kind number: longitude, latitude"
        )


def _column(files: PackFiles, one: TomlFile[BaseToml], n: int, column: GoldenToml) -> Iterator[Fault]:
    def fault(key: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("columns", n, key), found, allowed)

    if column.code == ENTITY or [each.code for each in one.value.columns].index(column.code) != n:
        yield fault("code", f"column '{column.code}' a second time", f"each code once, and not '{ENTITY}'")
    yield from of_faults(files, one, ("columns", n, "of"), column.of, one.value.inputs)
    there = {
        (dataset, each.code): each
        for dataset in column.of
        if dataset in files.datasets
        for each in files.datasets[dataset].value.columns
    }
    found = [there[pair] for pair in column.of.items() if pair in there]
    for each in found:
        if each.kind != column.kind:
            yield fault(
                "kind", f"column '{column.code}' of kind {column.kind} made of one of kind {each.kind}", each.kind
            )
    personal = any(each.personal for each in found)
    if column.mask is not None and not personal:
        yield fault("mask", f"a mask of '{column.code}', which is not personal", "no mask")
    if personal and column.mask is None and one.value.share != "not_shared":
        yield fault(
            "code",
            f"personal column '{column.code}' without a mask in a base that is shared",
            'a mask, or share = "not_shared"',
        )
    if personal and one.value.level == "L1":
        yield fault("code", f"personal column '{column.code}' in a base of level L1", "level L2, L3 or L4")


def _base(files: PackFiles, code: str, one: TomlFile[BaseToml]) -> Base:
    value = one.value
    version = version_of(files, one.file)
    golden = tuple(Golden(column=_as_column(files, column), of=column.of, rule=column.rule) for column in value.columns)
    key = Column(code=ENTITY, name=Name("实体标识", "entity"), required=True)
    same = ("name", "owner", "cycle", "level", "share", "retention", "note", "synthetic")
    dataset = Dataset(
        code=code, version=version, source=f"base:{code}", each="whole", made="base", key=(ENTITY,),
        columns=(key, *(one.column for one in golden)), **{name: getattr(value, name) for name in same},
    )  # fmt: skip
    return Base(
        code=code, name=value.name, version=version, kind=value.kind, link=value.link, inputs=value.inputs, columns=golden,
        dataset=dataset, point=value.point, address=value.address, title=value.title,
        gone=value.gone, within=value.within, schedule=schedule_of(value.schedule), pause=value.pause or 0,
    )  # fmt: skip


def _as_column(files: PackFiles, column: GoldenToml) -> Column:
    mask = None if column.mask is None else Mask(first=column.mask.first, last=column.mask.last)
    return Column(
        code=column.code, name=column.name, kind=column.kind, unit=column.unit, personal=is_personal(files, column.of), mask=mask
    )  # fmt: skip
