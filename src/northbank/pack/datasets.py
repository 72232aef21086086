"""Contracts of data sets: what must hold in them and between them, and the frozen values made of them. Reading is in `files`."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from northbank.core import written
from northbank.core.checks import CHECKS, OVER_ALL
from northbank.core.dataset import BOUND, MOST_RULES, Column, Dataset, Mask, Rule, Ticket, rules_of
from northbank.core.origin import format_of
from northbank.pack.dataset_spec import CheckToml, ColumnToml, DatasetToml
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, TomlFile, codes
from northbank.pack.origin_spec import origin_of, schedule_of
from northbank.pack.origins import origin_faults, schedule_faults, ticket_faults

NAMED = sorted({*CHECKS, *OVER_ALL, "unique", "known", "required"} - {"code", "codes"})  # codes of a column say these
NUMERIC = ("integer", "number")
TEMPORAL = ("date", "time")


def datasets_of(files: PackFiles) -> dict[str, Dataset]:
    """The contracts of a faultless pack."""
    return {code: _dataset(files, code, one) for code, one in files.datasets.items()}


def dataset_faults(files: PackFiles) -> Iterator[Fault]:
    """Every fault of every contract."""
    units = codes(files, "units")
    for code, one in files.datasets.items():
        if one.value.owner not in units:
            yield Fault(one.file, one.line("owner"), f"owner '{one.value.owner}'", listed(units, one.value.owner))
        yield from _columns(one)
        yield from _key(one)
        yield from origin_faults(one)
        yield from schedule_faults(one)
        yield from ticket_faults(files, one)
        for n, check in enumerate(one.value.checks):
            yield from _check(files, one, n, check)
        rules = rules_of(_dataset(files, code, one), (0.0, 0.0, 0.0, 0.0))
        ids = {rule.id for rule in rules[: len(rules) - len(one.value.checks)]}
        for n, check in enumerate(one.value.checks):
            if (id := _as_rule(check).id) in ids:
                yield Fault(one.file, one.line("checks", n, "check"), f"the rule {id} a second time", "each rule once")
            ids.add(id)
        if (count := len(rules)) > MOST_RULES:
            yield Fault(one.file, 1, f"{count} rules", f"at most {MOST_RULES}, with those that columns imply")
    yield from _circles(files)


def _columns(one: TomlFile[DatasetToml]) -> Iterator[Fault]:
    codes_seen: dict[str, int] = {}
    headers: dict[str, str] = {}
    for n, column in enumerate(one.value.columns):
        line = one.line("columns", n, "code")
        if column.code in codes_seen:
            yield Fault(one.file, line, f"column '{column.code}' a second time", "each code once")
        codes_seen[column.code] = line
        for header in {*column.headers, column.code}:
            if headers.setdefault(header, column.code) != column.code:
                at = one.line("columns", n, "headers")
                yield Fault(
                    one.file,
                    at,
                    f"header '{header}' of columns '{headers[header]}' and '{column.code}'",
                    "one column each",
                )
        yield from _column(one, n, column)


def _column(one: TomlFile[DatasetToml], n: int, column: ColumnToml) -> Iterator[Fault]:
    def fault(key: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("columns", n, key), f"column '{column.code}' {found}", allowed)

    if not column.name.zh and not column.name.en:
        yield fault("name", "without a name", "zh, en or both")
    if column.kind != "text" and (column.codes or column.upper):
        yield fault(
            "kind", f"of kind {column.kind} with {'codes' if column.codes else 'upper'}", "kind text, or neither"
        )
    if (column.least is not None or column.most is not None) and column.kind not in NUMERIC:
        yield fault("least", f"of kind {column.kind} with least or most", f"kind {' or '.join(NUMERIC)}")
    if column.least is not None and column.most is not None and column.least > column.most:
        yield fault("least", f"has least {column.least:g} above most {column.most:g}", "least not above most")
    if column.written and column.kind not in TEMPORAL:
        yield fault("written", f"of kind {column.kind} with written", f"kind {' or '.join(TEMPORAL)}")
    for format in column.written:
        if (wrong := written.fault(format, column.kind)) is not None:
            yield fault("written", f"written '{format}': {wrong}", written.ALLOWED)
    if column.split and not column.codes:
        yield fault("split", "with split and no codes", "codes, or no split")
    if any(column.split and column.split in code for code in column.codes):
        yield fault("split", "whose split stands inside a code", "a split that no code holds")
    if column.mask is not None and not column.personal:
        yield fault("mask", "with a mask that is not personal", "personal = true, or no mask")
    if column.personal and column.mask is None and one.value.share != "not_shared":
        yield fault(
            "personal",
            f"personal without a mask in a data set that is shared ({one.value.share})",
            'a mask, or share = "not_shared"',
        )
    if column.personal and one.value.level == "L1":
        yield fault("personal", "personal in a data set of level L1", "level L2, L3 or L4")  # fmt: skip


def _key(one: TomlFile[DatasetToml]) -> Iterator[Fault]:
    known = {column.code: column for column in one.value.columns}
    for code in one.value.key:
        if code not in known:
            yield Fault(one.file, one.line("key"), f"key column '{code}'", listed(known, code))
        elif not known[code].required:
            yield Fault(one.file, one.line("key"), f"key column '{code}' that may be empty", "required = true on it")


def _check(files: PackFiles, one: TomlFile[DatasetToml], n: int, check: CheckToml) -> Iterator[Fault]:
    def fault(key: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("checks", n, key), found, allowed)

    if check.check not in NAMED:
        yield fault("check", f"check '{check.check}'", listed(NAMED, check.check))
        return
    kinds = {column.code: column.kind for column in one.value.columns}
    for code in check.columns:
        if code not in kinds:
            yield fault("columns", f"column '{code}'", listed(kinds, code))
    if (found := CHECKS.get(check.check)) is not None:
        if len(check.columns) != len(found.kinds):
            yield fault("columns", f"{len(check.columns)} columns for {check.check}", f"{len(found.kinds)}")
        for code, allowed in zip(check.columns, found.kinds, strict=False):
            if code in kinds and kinds[code] not in allowed:
                yield fault("columns", f"column '{code}' of kind {kinds[code]}", f"kind {' or '.join(allowed)}")
    yield from _kept(one, n, check, kinds)
    if check.check == "known":
        yield from _known(files, one, n, check)
    elif check.dataset or check.to:
        yield fault(
            "dataset" if check.dataset else "to", f"dataset or to for {check.check}", "only for the check known"
        )


def _kept(one: TomlFile[DatasetToml], n: int, check: CheckToml, kinds: Mapping[str, str]) -> Iterator[Fault]:
    """What a check is told besides, and whether its rows may be kept."""

    def fault(key: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("checks", n, key), found, allowed)

    if check.check in ("unique", "known") and check.keep:
        yield fault("keep", f"keep for {check.check}", "a check over the row itself")
    if check.check == "required" and not check.keep:
        yield fault("check", "check 'required' without keep", "required = true on the column, or keep = true here")
    if check.check == "range" and check.least is None and check.most is None:
        yield fault("check", "check 'range' without least and most", "one of them, or both")
    if check.check != "range" and (check.least is not None or check.most is not None):
        yield fault("least" if check.least is not None else "most", f"least or most for {check.check}", "check range")
    if (check.check == "steps") != (check.step is not None):
        yield fault(
            "step" if check.step else "check",
            f"check '{check.check}' {'with' if check.step else 'without'} step",
            "step with the check steps, and only there",
        )
    if check.check == "steps" and kinds.get(check.columns[-1], "time") not in TEMPORAL:
        yield fault(
            "columns", f"last column '{check.columns[-1]}' of kind {kinds[check.columns[-1]]}", "kind date or time"
        )


def _known(files: PackFiles, one: TomlFile[DatasetToml], n: int, check: CheckToml) -> Iterator[Fault]:
    other = files.datasets.get(check.dataset)
    if other is None or other is one:
        allowed = listed((code for code, each in files.datasets.items() if each is not one), check.dataset)
        yield Fault(one.file, one.line("checks", n, "dataset"), f"dataset '{check.dataset}'", allowed)
        return
    there = {column.code for column in other.value.columns}
    for code in check.to:
        if code not in there:
            yield Fault(
                one.file, one.line("checks", n, "to"), f"column '{code}' of {check.dataset}", listed(there, code)
            )
    if len(check.to) != len(check.columns):
        yield Fault(
            one.file,
            one.line("checks", n, "to"),
            f"{len(check.to)} columns in to",
            f"{len(check.columns)}, as in columns",
        )


def _circles(files: PackFiles) -> Iterator[Fault]:
    """Data sets that wait for one another could never be collected."""
    after = {
        code: {check.dataset for check in one.value.checks if check.check == "known"}
        for code, one in files.datasets.items()
    }
    for code, one in files.datasets.items():
        seen: set[str] = set()
        ahead = set(after[code])
        while ahead:
            seen |= ahead
            ahead = {later for each in ahead for later in after.get(each, set())} - seen
        if code in seen and after[code] != {code}:
            yield Fault(one.file, 1, f"references that lead back to '{code}'", "references without a circle")


def _dataset(files: PackFiles, code: str, one: TomlFile[DatasetToml]) -> Dataset:
    value = one.value
    data = (files.folder / one.file).read_bytes()
    apart = ("columns", "checks", "format", "origin", "schedule", "ticket")
    plain = {name: getattr(value, name) for name in value.__struct_fields__ if name not in apart}
    origin = origin_of(value.origin)
    return Dataset(
        code=code, version=hashlib.sha256(data).hexdigest()[:16], columns=tuple(map(_as_column, value.columns)),
        rules=tuple(map(_as_rule, value.checks)),
        format=value.format or format_of(origin) or "csv",  # type: ignore[arg-type]
        origin=origin,
        schedule=schedule_of(value.schedule),
        ticket=None if value.ticket is None else Ticket(type=value.ticket.type, share=value.ticket.share),
        **plain,
    )  # fmt: skip


def _as_column(column: ColumnToml) -> Column:
    fields: Mapping[str, object] = msgspec.structs.asdict(column)
    mask = None if column.mask is None else Mask(first=column.mask.first, last=column.mask.last)
    return Column(**{**fields, "mask": mask})  # type: ignore[arg-type]


def _as_rule(check: CheckToml) -> Rule:
    values: tuple[object, ...] = () if check.step is None else (check.step,)
    if check.check == "range":
        values = (-BOUND if check.least is None else check.least, BOUND if check.most is None else check.most)
    return Rule(
        check=check.check, columns=check.columns, weight=check.weight, dataset=check.dataset, to=check.to,
        keep=check.keep or check.check in OVER_ALL, values=values,
    )  # fmt: skip
