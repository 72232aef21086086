"""Events of OpenLineage: as its own classes and types want them, each batch told once, sent on or kept until they can be."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import attr
import pytest
from openlineage.client import event_v2, facet_v2
from openlineage.client.serde import Serde
from shell.linked import LinkDesk, silent
from shell.test_figures import SHOPS, Desk
from template import LEADER

from northbank.flows.govern import govern
from northbank.flows.link import link
from northbank.flows.see_lineage import LineageQuery, lineage
from northbank.flows.tell_lineage import export_lineage, tell_lineage
from northbank.shell.lake.trail import FileTrail

FACETS = {
    "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
    "columnLineage": facet_v2.column_lineage_dataset.ColumnLineageDatasetFacet,
    "documentation": facet_v2.documentation_dataset.DocumentationDatasetFacet,
    "dataSource": facet_v2.datasource_dataset.DatasourceDatasetFacet,
    "dataQualityMetrics": facet_v2.data_quality_metrics_dataset.DataQualityMetricsDatasetFacet,
    "dataQualityAssertions": facet_v2.data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet,
    "outputStatistics": facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
    "errorMessage": facet_v2.error_message_run.ErrorMessageRunFacet,
    "jobType": facet_v2.job_type_job.JobTypeJobFacet,
    "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    "ownership": facet_v2.ownership_dataset.OwnershipDatasetFacet,
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _facet(name: str, value: dict[str, Any]) -> None:
    """A facet holds the fields of its class, those that are required among them, and names its own schema."""
    kind: Any = FACETS[name]
    fields = {one.name.lstrip("_"): one for one in attr.fields(kind)}
    given = {key.lstrip("_"): each for key, each in value.items()}
    assert set(given) <= set(fields), name
    assert {key for key, one in fields.items() if one.default is attr.NOTHING} <= set(given), name
    assert value["_schemaURL"] == kind._get_schema(), name
    kind(**{key: each for key, each in given.items() if key not in ("producer", "schemaURL", "deleted")})


def _dataset(value: dict[str, Any], kind: Any) -> Any:
    for name, facet in {
        **value.get("facets", {}),
        **value.get("outputFacets", {}),
        **value.get("inputFacets", {}),
    }.items():
        _facet(name, facet)
    return kind(namespace=value["namespace"], name=value["name"])


def check(event: dict[str, Any]) -> None:
    """The event can be made by OpenLineage's own client from the same parts."""
    for name, facet in {**event["job"]["facets"], **event.get("run", {}).get("facets", {})}.items():
        _facet(name, facet)
    job = event_v2.Job(event["job"]["namespace"], event["job"]["name"])
    inputs = [_dataset(one, event_v2.InputDataset) for one in event["inputs"]]
    outputs = [_dataset(one, event_v2.OutputDataset) for one in event["outputs"]]
    if "run" in event:
        made: Any = event_v2.RunEvent(
            eventType=event_v2.RunState(event["eventType"]), eventTime=event["eventTime"],
            run=event_v2.Run(event["run"]["runId"]), job=job, producer=event["producer"], inputs=inputs, outputs=outputs,
        )  # fmt: skip
    else:
        made = event_v2.JobEvent(
            eventTime=event["eventTime"], producer=event["producer"], job=job, inputs=inputs, outputs=outputs
        )
    assert event["schemaURL"] == made.schemaURL
    assert set(event) == set(json.loads(Serde.to_json(made)))


