"""Where a number comes from and where it goes: the graph around a figure, an indicator, a data set or a column. Nothing is changed."""

from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.access import Actor
from northbank.core.city import City
from northbank.core.lineage import Edge, Governed, Graph, Node, around, graph_of
from northbank.core.linking import LinkRun, runs_stream
from northbank.core.refusal import Refused
from northbank.flows.platform import check_reader
from northbank.flows.standing_batches import Told, past_batches
from northbank.ports import World


class LineageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to start from: exactly one of the first seven. figure: a node's id such as `screen:wall` or `vital_sign:air`. way: up to where
    it comes from, down to where it goes. as_of: of a data set, its last batch to look at."""

    figure: str | None = None
    dataset: str | None = None
    column: str | None = None
    subject: str | None = None
    link: str | None = None
    indicator: str | None = None
    vital_sign: str | None = None
    way: Literal["up", "down", "both"] = "both"
    as_of: int | None = None


class LineageView(msgspec.Struct, frozen=True):
    """The part of the graph around `start`, nodes in the order of the flow."""

    start: str
    nodes: list[Node]
    edges: list[Edge]


async def lineage(platform: Told, actor: Actor, query: LineageQuery) -> LineageView:
    """The graph around one place. Refused: `forbidden`, `lineage_start`, `not_found`."""
    check_reader(actor)
    asked = ("figure", "dataset", "column", "subject", "link", "indicator", "vital_sign")
    given = [(kind, code) for kind in asked if (code := getattr(query, kind)) is not None]
    if len(given) != 1:
        raise Refused("lineage_start", allowed=", ".join(asked))
    kind, code = given[0]
    start = code if kind == "figure" else f"{kind}:{code}"
    as_of = {code.partition(".")[0]: query.as_of} if query.as_of is not None and kind in ("dataset", "column") else {}
    graph = around(await whole(platform, as_of), start, ("up", "down") if query.way == "both" else (query.way,))
    if not graph.nodes:
        raise Refused("not_found", what=start)
    return LineageView(start, graph.nodes, graph.edges)


async def whole(platform: Told, as_of: dict[str, int] | None = None) -> Graph:
    """The graph of everything."""
    world = platform.world
    past = {code: await past_batches(platform, one) for code, one in world.city.datasets.items()}
    return graph_of(governed(world.city), past, as_of, await _newest_runs(world))


async def _newest_runs(world: World) -> dict[str, tuple[datetime, LinkRun]]:
    """Of each link model its newest run, where nothing was learned since."""
    found = {}
    for code in world.city.links if world.scans else ():
        entry = await world.scans.last(runs_stream(code)) if world.scans else None
        if entry is not None and isinstance(entry.data, LinkRun):
            found[code] = (entry.at, entry.data)
    return found


def governed(city: City) -> Governed:
    """What of a city the graph is built of."""
    return Governed(
        datasets=city.datasets, subjects=city.subjects, indicators=city.indicators, vital_signs=city.vital_signs,
        links=city.links, bases=city.bases,
    )  # fmt: skip
