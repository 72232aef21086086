"""One value, two formats: JSON, and XML built as a tree so that nothing has to be escaped by hand."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from northbank.shell.web.open311.shapes import Created, Definition, Discovery, Error, Request, Service, Token
from northbank.shell.web.wire import Reply

XML = b"text/xml; charset=utf-8"
JSON_UTF8 = b"application/json; charset=utf-8"
_HEADERS = ((b"cache-control", b"no-store"), (b"access-control-allow-origin", b"*"), (b"vary", b"accept-language"))
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The element of one item and of the list around it, as the standard names them.
_NAMES: dict[type, tuple[str, str | None]] = {
    Service: ("service", "services"),
    Definition: ("service_definition", None),
    Request: ("request", "service_requests"),
    Created: ("request", "service_requests"),
    Token: ("request", "service_requests"),
    Error: ("error", "errors"),
    Discovery: ("discovery", None),
}
_ITEMS = {"attributes": "attribute", "endpoints": "endpoint", "formats": "format", "values": "value"}


def reply(value: Any, kind: type, form: str, status: int = 200) -> Reply:
    """The response for a value, or a list of values, of that kind."""
    if form == "xml":
        return Reply(status, to_xml(value, kind), XML, _HEADERS)
    return Reply(status, msgspec.json.encode(value), JSON_UTF8, _HEADERS)


def to_xml(value: Any, kind: type) -> bytes:
    """The XML document."""
    item, around = _NAMES[kind]
    if around is None:
        root = Element(item)
        _fill(root, msgspec.to_builtins(value))
    else:
        root = Element(around)
        for one in value:
            _fill(SubElement(root, item), msgspec.to_builtins(one))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="utf-8")


def _fill(element: Element, value: Any) -> None:
    match value:
        case dict():
            for key, inner in value.items():
                child = SubElement(element, key)
                if isinstance(inner, Sequence) and not isinstance(inner, str):
                    for one in inner:
                        _fill(SubElement(child, _ITEMS[key]), one)
                else:
                    _fill(child, inner)
        case None:
            pass
        case bool():
            element.text = "true" if value else "false"
        case _:
            element.text = _NOT_XML.sub("\ufffd", str(value))
