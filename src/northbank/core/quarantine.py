"""Bad rows as a person may see them: which cells belong to which column, and what is masked. Reading them is in shell/lake."""

from collections.abc import Iterable, Mapping

import msgspec

from northbank.core.dataset import Column, Dataset, Mask
from northbank.core.journal import Fact

HIDDEN = "*"
MOST_STARS = 8  # a longer row of stars would tell how long the cell is


class QuarantineRead(Fact, frozen=True, kw_only=True, tag="quarantine_read"):
    """Somebody looked at bad rows of a batch. purpose: a code of reasons.csv, "" where cells of persons stayed masked.

    case: number of the matter it was for. rows: how many were shown.
    """

    dataset: str
    batch: int
    purpose: str
    case: str = ""
    rows: int


class BadCell(msgspec.Struct, frozen=True):
    """A cell as it stood in the file. header: what the file calls it. column: code of the contract's column, "" for none."""

    header: str
    column: str
    value: str | None
    masked: bool = False


class BadRow(msgspec.Struct, frozen=True):
    """A row as it stood in its file. row: its number there, where it could be read at all. line: of one that could not be."""

    file: str
    row: int | None
    faults: tuple[str, ...]
    cells: tuple[BadCell, ...] = ()
    line: str | None = None


def stream_of(dataset: str) -> str:
    """The stream that tells who looked at bad rows of a data set."""
    return f"quarantine:{dataset}"


def masked(value: str, mask: Mask) -> str:
    """A cell with so many characters kept at each end, never all of them."""
    keep = mask.first + mask.last
    if keep >= len(value):
        return HIDDEN * min(MOST_STARS, max(1, len(value)))
    end = value[len(value) - mask.last :] if mask.last else ""
    return value[: mask.first] + HIDDEN * min(MOST_STARS, len(value) - keep) + end


def shown(dataset: Dataset, row: BadRow, cells: Mapping[str, str | None], clear: bool) -> BadRow:
    """The row with its cells. clear: cells of persons as they are; else masked, and so is what no contract speaks of."""
    if clear:
        return msgspec.structs.replace(row, cells=tuple(_cells(dataset, cells.items())))
    personal = any(column.personal for column in dataset.columns)
    return msgspec.structs.replace(
        row, cells=tuple(_hidden(dataset, one) for one in _cells(dataset, cells.items())),
        line=masked(row.line, Mask()) if row.line and personal else row.line,
    )  # fmt: skip


def _cells(dataset: Dataset, cells: Iterable[tuple[str, str | None]]) -> list[BadCell]:
    return [
        BadCell(header, column.code if (column := _column(dataset, header)) else "", value) for header, value in cells
    ]


def _column(dataset: Dataset, header: str) -> Column | None:
    return next((one for one in dataset.columns if header == one.code or header in one.headers), None)


def _hidden(dataset: Dataset, cell: BadCell) -> BadCell:
    column = dataset.column(cell.column)
    if cell.value is None or (column is not None and not column.personal):
        return cell
    mask = column.mask if column is not None and column.mask is not None else Mask()
    return msgspec.structs.replace(cell, value=masked(cell.value, mask), masked=True)
