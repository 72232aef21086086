"""Reads one TOML file of a pack into its declared struct, collecting every fault with its line.

The shapes are declared in `spec`. msgspec stops at the first fault, so a refused file is walked again by hand.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import structs

from northbank.core.city import Name
from northbank.pack.csvfile import NOT_UTF8, UTF8, explain_type
from northbank.pack.fault import Fault, choice, told

S = TypeVar("S", bound=msgspec.Struct)
Path = tuple[str | int, ...]
_HEAD = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_\-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_\-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_\-]+)""")
_WHERE = re.compile(r"at line (\d+)")


class Lines:
    """Where each key of a TOML text stands; an unknown path gives the line of its nearest parent."""

    def __init__(self, text: str) -> None:
        self._at: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        here: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            if head := _HEAD.match(line):
                here = self._enter(_parts(head[2]), head[1] == "[[", counts)
                self._at.setdefault(here, number)
            elif key := _KEY.match(line):
                path = here
                for part in _parts(key[1]):
                    path = (*path, part)
                    self._at.setdefault(path, number)

    def _enter(self, names: list[str], array: bool, counts: dict[Path, int]) -> Path:
        path: Path = ()
        for index, name in enumerate(names):
            path = (*path, name)
            last = index == len(names) - 1
            if array and last:
                counts[path] = counts.get(path, -1) + 1
            if path in counts:
                path = (*path, counts[path])
        return path

    def of(self, path: Path) -> int:
        """The line of `path`, or of the nearest parent that is known."""
        while path and path not in self._at:
            path = path[:-1]
        return self._at.get(path, 1)


def _parts(text: str) -> list[str]:
    return [a or b or c for a, b, c in _PART.findall(text)]


def parse_toml(file: str, data: bytes, kind: type[S]) -> tuple[S | None, Lines, list[Fault]]:
    """The struct, the line finder and the faults; the struct is None when there are faults."""
    try:
        text = data.decode("utf-8-sig")
        raw = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, Lines(""), [told(file, line, NOT_UTF8, UTF8)]
    except (ValueError, RecursionError) as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where else text.count("\n") + 1
        return (
            None,
            Lines(""),
            [told(file, line, Name(f"TOML 格式错误（{error}）", f"broken TOML ({error})"), "TOML 1.0")],
        )
    lines = Lines(text)
    try:
        return msgspec.convert(raw, kind), lines, []
    except msgspec.ValidationError as error:
        faults = list(_walk(file, lines, raw, kind, ()))
        return None, lines, faults or [told(file, 1, Name("值的位置不对", "a value out of place"), str(error))]


def _walk(file: str, lines: Lines, value: Any, kind: Any, path: Path) -> list[Fault]:
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    struct = _struct_of(plain)
    inner: list[Fault] = []
    if struct is not None and isinstance(value, Mapping):
        return _walk_struct(file, lines, value, struct, path)
    if get_origin(plain) is tuple and isinstance(value, list) and get_args(plain)[-1:] == (...,):
        item = get_args(plain)[0]
        inner = [fault for i, one in enumerate(value) for fault in _walk(file, lines, one, item, (*path, i))]
    if get_origin(plain) is dict and isinstance(value, Mapping):
        item = get_args(plain)[1]
        inner = [fault for key, one in value.items() for fault in _walk(file, lines, one, item, (*path, key))]
    if inner:
        return inner
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [told(file, lines.of(path), f"{_dotted(path)} = {_shown(value)}", explain_type(kind, error))]
    return []


def _walk_struct(
    file: str, lines: Lines, value: Mapping[str, Any], kind: type[msgspec.Struct], path: Path
) -> list[Fault]:
    fields = {field.name: field for field in structs.fields(kind)}
    faults = [
        told(file, lines.of((*path, key)), _key("键", "key", (*path, key)), choice(fields, str(key)))
        for key in value
        if key not in fields
    ]
    for name, field in fields.items():
        if name in value:
            faults += _walk(file, lines, value[name], field.type, (*path, name))
        elif field.required:
            faults.append(told(file, lines.of(path), _key("缺少键", "no key", (*path, name)), explain_type(field.type)))
    return faults


def _key(zh: str, en: str, path: Path) -> Name:
    return Name(f"{zh} '{_dotted(path)}'", f"{en} '{_dotted(path)}'")


def _struct_of(kind: Any) -> type[msgspec.Struct] | None:
    if get_origin(kind) in (tuple, dict):
        return None
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part
    return None


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
