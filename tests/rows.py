"""What a case-list query means, said a second time and simply: the oracle for tiles and for the SQL of the list."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

import msgspec

from northbank.core.card import Card
from northbank.ports import CaseQuery

EQUAL = ("board", "town_board", "town", "grid", "owner", "source")
FLAGS = ("open", "late", "soon", "needs", "urgent", "on_time")


def parse(query: str) -> CaseQuery:
    """A query string as the HTTP face reads it."""
    return msgspec.convert(dict(parse_qsl(query, keep_blank_values=True)), CaseQuery, strict=False)


def matches(card: Card, query: CaseQuery) -> bool:
    """Whether the card is a row of the query."""
    wanted = [(getattr(query, name), getattr(card, name)) for name in EQUAL]
    if any(wish is not None and (found or "") != wish for wish, found in wanted):
        return False
    if any(getattr(query, name) is not None and getattr(card, name) is not getattr(query, name) for name in FLAGS):
        return False
    for name in ("state", "type"):
        wish = getattr(query, name)
        if wish is not None and (getattr(card, name) or "") not in wish.split(","):
            return False
    if query.ids is not None and card.id not in query.ids.split(","):
        return False
    if query.support is not None and query.support not in card.support:
        return False
    if query.desk in ("true", "false") and (card.desk is not None) is not (query.desk == "true"):
        return False
    if query.desk not in (None, "true", "false") and card.desk not in query.desk.split(","):
        return False
    if query.q and query.q.lower() not in card.number.lower():
        return False
    for at, low, high in (
        (card.reported_at, query.reported_from, query.reported_to),
        (card.closed_at, query.closed_from, query.closed_to),
    ):
        if low is not None and (at is None or at < low):
            return False
        if high is not None and (at is None or at >= high):
            return False
    return True


def count(cards: Iterable[Card], query: str) -> int:
    """How many cards are rows of a query string."""
    parsed = parse(query)
    return sum(matches(card, parsed) for card in cards)
