"""The OpenAPI 3.1 document, read from the registry: every operation, type, refusal and right. Nothing is written twice."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from northbank.core.refusal import REFUSALS
from northbank.shell.web.problems import Problem
from northbank.shell.web.registry import Operation

_REF = "#/components/schemas/{name}"
_ALWAYS = ("malformed", "invalid", "method", "broken", "busy")
_COOKIE: list[dict[str, list[str]]] = [{"cookie": []}, {"bearer": []}]
_FORM = "multipart/form-data"

INTRO = (
    "Every act is a command with one URL. Times are RFC 3339, UTC when answered. Errors are RFC 9457 problem documents with "
    "`code` (for programs), `detail` and `do` (for people, in the language of `?lang=` or Accept-Language). A command with an "
    "Idempotency-Key can be sent again at any time: the first answer is given again. The language parameter `lang` (zh, en) "
    "may stand on every address."
)


def document(operations: Sequence[Operation], title: str, version: str) -> dict[str, Any]:
    """The whole document."""
    kinds = [k for one in operations for k in (one.reply, one.body) if _is_struct(k)]
    queries = [one.params for one in operations if one.params is not None]
    _, components = msgspec.json.schema_components([*kinds, *queries, Problem], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, components)
    for query in queries:
        components.pop(query.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": INTRO, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": _problem("A refusal: nothing was changed.")},
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "nb_session"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }  # fmt: skip


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _operation(one: Operation, components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary.say("en"),
        "x-summary-zh": one.summary.say("zh"),
        "security": {"anyone": [{}, *_COOKIE], "wall": _COOKIE, "account": _COOKIE}[one.who],
        "responses": _responses(one),
    }
    if one.roles is not None:
        found["x-roles"] = sorted(role.value for role in one.roles)
    parameters = [*_slots(one), *_query(one, components), *_headers(one)]
    if parameters:
        found["parameters"] = parameters
    if one.body is not None:
        found["requestBody"] = _body(one)
    elif one.form is not None:
        found["requestBody"] = _files(one.form)
    return found


def _slots(one: Operation) -> Iterable[dict[str, Any]]:
    for name in one.slots:
        kind = {"type": "string", "format": "uuid"} if name in ("id", "photo", "subject") else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": kind}


def _query(one: Operation, components: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if one.params is None:
        return
    schema = components[one.params.__name__]
    needed = schema.get("required", ())
    for name, kind in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in needed, "schema": _plain(kind)}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter cannot be null: it is there or it is not."""
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) != 1:
        return schema
    return options[0] | ({"default": schema["default"]} if schema.get("default") is not None else {})


def _headers(one: Operation) -> Iterable[dict[str, Any]]:
    if one.keyed:
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
        text = "Chosen by the sender; a repeat with the same key and body gives the first answer."
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema, "description": text}
    if one.media == "text/event-stream":
        schema = {"type": "string", "pattern": "^[0-9]{1,18}(-[0-9a-f]{8})?$"}
        text = "What a browser sends when it comes back: the id of the last event it saw; it wins over `after`."
        yield {"name": "Last-Event-ID", "in": "header", "required": False, "schema": schema, "description": text}


def _body(one: Operation) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": _schema(one.body)}
    if one.example is not None:
        media["example"] = one.example
    content = {"application/json": media}
    if one.form is not None:
        parts = {name: _part(many) for name, many in one.form.items()} | {one.part: _schema(one.body)}
        content[_FORM] = {"schema": {"type": "object", "properties": parts, "required": [one.part]}}
    required = _is_struct(one.body) and any(field.required for field in msgspec.structs.fields(one.body))
    return {"required": required, "content": content}


def _files(form: Mapping[str, int]) -> dict[str, Any]:
    """A form of files alone."""
    schema = {"type": "object", "properties": {name: _part(many) for name, many in form.items()}, "required": [*form]}
    return {"required": True, "content": {_FORM: {"schema": schema}}}


def _part(many: int) -> dict[str, Any]:
    """A file part that may come several times."""
    return {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": many}


def _schema(kind: Any) -> dict[str, Any]:
    if _is_struct(kind):
        return {"$ref": _REF.format(name=kind.__name__)}
    return msgspec.json.schema(kind) if kind is not None else {}


def _responses(one: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": one.summary.say("en")}
    if one.reply is bytes:
        good["content"] = {one.media: {"schema": {"type": "string", "format": "binary"}}}
    elif one.reply is not None:
        other = {media: {"schema": {"type": "string", "format": "binary"}} for media in one.also}
        good["content"] = {one.media: {"schema": _schema(one.reply)}, **other}
    found: dict[str, Any] = {str(one.status): good}
    for status, codes in sorted(_codes(one).items()):
        found[str(status)] = _problem(", ".join(codes))
    return found


def _codes(one: Operation) -> dict[int, list[str]]:
    """The refusals an operation can give, by status."""
    codes = [*_ALWAYS, *one.refusals]
    if one.who != "anyone":
        codes.append("signed_out")
    if one.method != "GET":
        codes += ["cross_site"]
    if one.roles is not None:
        codes.append("forbidden")
    if one.slots:
        codes.append("not_found")
    if one.body is not None:
        codes += ["media_type", "too_large", "rate", "slow"]
    if one.keyed:
        codes.append("key_reused")
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(REFUSALS[code].status, []).append(code)
    return found


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
