"""How a cell of a data set is written for a reader: as it is, or under its column's mask. Who may read what is decided elsewhere."""

from datetime import date, datetime

from northbank.core.dataset import Column, Mask

HIDDEN = "*"


def shown(column: Column, value: object, plain: bool = False) -> str:
    """A cell as text; a personal one masked unless `plain`. Masks keep so many characters at each end, and hide at least a third."""
    text = written(value)
    return text if plain or not column.personal else masked(text, column.mask or Mask())


def written(value: object) -> str:
    """A value as text."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime() | date():
            return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
        case _:
            return str(value)


def masked(text: str, mask: Mask) -> str:
    """A text with its middle hidden. A short text shows less than the mask allows, never more than two thirds of it."""
    most = len(text) * 2 // 3
    first = min(mask.first, most)
    last = min(mask.last, most - first)
    return text[:first] + HIDDEN * (len(text) - first - last) + (text[-last:] if last else "")
