"""GCJ-02 (the shifted coordinates of Chinese web maps) and back to WGS84.

The shift is the well-known published polynomial; the way back repeats it until the error is far below a meter.
"""

import math

SEMI_MAJOR = 6378245.0
ECCENTRICITY_2 = 0.00669342162296594323
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside of it there is no shift
CLOSE_ENOUGH = 1e-9  # degrees, about 0.1 mm


def in_shifted_area(lon: float, lat: float) -> bool:
    """Whether GCJ-02 differs from WGS84 at this point at all."""
    west, south, east, north = CHINA
    return west <= lon <= east and south <= lat <= north


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """A WGS84 point as GCJ-02."""
    if not in_shifted_area(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    rad = math.radians(lat)
    magic = 1 - ECCENTRICITY_2 * math.sin(rad) ** 2
    root = math.sqrt(magic)
    north = _north(x, y) * 180.0 / ((SEMI_MAJOR * (1 - ECCENTRICITY_2)) / (magic * root) * math.pi)
    east = _east(x, y) * 180.0 / (SEMI_MAJOR / root * math.cos(rad) * math.pi)
    return lon + east, lat + north


def to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """A GCJ-02 point as WGS84, by repeating the forward shift until it lands on the given point."""
    guess_lon, guess_lat = lon, lat
    for _ in range(12):
        shifted = to_gcj02(guess_lon, guess_lat)
        off_lon, off_lat = shifted[0] - lon, shifted[1] - lat
        guess_lon, guess_lat = guess_lon - off_lon, guess_lat - off_lat
        if abs(off_lon) < CLOSE_ENOUGH and abs(off_lat) < CLOSE_ENOUGH:
            break
    return guess_lon, guess_lat


def _waves(x: float) -> float:
    return (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    total = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + _waves(x)
    total += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return total + (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    total = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + _waves(x)
    total += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return total + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
