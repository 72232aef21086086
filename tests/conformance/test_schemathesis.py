"""schemathesis over the whole API: whatever it sends, no answer is a 5xx and every answer is one the document promises."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from running import Running
from schemathesis import Case
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from northbank.shell.web import walls
from northbank.shell.web.app import all_operations, api_document

CHECKS = [
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]

# Data of the right shape may still be refused (a point outside the city), and the signed-in session stands in a
# header that the tool cannot take away: who is let in is tried in tests/shell/test_web_session.py.
LEFT_OUT = [positive_data_acceptance, ignored_auth]

# The document as the center serves it; /live is tried apart from the others, for its good answers never end.
DOCUMENT = msgspec.json.decode(msgspec.json.encode(api_document(all_operations())))
api = schemathesis.openapi.from_dict(DOCUMENT)
LIVE = msgspec.json.decode(msgspec.json.encode(api_document((walls.Live(None).operation,))))  # type: ignore[arg-type]
live_api = schemathesis.openapi.from_dict(LIVE)


load_all_checks()

TEXT = {"type": "string"}
FORMATS = {"name": "form", "in": "path", "required": True, "schema": {"enum": ["json", "xml"]}}
ANY_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
LIST = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size")
FIELDS = ("service_code", "lat", "long", "address_string", "email", "phone", "description", "first_name", "api_key")


def of_standard(*parameters: object, post: bool = False) -> dict[str, Any]:
    """One address of GeoReport v2: a good answer, or the standard's errors."""
    media: dict[str, Any] = {"application/json; charset=utf-8": {}, "text/xml; charset=utf-8": {}}
    answers = {
        code: {"description": "", "content": media} for code in ("200", "201", "400", "403", "404", "413", "415")
    }
    query = [{"name": name, "in": "query", "schema": TEXT} for name in LIST if len(parameters) == 1]
    path: dict[str, Any] = {"get": {"parameters": [*parameters, *query], "responses": answers}}
    if post:
        form = {"schema": {"type": "object", "properties": dict.fromkeys(FIELDS, TEXT)}}
        body = {"content": {"application/x-www-form-urlencoded": form, "multipart/form-data": form}}
        path["post"] = {"parameters": list(parameters), "requestBody": body, "responses": answers}
    return path


# Open311 has no document of ours: this is what its specification promises, without what it leaves open.
STANDARD = {
    "openapi": "3.1.0",
    "info": {"title": "GeoReport", "version": "2"},
    "paths": {
        "/open311/v2/discovery.{form}": of_standard(FORMATS),
        "/open311/v2/services.{form}": of_standard(FORMATS),
        "/open311/v2/services/{id}.{form}": of_standard(ANY_ID, FORMATS),
        "/open311/v2/requests.{form}": of_standard(FORMATS, post=True),
        "/open311/v2/requests/{id}.{form}": of_standard(ANY_ID, FORMATS),
        "/open311/v2/tokens/{id}.{form}": of_standard(ANY_ID, FORMATS),
    },
}
open311 = schemathesis.openapi.from_dict(STANDARD)


@pytest.fixture(scope="session")
def token(center: Running) -> str:
    """A session that may do everything."""
    return center.token("admin")


def tried(schema: BaseSchema, label: str, examples: int, ask: Callable[[Case], None]) -> None:
    """Ask an operation whatever the tool thinks of. That takes its time: it is made up where the test runs, not as tests are collected.

    Of operations that take the same, each is asked at random, and one at every boundary too.
    """
    few = settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate], derandomize=True,
    )  # fmt: skip

    def test(case: Case) -> None:
        ask(case)

    operation = schema.find_operation_by_label(label)
    assert operation is not None
    schema.config.phases.coverage.enabled = schema is not api or label in FIRST
    build_operation_test(
        config=schema.config, operation=operation, test_func=few(test), given_kwargs={}, feedback=FeedbackSources()
    )()


def labels(schema: BaseSchema) -> list[str]:
    """Method and path of each operation."""
    return [operation.ok().label for operation in schema.get_all_operations()]


def first_of_shape() -> set[str]:
    """The operations whose parameters and body no operation before them has: the moves of a case all take the same."""
    found: dict[bytes, str] = {}
    for path, operations in DOCUMENT["paths"].items():
        for method, one in operations.items():
            shape = msgspec.json.encode((method, one.get("parameters"), one.get("requestBody")))
            found.setdefault(shape if "requestBody" in one else path.encode(), f"{method.upper()} {path}")
    return set(found.values())


FIRST = first_of_shape()


@pytest.mark.parametrize("label", labels(api))
def test_api(label: str, center: Running, token: str) -> None:
    def ask(case: Case) -> None:
        # Signing out ends a session: each call has one of its own.
        mine = center.token("admin") if label == "DELETE /api/v1/session" else token
        headers = {"Authorization": f"Bearer {mine}"}
        case.call_and_validate(
            base_url=center.base, headers=headers, additional_checks=CHECKS, excluded_checks=LEFT_OUT
        )

    tried(api, label, 30, ask)


def test_live(center: Running, token: str) -> None:
    """A stream that begins, or a problem that the document promises; the answer's head comes at once in any case."""
    promised = LIVE["paths"]["/live"]["get"]["responses"]

    def ask(case: Case) -> None:
        asked = case.as_transport_kwargs(base_url=center.base, headers={"Authorization": f"Bearer {token}"})
        with requests.request(**asked, stream=True, timeout=20) as response:
            assert str(response.status_code) in promised, (asked, response.text)
            if response.status_code == 200:
                assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
                assert next(response.iter_lines()) == b"retry: 1000"
            else:
                assert 400 <= response.status_code < 500
                assert response.headers["content-type"] == "application/problem+json"
                assert response.json()["code"]
                assert response.json()["detail"]

    tried(live_api, "GET /live", 150, ask)


@pytest.mark.parametrize("label", labels(open311))
def test_open311(label: str, center: Running, token: str) -> None:
    def ask(case: Case) -> None:
        case.call_and_validate(
            base_url=center.base,
            headers={"Authorization": f"Bearer {token}"},
            checks=[not_a_server_error, status_code_conformance, content_type_conformance],
        )

    tried(open311, label, 30, ask)


def test_the_served_document_is_the_one_tried(center: Running) -> None:
    with center.client() as client:
        served = client.get("/api/openapi.json").json()
    assert served["paths"] == DOCUMENT["paths"] | LIVE["paths"]
