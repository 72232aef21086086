"""Open311's own JSON Schemas, read where they lie, against what a running center answers."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from running import Running

ANSWERS = {
    "services.json": "/open311/v2/services.json",
    "service-definition.json": "/open311/v2/services/{code}.json",
    "requests.json": "/open311/v2/requests.json",
}


@pytest.fixture(scope="session")
def schemas(real_data: Path) -> dict[str, Any]:
    """The schemas by file name."""
    folder = real_data / "open311_schema"
    return {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_keep_to_the_projects_own_schemas(center: Running, schemas: dict[str, Any], name: str) -> None:
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    code = next(iter(center.center.city.types))
    with center.client("intake") as client:
        form = {"service_code": code, "lat": lat, "long": lon}
        assert client.post("/open311/v2/requests.json", data=form).status_code == 201
        answer = client.get(ANSWERS[name].format(code=code)).json()
    draft = jsonschema.Draft4Validator.META_SCHEMA["$schema"]
    known = [(other, Resource.from_contents({"$schema": draft} | schema)) for other, schema in schemas.items()]
    validator = jsonschema.Draft4Validator(
        schemas[name], registry=Registry().with_resources(known), format_checker=jsonschema.FormatChecker()
    )
    assert answer
    assert [error.message for error in validator.iter_errors(answer)] == []