async def test_every_event_is_one_of_openlineage(desk: Desk) -> None:
    await desk.shops()
    desk.root.joinpath("spoilt.csv").write_text(
        "\n".join((SHOPS, *(f"b{n},店,,,,12345,,,,," for n in range(9)))), "utf-8"
    )
    with pytest.raises(AssertionError):  # turned away: nine of nine rows are bad
        await desk.collect("shops", "spoilt.csv", SHOPS, *(f"b{n},店,,,,12345,,,,," for n in range(9)))
    events = [event async for event in export_lineage(desk.memory.world, LEADER)]
    for event in events:
        check(event)
    runs = [(event["eventType"], event["job"]["name"]) for event in events if "run" in event]
    assert runs == [
        ("START", "collect.shops"),
        ("COMPLETE", "collect.shops"),
        ("START", "collect.shops"),
        ("FAIL", "collect.shops"),
    ]
    assert len({event["run"]["runId"] for event in events if "run" in event}) == 2
    jobs = {event["job"]["name"]: event for event in events if "run" not in event}
    assert set(jobs) == {"join.shop_checks", "prepare.shops_open", "prepare.inspections_passed"}
    fields = jobs["join.shop_checks"]["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert fields["kind"]["inputFields"][0]["name"] == "shops"


async def test_runs_of_links_and_versions_of_bases_are_told_once_each(tmp_path: Path) -> None:
    linked, trail = LinkDesk(tmp_path), FileTrail(tmp_path / "lineage")
    await linked.bring("shops", ["s1,好味,914403001922038216,13800138000,2020-01-02,10,85.33,-5.12"])
    await linked.bring("permits", ["p1,北岸好味餐饮,914403001922038216,13900139000,2020-01-12,港口路1号,12"])
    await link(linked.platform, "keepers", False, silent)
    await govern(linked.platform, "legal_persons", silent)
    world = linked.memory.world
    assert await tell_lineage(world, trail) == 4
    assert await tell_lineage(world, trail) == 0
    await linked.bring("shops", ["s2,新店,,13800138001,2020-01-02,10,,"], "more")
    await link(linked.platform, "keepers", False, silent)
    assert await tell_lineage(world, trail) == 2
    assert await tell_lineage(world, trail) == 0
    lines = [
        json.loads(line) for path in (tmp_path / "lineage").glob("*.jsonl") for line in path.read_text().splitlines()
    ]
    for event in lines:
        check(event)
    by_job = {event["job"]["name"]: event for event in lines if event["eventType"] == "COMPLETE"}
    made, base = by_job["link.keepers"], by_job["govern.legal_persons"]
    versions = {one["name"]: one["facets"]["version"]["datasetVersion"] for one in made["inputs"]}
    assert (versions, made["outputs"][0]["name"]) == ({"shops": "2", "permits": "1"}, "links.keepers")
    assert {one["name"] for one in base["inputs"]} == {"shops", "permits", "links.keepers"}
    fields = base["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert fields["entity"]["inputFields"][0]["name"] == "links.keepers"
    assert {(one["name"], one["field"]) for one in fields["name"]["inputFields"]} == {
        ("shops", "name"),
        ("permits", "holder"),
    }
    assert not [one for one in ("好味", "914403001922038216") if one in json.dumps(lines, ensure_ascii=False)]


async def test_links_and_bases_stand_in_the_graph_between_registers_and_the_screens_they_serve(desk: Desk) -> None:
    await desk.shops()
    up = await lineage(desk.platform, LEADER, LineageQuery(column="legal_persons.name", way="up"))
    ids = {one.id: one for one in up.nodes}
    assert {
        "column:shops.name",
        "column:permits.holder",
        "dataset:shops",
        "link:keepers",
        "dataset:legal_persons",
    } <= set(ids)
    assert (ids["dataset:legal_persons"].kind, ids["column:legal_persons.name"].kind) == ("base", "golden")
    assert "column:shops.seats" not in ids, "neither linked by nor taken over into this cell"
    down = await lineage(desk.platform, LEADER, LineageQuery(link="keepers", way="down"))
    assert {"dataset:legal_persons", "screen:desk"} <= {one.id for one in down.nodes}
    assert {(one.origin, one.target) for one in down.edges} >= {("link:keepers", "dataset:legal_persons")}


async def test_each_batch_is_told_once(desk: Desk) -> None:
    trail = FileTrail(desk.root / "lineage")
    await desk.shops()
    assert await tell_lineage(desk.memory.world, trail) == 1
    assert await tell_lineage(desk.memory.world, trail) == 0
    await desk.log("a1,s1,2026-03-01 10:00,是")
    assert await tell_lineage(desk.memory.world, trail) == 1
    lines = [
        json.loads(line) for path in (desk.root / "lineage").glob("*.jsonl") for line in path.read_text().splitlines()
    ]
    assert [one["eventType"] for one in lines] == ["START", "COMPLETE"] * 2
    text = json.dumps(lines, ensure_ascii=False)
    assert "店 1" not in text  # names of columns and counts, never a cell
    assert await trail.pass_on() == 0


class Listener:
    """Another program that takes events, or refuses them."""

    def __init__(self) -> None:
        self.status = 503
        self.taken: list[Any] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if outer.status == 200:
                    outer.taken.append(json.loads(body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1/lineage"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.server.shutdown()
    one.thread.join()
    one.server.server_close()


async def test_events_wait_until_the_other_program_takes_them(desk: Desk, listener: Listener) -> None:
    trail = FileTrail(desk.root / "lineage", listener.url)
    await desk.shops()
    await tell_lineage(desk.memory.world, trail)
    assert await trail.pass_on() == 0
    listener.status = 200
    assert await trail.pass_on() == 2
    assert await trail.pass_on() == 0
    assert [one["eventType"] for one in listener.taken] == ["START", "COMPLETE"]
