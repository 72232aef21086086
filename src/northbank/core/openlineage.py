"""Lineage in the words of OpenLineage 2-0-2: run events of batches, job events of figures and subject tables. Pure; values only.

Runs of links and bases are in openlineage_made.py; what is sent where is the business of shell/lake/trail.py. Personal data are never here: names of columns and counts only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from northbank.core.dataset import AnyStatement, Collected, Dataset, SourceFile, rules_of
from northbank.core.lineage import Governed
from northbank.core.subject import Subject, columns_of

PRODUCER = "https://github.com/northbank/northbank"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
FACETS: Mapping[str, str] = {
    "schema": "1-2-0/SchemaDatasetFacet", "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "documentation": "1-1-0/DocumentationDatasetFacet", "dataSource": "1-0-1/DatasourceDatasetFacet",
    "dataQualityMetrics": "1-0-1/DataQualityMetricsDatasetFacet", "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "errorMessage": "1-0-1/ErrorMessageRunFacet", "jobType": "2-0-4/JobTypeJobFacet", "version": "1-0-1/DatasetVersionDatasetFacet",
    "dataQualityAssertions": "1-1-0/DataQualityAssertionsDatasetFacet", "ownership": "1-0-1/OwnershipDatasetFacet",
}  # fmt: skip
Event = dict[str, Any]
BOX = (0.0, 0.0, 0.0, 0.0)  # only the names of rules are told


def run_events(city: str, dataset: Dataset, said: AnyStatement, run: str, at: datetime) -> list[Event]:
    """START and COMPLETE (or FAIL, where it was turned away) of one batch. run: id of its entry; at: when it was told."""
    job = job_of(city, f"collect.{dataset.code}", f"Collect {dataset.name.en or dataset.name.zh}", "BATCH", "COLLECT")
    inputs = [_file(city, dataset, said, one) for one in said.files]
    began = event_of("RunEvent", at - timedelta(seconds=said.seconds), job) | {
        "eventType": "START",
        "run": {"runId": run},
    }
    ended: Event = event_of("RunEvent", at, job) | {"inputs": inputs}
    if isinstance(said, Collected):
        ended |= {"eventType": "COMPLETE", "run": {"runId": run}, "outputs": [_governed(city, dataset, said)]}
    else:
        why = f"{said.why}: {said.bad} of {said.rows} rows bad, {said.allowed:g} percent allowed"
        facets = {"errorMessage": facet("errorMessage", message=why, programmingLanguage="SQL")}
        ended |= {"eventType": "FAIL", "run": {"runId": run, "facets": facets}, "outputs": []}
    return [began | {"inputs": inputs, "outputs": []}, ended]


def job_events(city: str, governed: Governed, at: datetime) -> Iterator[Event]:
    """What subject tables and figures are made of, whatever batches there are."""
    for subject in governed.subjects.values():
        job = job_of(city, f"join.{subject.code}", f"Join {subject.name.en or subject.name.zh}", "BATCH", "JOIN")
        inputs = [{"namespace": city, "name": code} for code in subject.datasets]
        yield event_of("JobEvent", at, job) | {"inputs": inputs, "outputs": [_subject(city, subject, governed)]}
    for indicator in governed.indicators.values():
        job = job_of(
            city, f"prepare.{indicator.code}", f"Prepare {indicator.name.en or indicator.name.zh}", "BATCH", "QUERY"
        )
        facets = {
            "schema": facet("schema", fields=[{"name": "value", "type": "number"}]),
            "documentation": facet("documentation", description=words(indicator.name.zh, indicator.name.en)),
            "columnLineage": column_lineage(
                {"value": [(city, indicator.of, one) for one in indicator.columns]}, "AGGREGATION"
            ),
        }
        out = {"namespace": city, "name": f"indicator.{indicator.code}", "facets": facets}
        yield event_of("JobEvent", at, job) | {"inputs": [{"namespace": city, "name": indicator.of}], "outputs": [out]}


def event_of(kind: str, at: datetime, job: Event) -> Event:
    """What every event has."""
    return {
        "eventTime": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/{kind}",
        "job": job,
    }


def facet(name: str, /, **fields: object) -> Event:
    """A facet of FACETS with its fields."""
    path = FACETS[name]
    url = f"https://openlineage.io/spec/facets/{path}.json#/$defs/{path.partition('/')[2]}"
    return {"_producer": PRODUCER, "_schemaURL": url, **fields}


def job_of(city: str, name: str, description: str, processing: str, kind: str) -> Event:
    """A job of the platform."""
    facets = {"jobType": facet("jobType", processingType=processing, integration="NORTHBANK", jobType=kind)}
    return {"namespace": city, "name": name, "facets": facets}


def words(zh: str, en: str) -> str:
    """A name in both languages."""
    return f"{zh} {en}".strip()


def _file(city: str, dataset: Dataset, said: AnyStatement, file: SourceFile) -> Event:
    """A file that a provider sent: known by its digest. The rules are those that the whole batch was held against."""
    assertions = [
        {"assertion": rule.id, "success": not said.faults.get(rule.id), "column": rule.columns[0]}
        for rule in rules_of(dataset, BOX)
    ]
    checks = {"dataQualityAssertions": facet("dataQualityAssertions", assertions=assertions)}
    metrics = facet("dataQualityMetrics", rowCount=file.rows, bytes=file.bytes, columnMetrics={})
    facets = {
        "dataSource": facet("dataSource", name=dataset.source, uri=f"urn:sha256:{file.digest}"),
        "version": facet("version", datasetVersion=file.digest),
        "dataQualityMetrics": metrics,
    }
    return {"namespace": f"{city}/files/{dataset.code}", "name": file.name, "facets": facets, "inputFacets": checks}


def _governed(city: str, dataset: Dataset, said: Collected) -> Event:
    columns = [
        {"name": one.code, "type": one.kind, "description": words(one.name.zh, one.name.en)} for one in dataset.columns
    ]
    sources: dict[str, list[tuple[str, str, str]]] = {
        one.code: [(f"{city}/files/{dataset.code}", file.name, one.code) for file in said.files]
        for one in dataset.columns
    }
    facets = {
        "schema": facet("schema", fields=columns),
        "columnLineage": column_lineage(sources, "TRANSFORMATION"),
        "documentation": facet("documentation", description=words(dataset.name.zh, dataset.name.en)),
        "dataSource": facet("dataSource", name=dataset.source, uri=f"urn:northbank:{city}:{dataset.code}"),
        "version": facet("version", datasetVersion=str(said.n)),
        "ownership": facet("ownership", owners=[{"name": dataset.owner, "type": "OWNER"}]),
        "dataQualityMetrics": facet("dataQualityMetrics", rowCount=said.rows, columnMetrics={}),
    }
    statistics = {"outputStatistics": facet("outputStatistics", rowCount=said.good, fileCount=len(said.files))}
    return {"namespace": city, "name": dataset.code, "facets": facets, "outputFacets": statistics}


def _subject(city: str, subject: Subject, governed: Governed) -> Event:
    columns = columns_of(subject, governed.datasets)
    facets = {
        "schema": facet("schema", fields=[{"name": one.code, "type": one.kind} for one in columns]),
        "columnLineage": column_lineage(
            {one.code: [(city, one.dataset, one.column)] for one in subject.columns}, "IDENTITY"
        ),
        "documentation": facet("documentation", description=words(subject.name.zh, subject.name.en)),
        "ownership": facet("ownership", owners=[{"name": subject.owner, "type": "OWNER"}]),
    }
    return {"namespace": city, "name": subject.code, "facets": facets}


def column_lineage(sources: Mapping[str, Sequence[tuple[str, str, str]]], how: str) -> Event:
    """Of each column the namespace, data set and column that its cells come from."""
    fields = {
        column: {
            "inputFields": [
                {
                    "namespace": space,
                    "name": name,
                    "field": field,
                    "transformations": [{"type": "DIRECT", "subtype": how}],
                }
                for space, name, field in found
            ]
        }
        for column, found in sources.items()
    }
    return facet("columnLineage", fields=fields)
