"""A file of old records as a city's open data gives them: invented, the same for the same seed, of any length."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from northbank.core.city import City

HEAD = ("SRNumber", "CreatedDate", "ClosedDate", "Status", "RequestType", "Address", "Longitude", "Latitude", "Note")
FIRST = datetime(2025, 3, 1, 8)
_NOTES = (
    "Bulky items on the curb",
    "Street light out since Monday",
    "Graffiti on the wall",
    "Pothole near the crossing",
)


def write_records(path: Path, city: City, count: int, seed: int = 3) -> None:
    """A CSV file of `count` records; four in five are closed."""
    chance = random.Random(seed)
    shapes = sorted(city.places.shapes)
    spots = [city.places.center(code) for code in chance.sample(shapes, min(50, len(shapes)))]
    kinds = sorted(city.types)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for n in range(count):
            at = FIRST + timedelta(seconds=120 * n)
            closed = at + timedelta(hours=chance.randint(1, 200)) if chance.random() < 0.8 else None
            lon, lat = chance.choice(spots)
            out.writerow([
                f"1-{n:09d}", f"{at:%m/%d/%Y %H:%M:%S}", f"{closed:%m/%d/%Y %H:%M:%S}" if closed else "",
                "Closed" if closed else "Open", chance.choice(kinds), f"{n % 9000} Main Street", lon, lat,
                chance.choice(_NOTES),
            ])  # fmt: skip


def write_map(path: Path, city: City) -> None:
    """The MAP.toml of such a file."""
    types = "".join(f'"{kind}" = "{kind}"\n' for kind in sorted(city.types))
    source = sorted(city.sources)[0]
    path.write_text(
        f'timezone = "{city.timezone}"\ntimes = ["%m/%d/%Y %H:%M:%S"]\n[columns]\nexternal = ["SRNumber"]\n'
        'reported = ["CreatedDate"]\nclosed = ["ClosedDate"]\ntype = ["RequestType"]\nlon = ["Longitude"]\n'
        'lat = ["Latitude"]\naddress = ["Address"]\ntext = ["Note"]\n'
        f'[defaults]\nsource = "{source}"\n[types]\n{types}',
        encoding="utf-8",
    )
