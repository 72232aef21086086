"""What the pack tests share: the packs of the checkout, a copy of the template to break, invented council shapes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

PACKS = Path(__file__).resolve().parents[2] / "packs"
REGIONS = {
    1: "NORTH EAST VALLEY", 2: "NORTH WEST VALLEY", 3: "SOUTH WEST VALLEY", 4: "SOUTH EAST VALLEY", 5: "CENTRAL 1",
    6: "CENTRAL 2", 7: "EAST", 8: "NORTH EAST LA", 9: "SOUTH LA 2", 10: "SOUTH LA 1", 11: "WEST LA", 12: "HARBOR",
}  # fmt: skip
TOLD = {52: 6, 47: 8, 19: 3, 113: 2, 95: 12}  # the councils that stories speak of, and their regions


@pytest.fixture(scope="session")
def packs() -> Path:
    """The folder of all packs."""
    return PACKS


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The template, copied to be broken."""
    return Path(shutil.copytree(PACKS / "_template", tmp_path / "copy"))


@pytest.fixture
def edit(copy: Path) -> Callable[[str, str, str], None]:
    """Replace a text that stands exactly once in a file of the copy."""

    def change(file: str, old: str, new: str) -> None:
        text = (copy / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (copy / file).write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture(scope="session")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder such as an operator brings: 99 invented squares with the properties of the council file."""
    folder = tmp_path_factory.mktemp("areas")
    numbers = [*TOLD, *(n for n in range(200, 400) if n not in TOLD)][:99]
    features = []
    for place, number in enumerate(numbers):
        row, column = divmod(place, 10)
        west, south = -118.5 + column * 0.01, 34.0 + row * 0.01
        east, north = west + 0.01, south + 0.01
        region = TOLD.get(number, place % 12 + 1)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append({
            "type": "Feature",
            "properties": {
                "nc_id": str(number), "name": f"INVENTED {number} NC", "service_re": f"REGION {region} - {REGIONS[region]}",
            },
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        })  # fmt: skip
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "neighborhood_councils.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return folder
