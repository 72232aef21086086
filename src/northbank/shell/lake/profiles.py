"""Profiles and samples of data sets, computed by the engine. What of them may be told is decided by the contract: see core/profile.py."""

import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from northbank.core.dataset import Collected, Column, Dataset, Mask
from northbank.core.profile import ColumnProfile, Frequent, Profile
from northbank.ports.sharing import Cell
from northbank.shell.lake.compile import quoted
from northbank.shell.lake.granted import masked

MOST_FREQUENT = 10
Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
_decode = msgspec.json.Decoder(Profile).decode


def profile_of(
    read: Read, folder: Path, dataset: Dataset, batches: Sequence[Collected], relation: str, few: int
) -> Profile:  # fmt: skip
    """The profile as of these batches; kept in `folder`, so that it is computed once."""
    said = msgspec.json.encode((dataset.version, few, [(one.n, one.folder) for one in batches]))
    path = folder / f"{dataset.code}-{sha256(said).hexdigest()[:16]}.json"
    if path.exists():
        return _decode(path.read_bytes())
    made = _computed(read, dataset, batches, relation, few)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.glob(f"{dataset.code}-*.json"):
        old.unlink(missing_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(msgspec.json.encode(made))
    os.replace(beside, path)
    return made


def _computed(read: Read, dataset: Dataset, batches: Sequence[Collected], relation: str, few: int) -> Profile:
    parts = ["count(*)"]
    for one in dataset.columns:
        cell = quoted(one.code)
        parts += [f"count({cell})", f"approx_count_distinct({cell})"]
        if _told(one):
            parts += [f"cast(min({cell}) as varchar)", f"cast(max({cell}) as varchar)"]
    row = iter(read(f"select {', '.join(parts)} from ({relation})", ())[0])  # house: sql
    total, found = int(next(row)), []
    for one in dataset.columns:
        filled, distinct = int(next(row)), int(next(row))
        ends = (next(row), next(row)) if _told(one) else (None, None)
        if filled < few:
            distinct, ends = min(distinct, few), (None, None)
        frequent = _frequent(read, one, relation, few) if not one.personal and _grouped(one, distinct) else ()
        share = round(filled / total, 4) if total else 0.0
        found.append(
            ColumnProfile(code=one.code, filled=share, distinct=min(distinct, filled) if filled else 0, least=ends[0], most=ends[1],
                          frequent=frequent)
        )  # fmt: skip
    batch = batches[-1].n if batches else 0
    return Profile(dataset=dataset.code, batch=batch, rows=total, few=few, columns=tuple(found))


def _told(column: Column) -> bool:
    """Whether the ends of a column are told: never of personal ones, nor of texts, whose ends are single rows' words."""
    return not column.personal and column.kind in ("integer", "number", "date", "time")


def _grouped(column: Column, distinct: int) -> bool:
    return bool(column.codes) or (column.kind in ("yes_no", "text", "integer") and distinct <= 10_000)


def _frequent(read: Read, column: Column, relation: str, few: int) -> tuple[Frequent, ...]:
    """The values that most rows have; only such as at least `few` rows do."""
    cell = quoted(column.code)
    query = (
        f"select cast({cell} as varchar), count(*) from ({relation}) where {cell} is not null group by 1 "  # house: sql
        f"having count(*) >= {few:d} order by 2 desc, 1 limit {MOST_FREQUENT:d}"
    )
    return tuple(Frequent(value, rows, column.codes.get(value)) for value, rows in read(query, ()))


def sample_of(read: Read, dataset: Dataset, relation: str, rows: int) -> list[Mapping[str, Cell]]:
    """A few rows as texts, personal columns masked."""
    parts = []
    for one in dataset.columns:
        text = f"cast({quoted(one.code)} as varchar)"
        parts.append(masked(text, one.mask or Mask()) if one.personal else text)
    names = [one.code for one in dataset.columns]
    query = f"select {', '.join(parts)} from ({relation}) limit {rows:d}"  # house: sql
    return [dict(zip(names, row, strict=True)) for row in read(query, ())]
