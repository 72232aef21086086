"""The live picture: what the wall shows, as the fold of cards. Counts and the queries that open their rows live here.

Every figure is a number of rows of the case list, and carries the query that lists exactly those rows.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from northbank.core.card import Card

HOUR = timedelta(hours=1)
SLOT = timedelta(minutes=15)  # every time zone in use begins its day on a quarter of an hour
KEPT = timedelta(hours=49)  # ended cases stay this long: yesterday is compared with today


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A count, how many of them are late, and the case-list query that opens the rows."""

    count: int
    query: str
    late: int = 0


class Needs(msgspec.Struct, frozen=True):
    """What waits for a person of the center, and why (one case may have several reasons)."""

    count: int
    query: str
    urgent: Figure
    late: Figure
    desk: Figure


class Ratio(msgspec.Struct, frozen=True):
    """A share of rows; rate is None when nothing was due."""

    met: int
    due: int
    rate: float | None
    query: str
    met_query: str


class Hour(msgspec.Struct, frozen=True):
    """One hour of the curve, from its first instant, with the queries of both figures."""

    since: datetime
    reported: int
    closed: int
    reported_query: str
    closed_query: str


class Band(msgspec.Struct, frozen=True):
    """The usual number of reports of an hour of this weekday, lowest and highest of the weeks before."""

    low: float
    high: float


class Tiles(msgspec.Struct, frozen=True):
    """All figures of the wall at one position."""

    needs_person: Needs
    open: Figure
    soon: Figure
    by_board: dict[str, Figure]
    by_town: dict[str, Figure]
    by_state: dict[str, Figure]
    by_grid: dict[str, int]
    reported_today: Figure
    closed_today: Figure
    on_time: Ratio
    hours: list[Hour]
    usual: list[Band] | None = None


class Happening(msgspec.Struct, frozen=True, gc=False):
    """One line of the stream: what happened to which case. No personal data."""

    position: int
    id: str
    number: str
    what: str
    at: datetime
    type: str | None
    town: str | None
    grid: str | None
    state: str
    urgent: bool
    late: bool
    owner: str | None


def iso(at: datetime) -> str:
    """A moment as it stands in a query string."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local day that holds `now`, in UTC."""
    local = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(ZoneInfo("UTC"))


