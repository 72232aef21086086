"""Reports to send: invented, the same for the same seed, spread over the grids, types and sources of a pack."""

import random
from pathlib import Path

import msgspec

from northbank.core.city import City
from northbank.pack.load import load

ROOT = Path(__file__).resolve().parents[1]
COUNT = 997
SPOTS = 200
_WORDS = (
    "路灯不亮",
    "井盖破损",
    "垃圾堆放",
    "占道经营",
    "水管漏水",
    "噪声扰民",
    "树枝折断",
    "积水较深",
    "近小区门口",
    "请尽快处理",
)


def the_city(pack: str) -> City:
    """A pack of this checkout; the template where that one cannot be loaded without the operator's files."""
    path = ROOT / "packs" / pack
    return load(path if path.is_dir() else ROOT / "packs" / "_template", None)


def bodies(city: City, count: int = COUNT, seed: int = 7) -> list[bytes]:
    """JSON documents for POST /api/v1/reports."""
    chance = random.Random(seed)
    spots = _spots(city, chance)
    kinds, sources = sorted(city.types), sorted(city.sources)
    found = []
    for n in range(count):
        lon, lat = chance.choice(spots)
        document = {
            "type": chance.choice(kinds),
            "place": {"lon": lon, "lat": lat, "address": f"{chance.choice(_WORDS)}旁 {chance.randrange(1, 300)} 号"},
            "text": "，".join(chance.choices(_WORDS, k=chance.randrange(2, 7))),
            "contact": {"name": f"市民{n}", "phone": f"1380000{n:04d}"},
            "source": chance.choice(sources),
        }
        found.append(msgspec.json.encode(document))
    return found


def _spots(city: City, chance: random.Random) -> list[tuple[float, float]]:
    """Points that lie in a grid, some near borders."""
    codes = sorted(city.places.shapes)
    found: list[tuple[float, float]] = []
    while len(found) < SPOTS:
        west, south, east, north = city.places.shapes[chance.choice(codes)].bounds
        lon, lat = round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6)
        if city.places.find(lon, lat) is not None:
            found.append((lon, lat))
    return found
