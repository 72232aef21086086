"""A file of records of the past and the map that reads it, as the tests of import and replay write them."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

COLUMNS = {
    "external": "id", "reported": "when", "closed": "end", "type": "kind", "lon": "lon", "lat": "lat",
}  # fmt: skip


def map_text(more_columns: dict[str, str], rest: str) -> str:
    """A MAP.toml with further columns, and with what stands under the sources."""
    columns = "".join(f'{field} = ["{name}"]\n' for field, name in (COLUMNS | more_columns).items())
    return (
        f'timezone = "Asia/Kathmandu"\ntimes = ["%Y-%m-%d %H:%M:%S"]\n[columns]\n{columns}'
        f'[defaults]\nsource = "phone"\n{rest}'
    )


def write_rows(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file under these names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    return path
