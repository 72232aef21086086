"""What a request asks for and a grant gives: columns, how personal ones are shown, rows, and until when. A grant can only narrow.

Pure: whether somebody may ask or give is sharing.py's business.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from northbank.core.dataset import Dataset
from northbank.core.rowfilter import RowFilter, columns_in, filter_faults, narrowed

Treatment = Literal["plain", "mask", "hash"]
STRICTNESS: Mapping[Treatment, int] = {"plain": 0, "mask": 1, "hash": 2}
ColumnCode = Annotated[str, Meta(min_length=1, max_length=48)]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """fields: columns that are read. shown: how a personal one is (`mask` where it is not named; hash: a pseudonym of this
    grant alone). answers: columns that are asked yes-or-no questions about, and never read. rows: None for all.
    by_key: rows may be looked up by whoever knows their key. until: the last day.
    """

    fields: Annotated[tuple[ColumnCode, ...], Meta(max_length=500)] = ()
    shown: Annotated[dict[ColumnCode, Treatment], Meta(max_length=500)] = {}
    answers: Annotated[tuple[ColumnCode, ...], Meta(max_length=500)] = ()
    rows: RowFilter | None = None
    by_key: bool = False
    until: date


def treatment(dataset: Dataset, terms: Terms, column: str) -> Treatment:
    """How a column is shown: what the terms say, else masked where it is personal."""
    found = dataset.column(column)
    return terms.shown.get(column, "mask" if found is not None and found.personal else "plain")


def term_faults(dataset: Dataset, terms: Terms) -> Iterator[str]:
    """What is wrong with terms for this data set, in words."""
    known = {column.code: column for column in dataset.columns}
    for code in (*terms.fields, *terms.answers, *terms.shown):
        if code not in known:
            yield f"there is no column {code}"
    if not terms.fields and not terms.answers:
        yield "no column is named"
    if len(set(terms.fields)) < len(terms.fields) or len(set(terms.answers)) < len(terms.answers):
        yield "a column is named twice"
    for code, how in terms.shown.items():
        if code in known and how == "mask" and known[code].mask is None:
            yield f"{code} has no mask in its contract"
    for code in terms.fields:
        if code in known and known[code].personal and known[code].mask is None and code not in terms.shown:
            yield f"{code} is personal and has no mask; say how it is shown"
    if (terms.by_key or terms.answers) and not dataset.key:
        yield "rows without a key cannot be looked up"
    if terms.rows is not None:
        yield from filter_faults(dataset, terms.rows)


def wider(dataset: Dataset, asked: Terms, given: Terms) -> Iterator[str]:
    """In what the given terms go beyond those that were asked for, in words. Rows never do: see `granted`."""
    more = (set(given.fields) - set(asked.fields)) | (set(given.answers) - set(asked.answers) - set(asked.fields))
    for code in sorted(more):
        yield f"column {code} was not asked for"
    for code in given.fields:
        if code in asked.fields:
            how, most = treatment(dataset, given, code), treatment(dataset, asked, code)
            if STRICTNESS[how] < STRICTNESS[most]:
                yield f"{code} was asked for as {most}, not {how}"
    if given.by_key and not asked.by_key:
        yield "looking up by key was not asked for"
    if given.until > asked.until:
        yield f"it was asked for until {asked.until}"


def granted(asked: Terms, given: Terms) -> Terms:
    """The terms that hold: those given, over no row that was not asked for."""
    return replace(given, rows=narrowed(asked.rows, given.rows))


def touched(terms: Terms) -> frozenset[str]:
    """Every column that an answer under these terms may depend on; a key that is looked up by comes besides."""
    return frozenset((*terms.fields, *terms.answers)) | columns_in(terms.rows)


def askable(dataset: Dataset, terms: Terms) -> list[str]:
    """The columns that yes-or-no questions may be asked about: those named for that, and those that are read plainly."""
    known = {column.code for column in dataset.columns}
    plain = [code for code in terms.fields if treatment(dataset, terms, code) == "plain"]
    return [code for code in dict.fromkeys((*terms.answers, *plain)) if code in known]
