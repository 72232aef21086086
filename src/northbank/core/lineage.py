"""Where a number comes from: a graph from the file a provider sent to the figure on a screen. Pure; built of contracts and statements.

Rows are never here, nor what a figure is. OpenLineage's own words for the same are in openlineage.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.bases import Base
from northbank.core.dataset import AnyStatement, Collected, Dataset, standing
from northbank.core.indicator import Indicator
from northbank.core.linking import LinkRun
from northbank.core.match import Model
from northbank.core.name import Name
from northbank.core.subject import Subject
from northbank.core.vital_sign import VitalSign

NodeKind = Literal[
    "provider", "file", "batch", "column", "dataset", "link", "base", "golden", "subject", "indicator", "vital_sign", "screen"
]  # fmt: skip
BATCHES = 12  # of a data set, the newest; those before are one node


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the graph. id: `kind:code`; of a base and its golden columns as of a data set and its columns. owner: who answers for it. at, rows, score: where they are known.

    count: how many it stands for (earlier batches are one node). digest: of a file. personal: the column says something of a person.
    """

    id: str
    kind: NodeKind
    name: Name
    owner: str = ""
    at: datetime | None = None
    rows: int | None = None
    score: float | None = None
    count: int = 1
    digest: str = ""
    personal: bool = False


class Edge(msgspec.Struct, frozen=True):
    """Something flows from one place to another; how: in a word."""

    origin: str
    target: str
    how: str = ""


class Graph(msgspec.Struct, frozen=True):
    """Places, those that data come from first, and edges between them."""

    nodes: list[Node]
    edges: list[Edge]


class Governed(msgspec.Struct, frozen=True, kw_only=True):
    """What of a city the graph is built of."""

    datasets: Mapping[str, Dataset]
    subjects: Mapping[str, Subject] = {}
    indicators: Mapping[str, Indicator] = {}
    vital_signs: Mapping[str, VitalSign] = {}
    links: Mapping[str, Model] = {}
    bases: Mapping[str, Base] = {}


ORDER: Mapping[NodeKind, int] = {
    "provider": 0, "file": 1, "batch": 2, "dataset": 3, "column": 4, "link": 5, "base": 6, "golden": 7,
    "subject": 8, "indicator": 9, "vital_sign": 10, "screen": 11,
}  # fmt: skip
SCREENS: Mapping[str, Name] = {
    "wall": Name("大屏：城市体征", "wall: vital signs"),
    "data": Name("数据平台：指标", "data platform: figures"),
    "desk": Name("值守：涉及对象", "desk: what a case concerns"),
}


