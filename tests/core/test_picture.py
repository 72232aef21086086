"""The wall's figures: whatever happened, each tile is the number of rows of its own query."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cards import card, histories, history, moments, newest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import count
from template import NOW

from northbank.core.access import Scope
from northbank.core.card import Card
from northbank.core.picture import KEPT, Picture, Tiles, happening, midnight

ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Asia/Kathmandu", "Asia/Shanghai", "America/Los_Angeles", "Australia/Lord_Howe", "UTC")
    ]
)


def figures(tiles: Tiles) -> Iterator[tuple[str, int]]:
    """(query, figure) of everything the wall shows."""
    needs = tiles.needs_person
    yield needs.query, needs.count
    for figure in (
        needs.urgent,
        needs.late,
        needs.desk,
        tiles.open,
        tiles.soon,
        tiles.reported_today,
        tiles.closed_today,
    ):
        yield figure.query, figure.count
    yield "open=true&late=true", tiles.open.late
    for by in (tiles.by_board, tiles.by_town, tiles.by_state):
        for figure in by.values():
            yield figure.query, figure.count
    for by in (tiles.by_board, tiles.by_town):
        for figure in by.values():
            yield f"{figure.query}&late=true", figure.late
    for grid, number in tiles.by_grid.items():
        yield f"open=true&grid={grid}", number
    yield tiles.on_time.query + "", tiles.on_time.due
    yield tiles.on_time.met_query, tiles.on_time.met
    for hour in tiles.hours:
        yield hour.reported_query, hour.reported
        yield hour.closed_query, hour.closed


def check(tiles: Tiles, cards: list[Card]) -> None:
    for query, number in figures(tiles):
        assert count(cards, query) == number, query
    opened = [one for one in cards if one.open]
    for by, field in (
        (tiles.by_board, "board"),
        (tiles.by_town, "town"),
        (tiles.by_state, "state"),
        (tiles.by_grid, "grid"),
    ):
        assert set(by) == {getattr(one, field) for one in opened} - {None}, field
    assert sum(figure.count for figure in tiles.by_state.values()) == tiles.open.count == len(opened)
    due, met = tiles.on_time.due, tiles.on_time.met
    assert tiles.on_time.rate == (met / due if due else None)


@given(histories, ZONES)
def test_every_tile_counts_its_rows(cards: list[Card], zone: ZoneInfo) -> None:
    picture = Picture(zone)
    for one in cards:
        picture.take(one)
    check(picture.tiles(NOW), newest(cards))
    assert picture.position == len(cards)


@given(histories, ZONES)
def test_taking_one_by_one_is_the_same_as_loading(cards: list[Card], zone: ZoneInfo) -> None:
    live, loaded = Picture(zone), Picture(zone)
    for one in cards:
        live.take(one)
    loaded.load(len(cards), newest(cards))
    assert live.tiles(NOW) == loaded.tiles(NOW)
    loaded.load(len(cards), newest(cards))
    assert live.tiles(NOW) == loaded.tiles(NOW)


@given(histories, st.integers(0, 60), ZONES)
@settings(max_examples=30)
def test_time_passes_without_anything_happening(cards: list[Card], minutes: int, zone: ZoneInfo) -> None:
    """Hours roll over and a new day begins though no card changes."""
    picture = Picture(zone)
    picture.load(0, newest(cards))
    for hours in range(0, 26, 5):
        check(picture.tiles(NOW + timedelta(hours=hours, minutes=minutes)), newest(cards))


@given(histories, ZONES)
def test_forgetting_old_cards_changes_no_figure(cards: list[Card], zone: ZoneInfo) -> None:
    picture = Picture(zone)
    picture.load(0, newest(cards))
    now = NOW + timedelta(hours=20)
    before = picture.tiles(now)
    picture.prune(now)
    assert picture.tiles(now) == before
    assert all(
        one.open or max(one.reported_at, one.closed_at or one.reported_at) > now - KEPT
        for one in picture.cards.values()
    )


@given(histories, st.sampled_from(["TW-H", "TW-O"]), ZONES)
def test_a_scope_counts_only_what_it_sees(cards: list[Card], town: str, zone: ZoneInfo) -> None:
    scope, picture = Scope(town=town, unit="roads"), Picture(zone)
    for one in cards:
        if scope.sees(one):
            picture.take(one)
        else:
            picture.drop(one.id)
    check(picture.tiles(NOW), [one for one in newest(cards) if scope.sees(one)])
    assert not picture.drop("no such card")


@given(moments, ZONES)
@settings(max_examples=200)
def test_midnight_begins_the_day_of_now(now: datetime, zone: ZoneInfo) -> None:
    found = midnight(now, zone)
    assert found <= now
    assert found.utcoffset() == timedelta(0)
    assert found.astimezone(zone).date() == now.astimezone(zone).date()
    assert (found - timedelta(minutes=1)).astimezone(zone).date() < now.astimezone(zone).date()


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Los_Angeles", "Asia/Shanghai"])
def test_today_ends_at_local_midnight(zone: str) -> None:
    here = ZoneInfo(zone)
    day = midnight(NOW, here)
    tomorrow = midnight(day + timedelta(hours=30), here)
    picture = Picture(here)
    picture.take(_reported(1, day))
    picture.take(_reported(2, day - timedelta(microseconds=1)))
    picture.take(_reported(3, tomorrow - timedelta(microseconds=1)))
    last = tomorrow - timedelta(seconds=1)
    assert picture.tiles(last).reported_today.count == 2
    assert picture.tiles(tomorrow).reported_today.count == 0
    picture.take(_reported(4, tomorrow))
    assert picture.tiles(tomorrow).reported_today.count == 1


def test_the_curve_has_24_hours_and_ends_with_this_one() -> None:
    hours = Picture(ZoneInfo("Asia/Kathmandu")).tiles(NOW + timedelta(minutes=59)).hours
    assert [hour.since for hour in hours] == [NOW - timedelta(hours=back) for back in range(23, -1, -1)]


def test_a_report_moves_through_the_tiles_of_its_day() -> None:
    picture, zone = Picture(ZoneInfo("UTC")), UTC
    assert picture.tiles(NOW).on_time.rate is None
    for seed in range(200):
        picture.take(card(1, seed))
    tiles = picture.tiles(NOW.astimezone(zone))
    assert tiles.open.count + len([1 for one in picture.cards.values() if not one.open]) == 1


def test_a_happening_says_what_where_and_whose() -> None:
    [one] = history(1, 1, 1)
    line = happening(one, 7, "reported", NOW)
    assert (line.position, line.id, line.number, line.what, line.at) == (7, one.id, one.number, "reported", NOW)
    assert not {"reporter", "subject", "external"} & set(line.__struct_fields__)


def _reported(n: int, at: datetime) -> Card:
    import msgspec

    return msgspec.structs.replace(card(n, n), reported_at=at, closed_at=None)
