"""Strict reading of what clients send: JSON and query strings into typed values, or a refusal naming the path.

Only reading lives here; what values mean is for the flows.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from northbank.core.refusal import Refused
from northbank.shell.web.problems import Detail

T = TypeVar("T")
_PATH = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MAX_FIELDS = 64


def invalid(path: str, message: str) -> Refused:
    """A refusal of one field."""
    return Refused("invalid", why=f"{path}: {message}", errors=(Detail(path, message),))


def from_validation(error: msgspec.ValidationError, root: str = "$") -> Refused:
    """A refusal that names the path msgspec stopped at."""
    found = _PATH.match(str(error))
    assert found is not None
    message, path = found["message"], (found["path"] or "$")
    unknown = _UNKNOWN.search(message)
    if unknown is not None:
        path = f"{path}.{unknown['field']}"
    return invalid((root + path.removeprefix("$")).lstrip("."), message)


def read_json(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode one JSON document; duplicate keys and NUL characters are refused as well."""
    try:
        value = decoder.decode(body)
        _refuse_odd(body)
    except msgspec.ValidationError as error:
        raise from_validation(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("malformed", why=str(error) or type(error).__name__) from None
    return value


def _refuse_odd(body: bytes) -> None:
    """What msgspec lets pass: two values under one key, and U+0000, which PostgreSQL cannot store."""
    document = _DECODER.decode(body.decode())
    if b"\\u0000" in body and _holds_nul(document):
        raise invalid("$", "the character U+0000 is not text")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise invalid(f"$.{twice}", "the key stands twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
        case list():
            return any(map(_holds_nul, value))
    return False


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The pairs of a query string or urlencoded form, strictly UTF-8 and without U+0000."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise Refused("malformed", why="percent-encoded text must be UTF-8") from None
    except ValueError as error:
        raise Refused("malformed", why=str(error)) from None
    for key, value in pairs:
        clean_text(key, "$")
        clean_text(value, key)
    return pairs


def clean_text(value: str, path: str) -> str:
    """The text, unless it holds what cannot be stored: U+0000 or half a surrogate pair."""
    if "\x00" in value:
        raise invalid(path, "the character U+0000 is not text")
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise invalid(path, "half a surrogate pair is not text")
    return value


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping; a parameter given twice is refused."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise invalid(key, "the parameter stands twice")
        found[key] = value
    return found


def read_query(kind: type[T], query: str) -> T:
    """A query string as a typed value; unknown parameters are refused (`lang` is everybody's)."""
    found = once(pairs_of(query))
    found.pop("lang", None)
    return read_strings(kind, found)


def read_strings(kind: type[T], values: Mapping[str, str]) -> T:
    """Strings as a typed value: numbers, dates and booleans are read from their text."""
    try:
        found = msgspec.convert(dict(values), kind, strict=False)
    except msgspec.ValidationError as error:
        raise from_validation(error, "") from None
    except (ValueError, OverflowError) as error:
        raise Refused("invalid", why=str(error)) from None
    for name, value in values.items():
        _refuse_loose(name, value, getattr(found, name))
    return found


def _refuse_loose(name: str, value: str, found: object) -> None:
    """What msgspec reads too kindly from text: `null` as nothing, a number as seconds of some epoch."""
    if found is None and value.lower() == "null":
        raise invalid(name, "leave the parameter out instead of saying null")
    if isinstance(found, datetime) and value[4:5] != "-":
        raise invalid(name, "a time such as 2026-05-01T00:00:00Z is expected")