class _Drawing:
    """A graph being drawn; each node once."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}

    def node(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def edge(self, origin: str, target: str, how: str = "") -> None:
        self.edges.setdefault((origin, target), Edge(origin, target, how))


def graph_of(
    city: Governed, past: Mapping[str, Sequence[AnyStatement]], as_of: Mapping[str, int] | None = None,
    runs: Mapping[str, tuple[datetime, LinkRun]] | None = None,
) -> Graph:  # fmt: skip
    """Everything there is. past: batches of each data set, the oldest first; as_of: the last batch to look at; runs: newest of each link model."""
    draw = _Drawing()
    for model in city.links.values():
        _link(draw, model, (runs or {}).get(model.code))
    for base in city.bases.values():
        _base(draw, base, standing(base.dataset, past.get(base.code, ()), (as_of or {}).get(base.code)))
    for code, dataset in city.datasets.items():
        if code in city.bases:
            continue
        _dataset(draw, dataset, past.get(code, ()), (as_of or {}).get(code))
        for rule in dataset.rules:
            if rule.dataset:
                draw.edge(f"dataset:{rule.dataset}", f"dataset:{code}", "reference")
    for subject in city.subjects.values():
        _subject(draw, subject)
    for indicator in city.indicators.values():
        _indicator(draw, indicator, city)
    for sign in city.vital_signs.values():
        at = draw.node(Node(id=f"vital_sign:{sign.code}", kind="vital_sign", name=sign.name, owner=sign.owner))
        draw.edge(f"indicator:{sign.indicator}", at, "reading")
        draw.edge(at, _screen(draw, "wall"), "tile")
    nodes = sorted(draw.nodes.values(), key=lambda node: (ORDER[node.kind], node.id))
    return Graph(nodes, list(draw.edges.values()))


def _screen(draw: _Drawing, code: str) -> str:
    return draw.node(Node(id=f"screen:{code}", kind="screen", name=SCREENS[code]))


def _dataset(draw: _Drawing, dataset: Dataset, past: Sequence[AnyStatement], as_of: int | None) -> None:
    batches = standing(dataset, past, as_of)
    at = draw.node(
        Node(
            id=f"dataset:{dataset.code}", kind="dataset", name=dataset.name, owner=dataset.owner,
            at=batches[-1].happened_at if batches else None, rows=sum(one.good for one in batches) if batches else None,
            score=batches[-1].score if batches else None,
        )
    )  # fmt: skip
    source = Name(dataset.source, dataset.source)
    provider = draw.node(
        Node(id=f"provider:{dataset.owner}/{dataset.source}", kind="provider", name=source, owner=dataset.owner)
    )
    earlier, shown = batches[:-BATCHES], batches[-BATCHES:]
    if earlier:
        _earlier(draw, dataset, earlier, provider, at)
    for one in shown:
        _batch(draw, dataset, one, provider, at)
    if not batches:
        draw.edge(provider, at, "nothing yet")
    for column in dataset.columns:
        of = Node(
            id=f"column:{dataset.code}.{column.code}", kind="column", name=column.name, owner=dataset.owner, personal=column.personal
        )  # fmt: skip
        draw.edge(at, draw.node(of), "column")


def _earlier(draw: _Drawing, dataset: Dataset, batches: Sequence[Collected], provider: str, at: str) -> None:
    rows, last = sum(one.good for one in batches), batches[-1]
    node = Node(
        id=f"batch:{dataset.code}/-{last.n}", kind="batch", name=Name(f"更早的 {len(batches)} 批", f"{len(batches)} earlier batches"),
        owner=dataset.owner, at=last.happened_at, rows=rows, count=len(batches),
    )  # fmt: skip
    draw.edge(provider, draw.node(node), "collect")
    draw.edge(node.id, at, "govern")


def _batch(draw: _Drawing, dataset: Dataset, one: Collected, provider: str, at: str) -> None:
    node = Node(
        id=f"batch:{dataset.code}/{one.n}", kind="batch", name=Name(f"第 {one.n} 批", f"batch {one.n}"), owner=dataset.owner,
        at=one.happened_at, rows=one.good, score=one.score,
    )  # fmt: skip
    draw.node(node)
    draw.edge(node.id, at, "govern")
    for file in one.files:
        name = Name(file.name, file.name)
        of = Node(
            id=f"file:{file.digest}", kind="file", name=name, owner=dataset.owner, at=file.changed, rows=file.rows, digest=file.digest
        )  # fmt: skip
        draw.edge(provider, draw.node(of), "sent")
        draw.edge(of.id, node.id, "collect")


def _link(draw: _Drawing, model: Model, last: tuple[datetime, LinkRun] | None) -> None:
    at, run = last or (None, None)
    node = Node(id=f"link:{model.code}", kind="link", name=model.name, at=at, rows=run.entities if run else None)
    draw.node(node)
    for field in model.fields:
        for dataset, column in field.of.items():
            draw.edge(f"column:{dataset}.{column}", node.id, field.code)


def _base(draw: _Drawing, base: Base, built: Sequence[Collected]) -> None:
    last = built[-1] if built else None
    at = draw.node(
        Node(
            id=f"dataset:{base.code}", kind="base", name=base.name, owner=base.dataset.owner,
            at=last.happened_at if last else None, rows=last.good if last else None,
        )
    )  # fmt: skip
    if base.link:
        draw.edge(f"link:{base.link}", at, "entities")
    for dataset in base.inputs:
        draw.edge(f"dataset:{dataset}", at, "golden records")
    for one in base.columns:
        code, name, personal = one.column.code, one.column.name, one.column.personal
        of = Node(
            id=f"column:{base.code}.{code}", kind="golden", name=name, owner=base.dataset.owner, personal=personal
        )
        draw.edge(at, draw.node(of), "column")
        for dataset, column in one.of.items():
            draw.edge(f"column:{dataset}.{column}", of.id, one.rule)
    if base.point or base.kind == "population":
        draw.edge(at, _screen(draw, "desk"), "near a case")


def _subject(draw: _Drawing, subject: Subject) -> None:
    at = draw.node(Node(id=f"subject:{subject.code}", kind="subject", name=subject.name, owner=subject.owner))
    for one in subject.columns:
        draw.edge(f"column:{one.dataset}.{one.column}", at, one.code)
    for join in subject.joins:
        for left, right in join.on:
            draw.edge(f"column:{left}", at, "key")
            draw.edge(f"column:{join.dataset}.{right}", at, "key")


def _indicator(draw: _Drawing, indicator: Indicator, city: Governed) -> None:
    node = Node(id=f"indicator:{indicator.code}", kind="indicator", name=indicator.name, owner=indicator.owner)
    at = draw.node(node)
    if indicator.of in city.subjects:
        draw.edge(f"subject:{indicator.of}", at, indicator.measure)
    else:
        for column in indicator.columns:
            draw.edge(f"column:{indicator.of}.{column}", at, indicator.measure)
        if not indicator.columns:
            draw.edge(f"dataset:{indicator.of}", at, indicator.measure)
    draw.edge(at, _screen(draw, "data"), "tile")


def around(graph: Graph, start: str, ways: Sequence[Literal["up", "down"]] = ("up", "down")) -> Graph:
    """The part of a graph that leads to a place (up) and from it (down). Empty where there is no such place."""
    known = {node.id for node in graph.nodes}
    kept = {start} & known
    for way in ways:
        kept |= _reach(graph.edges, start, way) & known if start in known else set()
    return Graph(
        [node for node in graph.nodes if node.id in kept],
        [edge for edge in graph.edges if edge.origin in kept and edge.target in kept],
    )


def _reach(edges: Iterable[Edge], start: str, way: Literal["up", "down"]) -> set[str]:
    ahead: dict[str, list[str]] = {}
    for edge in edges:
        here, there = (edge.target, edge.origin) if way == "up" else (edge.origin, edge.target)
        ahead.setdefault(here, []).append(there)
    seen, todo = {start}, [start]
    while todo:
        for one in ahead.get(todo.pop(), ()):
            if one not in seen:
                seen.add(one)
                todo.append(one)
    return seen
