"""Which side of which figure a case list asks for: its rows and nothing else. How figures are counted is see_metrics.py."""

from northbank.core.city import City
from northbank.core.metric_catalog import find
from northbank.core.metrics import Part, Span
from northbank.core.refusal import Refused
from northbank.ports import CaseQuery


def part_of(query: CaseQuery, city: City) -> Part | None:
    """The side of a figure that a list asks for. Refused where it names no period or no figure."""
    if query.metric is None:
        if query.post is not None or query.since is not None or query.until is not None:
            raise Refused("invalid", why="metric: since, until and post belong to a figure")
        return None
    if query.since is None or query.until is None:
        raise Refused("invalid", why="metric: since and until are needed beside it")
    return Part(find(city, query.metric), query.side, Span(query.since, query.until), query.post)
