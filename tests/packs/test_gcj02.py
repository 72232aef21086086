"""GCJ-02 to WGS84: known points, there and back below a decimeter, nothing moved outside of the shifted area."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.pack.gcj02 import to_gcj02, to_wgs84

METERS = 111_320.0


def meters(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of two near points."""
    return math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1])), a[1] - b[1]) * METERS


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [  # widely published pairs of the same places
        ((116.391, 39.907), (116.39724, 39.90840)),
        ((121.4737, 31.2304), (121.47821, 31.22844)),
        ((106.5508, 29.5638), (106.55438, 29.56108)),
    ],
)
def test_known_points(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert meters(to_gcj02(*wgs), gcj) < 60
    assert meters(to_wgs84(*to_gcj02(*wgs)), wgs) < 0.01


@given(st.floats(73.0, 135.0), st.floats(3.0, 53.0))
def test_there_and_back(lon: float, lat: float) -> None:
    shifted = to_gcj02(lon, lat)
    assert 20 < meters((lon, lat), shifted) < 1500
    assert meters(to_wgs84(*shifted), (lon, lat)) < 0.1


@given(st.floats(-180, 70), st.floats(-90, 90))
def test_nothing_moves_elsewhere(lon: float, lat: float) -> None:
    assert to_gcj02(lon, lat) == to_wgs84(lon, lat) == (lon, lat)