class Picture:
    """Cards by id and the counters they add up to. `take` costs the same however large the city is."""

    def __init__(self, zone: ZoneInfo, usual: list[Band] | None = None) -> None:
        self.zone = zone
        self.usual = usual
        self.position = 0
        self.cards: dict[str, Card] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def load(self, position: int, cards: Iterable[Card]) -> None:
        """Begin from a snapshot."""
        self.position = position
        self.cards.clear()
        self._counts.clear()
        for card in cards:
            self.take(card)

    def copy(self) -> "Picture":
        """Another one that says the same."""
        made = Picture(self.zone, self.usual)
        made.position, made.cards, made._counts = self.position, dict(self.cards), self._counts.copy()
        return made

    def take(self, card: Card) -> None:
        """Put a card in the place of its former self."""
        old = self.cards.get(card.id)
        if old is not None:
            for key in _keys(old):
                self._counts[key] -= 1
        self.cards[card.id] = card
        for key in _keys(card):
            self._counts[key] += 1
        self.position = max(self.position, card.position)

    def drop(self, id: str) -> bool:
        """Take a card out (it left the scope); False when it was not there."""
        old = self.cards.pop(id, None)
        if old is None:
            return False
        for key in _keys(old):
            self._counts[key] -= 1
        return True

    def prune(self, now: datetime) -> list[str]:
        """Forget ended cases older than the picture needs; returns their ids."""
        edge = now - KEPT
        old = [
            c.id for c in self.cards.values() if not c.open and c.reported_at < edge and (c.closed_at or edge) <= edge
        ]
        for id in old:
            self.drop(id)
        self._counts = +self._counts
        return old

    def tiles(self, now: datetime) -> Tiles:
        """All figures at this moment."""
        day = midnight(now, self.zone)
        today = iso(day)
        return Tiles(
            needs_person=Needs(
                self._n("needs", ""), "needs=true",
                Figure(self._n("needs.urgent", ""), "needs=true&urgent=true"),
                Figure(self._n("needs.late", ""), "needs=true&late=true"),
                Figure(self._n("needs.desk", ""), "needs=true&desk=true"),
            ),
            open=Figure(self._n("open", ""), "open=true", self._n("late", "")),
            soon=Figure(self._n("soon", ""), "open=true&soon=true"),
            by_board=self._by("board"), by_town=self._by("town"),
            by_state={k: Figure(n, f"state={k}&open=true") for k, n in self._all("state")},
            by_grid=dict(self._all("grid")),
            reported_today=Figure(self._since("reported", day), f"reported_from={today}"),
            closed_today=Figure(self._since("closed", day), f"closed_from={today}"),
            on_time=self._on_time(day, today), hours=self._hours(now), usual=self.usual,
        )  # fmt: skip

    def _n(self, what: str, key: str) -> int:
        return self._counts[(what, key)]

    def _all(self, what: str) -> list[tuple[str, int]]:
        return sorted((key, n) for (name, key), n in self._counts.items() if name == what and n > 0)

    def _by(self, what: str) -> dict[str, Figure]:
        return {key: Figure(n, f"open=true&{what}={key}", self._n(f"late.{what}", key)) for key, n in self._all(what)}

    def _since(self, what: str, since: datetime) -> int:
        edge = iso(since)
        return sum(n for (name, key), n in self._counts.items() if name == what and key >= edge)

    def _on_time(self, day: datetime, today: str) -> Ratio:
        due, met = self._since("done", day), self._since("met", day)
        query = f"state=closed,rated,archived&closed_from={today}"
        return Ratio(met, due, met / due if due else None, query, f"{query}&on_time=true")

    def _hours(self, now: datetime) -> list[Hour]:
        last = now.replace(minute=0, second=0, microsecond=0)
        return [self._hour(last - back * HOUR) for back in range(23, -1, -1)]

    def _hour(self, since: datetime) -> Hour:
        slots = [iso(since + n * SLOT) for n in range(HOUR // SLOT)]
        span = "{0}_from=" + iso(since) + "&{0}_to=" + iso(since + HOUR)
        reported, closed = (sum(self._counts[(what, slot)] for slot in slots) for what in ("reported", "closed"))
        return Hour(since, reported, closed, span.format("reported"), span.format("closed"))


def _slot(at: datetime) -> str:
    return iso(at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0))


def _keys(card: Card) -> list[tuple[str, str]]:
    """Everything a card counts towards."""
    keys = [("reported", _slot(card.reported_at))]
    if card.closed_at is not None:
        keys.append(("closed", _slot(card.closed_at)))
        if card.on_time is not None:
            keys.append(("done", _slot(card.closed_at)))
            if card.on_time:
                keys.append(("met", _slot(card.closed_at)))
    if not card.open:
        return keys
    keys += [("open", ""), ("state", card.state)]
    keys += [(name, code) for name, code in (("board", card.board), ("town", card.town), ("grid", card.grid)) if code]
    if card.late:
        keys.append(("late", ""))
        keys += [(f"late.{name}", code) for name, code in (("board", card.board), ("town", card.town)) if code]
    if card.soon:
        keys.append(("soon", ""))
    if card.needs:
        keys.append(("needs", ""))
        keys += [
            ("needs." + name, "")
            for name, on in (("urgent", card.urgent), ("late", card.late), ("desk", card.desk is not None))
            if on
        ]
    return keys


def happening(card: Card, position: int, what: str, at: datetime) -> Happening:
    """The stream line of one entry."""
    return Happening(
        position, card.id, card.number, what, at, card.type, card.town, card.grid, card.state, card.urgent, card.late,
        card.owner,
    )  # fmt: skip
