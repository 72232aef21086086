"""Lineage of what the platform makes of its own tables, in the words of OpenLineage: runs of links, versions of base databases. Pure; values only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from northbank.core.bases import ENTITY, Base, Built
from northbank.core.linking import LinkRun
from northbank.core.match import Model
from northbank.core.openlineage import Event, column_lineage, event_of, facet, job_of, words

LINKED = (("ref", "text"), (ENTITY, "text"))  # what a run of links says of each record: its keyed digest, its entity


def link_events(city: str, model: Model, said: LinkRun, run: str, at: datetime) -> list[Event]:
    """START and COMPLETE of one run of links. run: id of its entry; at: when it was told."""
    job = job_of(city, f"link.{model.code}", f"Link {model.name.en or model.name.zh}", "BATCH", "LINK")
    compared = [
        (city, dataset, column) for one in model.fields for dataset, column in one.of.items() if dataset in said.inputs
    ]
    out = {
        "namespace": city,
        "name": links_name(model.code),
        "facets": {
            "schema": facet("schema", fields=[{"name": name, "type": kind} for name, kind in LINKED]),
            "columnLineage": column_lineage({ENTITY: compared}, "TRANSFORMATION"),
            "documentation": facet("documentation", description=words(model.name.zh, model.name.en)),
            "version": facet("version", datasetVersion=str(said.n)),
        },
        "outputFacets": {"outputStatistics": facet("outputStatistics", rowCount=said.records, fileCount=2)},
    }
    return _both(job, run, at, said.seconds, _inputs(city, said.inputs), out)


def built_events(city: str, base: Base, said: Built, run: str, at: datetime) -> list[Event]:
    """START and COMPLETE of one version of a base database."""
    job = job_of(city, f"govern.{base.code}", f"Build {base.name.en or base.name.zh}", "BATCH", "GOVERN")
    inputs = _inputs(city, said.inputs | ({links_name(base.link): said.run} if base.link else {}))
    sources: dict[str, Sequence[tuple[str, str, str]]] = {
        one.column.code: [(city, dataset, column) for dataset, column in one.of.items() if dataset in said.inputs]
        for one in base.columns
    }
    if base.link:
        sources[ENTITY] = [(city, links_name(base.link), ENTITY)]
    columns = [
        {"name": one.code, "type": one.kind, "description": words(one.name.zh, one.name.en)}
        for one in base.dataset.columns
    ]
    out = {
        "namespace": city,
        "name": base.code,
        "facets": {
            "schema": facet("schema", fields=columns),
            "columnLineage": column_lineage(sources, "TRANSFORMATION"),
            "documentation": facet("documentation", description=words(base.name.zh, base.name.en)),
            "version": facet("version", datasetVersion=str(said.n)),
            "ownership": facet("ownership", owners=[{"name": base.dataset.owner, "type": "OWNER"}]),
        },
        "outputFacets": {
            "outputStatistics": facet("outputStatistics", rowCount=said.good, fileCount=max(1, said.buckets))
        },
    }
    return _both(job, run, at, said.seconds, inputs, out)


def links_name(model: str) -> str:
    """What the links of a model are called among data sets."""
    return f"links.{model}"


def _inputs(city: str, versions: Mapping[str, int]) -> list[Event]:
    """Tables as of a batch or run."""
    return [
        {"namespace": city, "name": name, "facets": {"version": facet("version", datasetVersion=str(n))}}
        for name, n in versions.items()
    ]


def _both(job: Event, run: str, at: datetime, seconds: float, inputs: list[Event], out: Event) -> list[Event]:
    began = event_of("RunEvent", at - timedelta(seconds=seconds), job)
    told = {"run": {"runId": run}, "inputs": inputs}
    return [
        began | told | {"eventType": "START", "outputs": []},
        event_of("RunEvent", at, job) | told | {"eventType": "COMPLETE", "outputs": [out]},
    ]
