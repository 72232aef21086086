"""Reads the files of a pack folder into typed rows with their lines, and makes the digest of all bytes.

No rule that joins two files lives here (see `refs`), and no geometry (see `geometry`).
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from northbank.core.city import Name
from northbank.pack import rows as r
from northbank.pack import spec as s
from northbank.pack.csvfile import parse_table
from northbank.pack.dataset_spec import DatasetToml
from northbank.pack.fault import Fault, PackFaults, listed
from northbank.pack.governed_spec import IndicatorToml, SubjectToml, VitalSignToml
from northbank.pack.inventory_rows import TABLES as INVENTORY
from northbank.pack.link_spec import BaseToml, LinkToml
from northbank.pack.tomlfile import Lines, parse_toml

R = TypeVar("R", bound=msgspec.Struct)
Table = list[tuple[int, R]]

TABLES: dict[str, type[msgspec.Struct]] = {
    "areas": r.AreaRow,
    "grids": r.GridRow,
    "divisions": r.DivisionRow,
    "units": r.UnitRow,
    "boards": r.BoardRow,
    "posts": r.PostRow,
    "classes": r.ClassRow,
    "types": r.TypeRow,
    "attributes": r.AttributeRow,
    "periods": r.PeriodRow,
    "routing": r.RouteRow,
    "limits": r.LimitRow,
    "ladder": r.LadderRow,
    "look_back": r.LookBackTableRow,
    "metrics": r.MetricRow,
    "sources": r.SourceRow,
    "reasons": r.ReasonRow,
    "evidence": r.EvidenceRow,
    **INVENTORY,
}
OPTIONAL_TABLES = {
    "grids", "ladder", "look_back", "metrics", "divisions", "attributes", "periods", "reasons", "evidence", *INVENTORY,
}  # fmt: skip
TOMLS = {"pack.toml", "words.toml", "demo.toml", "generate.toml"}
FOLDERS = {
    "areas", "bases", "calendar", "datasets", "indicators", "inventory", "links", "stories", "subjects", "maps", "vital_signs",
}  # fmt: skip
BIGGEST = 64 * 1024 * 1024


class TomlFile(msgspec.Struct, Generic[R]):
    """One TOML file as read: its name in the pack, its value, and where its keys stand."""

    file: str
    value: R
    lines: Any

    def line(self, *path: str | int) -> int:
        """The line where the key `path` stands."""
        return int(self.lines.of(path))


class PackFiles(msgspec.Struct):
    """Everything a pack folder says, still in rows, with the faults of reading it."""

    folder: Path
    pack: TomlFile[s.PackToml]
    tables: dict[str, Table[Any]]
    week: TomlFile[s.WeekToml] | None
    years: list[TomlFile[s.YearToml]]
    offices: dict[str, TomlFile[s.OfficeToml]]
    words: dict[str, Name]
    stories: list[TomlFile[s.StoryToml]]
    demo: TomlFile[s.DemoToml] | None
    digest: str
    faults: list[Fault]
    datasets: dict[str, TomlFile[DatasetToml]] = {}
    subjects: dict[str, TomlFile[SubjectToml]] = {}
    indicators: dict[str, TomlFile[IndicatorToml]] = {}
    vital_signs: dict[str, TomlFile[VitalSignToml]] = {}
    links: dict[str, TomlFile[LinkToml]] = {}
    bases: dict[str, TomlFile[BaseToml]] = {}

    def table(self, name: str) -> Table[Any]:
        """The rows of table `name` as (line, row); empty when there is none."""
        return self.tables.get(name, [])


def read_files(folder: Path) -> PackFiles:
    """Read every file of the pack in `folder`. Raises PackFaults when even pack.toml cannot be read."""
    faults: list[Fault] = []
    pack = _read_toml(folder, "pack.toml", s.PackToml, faults)
    if pack is None:
        raise PackFaults(faults)
    tables = {name: _read_table(folder, name, kind, faults) for name, kind in TABLES.items()}
    week = _read_toml(folder, "calendar/week.toml", s.WeekToml, faults)
    years = list(_read_years(folder, faults))
    offices = dict(_read_offices(folder, faults))
    stories = [
        story
        for path in sorted((folder / "stories").glob("*.toml"))
        if (story := _read_toml(folder, f"stories/{path.name}", s.StoryToml, faults))
    ]
    demo = _read_toml(folder, "demo.toml", s.DemoToml, faults) if (folder / "demo.toml").exists() else None
    faults += _strangers(folder)
    return PackFiles(
        folder,
        pack,
        tables,
        week,
        years,
        offices,
        _read_words(folder, faults),
        stories,
        demo,
        digest(folder),
        faults,
        dict(_read_named(folder, "datasets", DatasetToml, faults)),
        dict(_read_named(folder, "subjects", SubjectToml, faults)),
        dict(_read_named(folder, "indicators", IndicatorToml, faults)),
        dict(_read_named(folder, "vital_signs", VitalSignToml, faults)),
        dict(_read_named(folder, "links", LinkToml, faults)),
        dict(_read_named(folder, "bases", BaseToml, faults)),
    )


def codes(files: PackFiles, table: str) -> dict[str, int]:
    """Codes of a table with the line of each."""
    return {row.code: line for line, row in files.table(table)}


def digest(folder: Path) -> str:
    """The first 16 hex characters of the SHA-256 over all files of the pack by name; import maps do not count."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        parts = Path(name).parts
        if path.is_file() and parts[0] != "maps" and not any(part.startswith((".", "__")) for part in parts):
            total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _bytes(folder: Path, file: str, faults: list[Fault]) -> bytes | None:
    path = folder / file
    try:
        if path.stat().st_size > BIGGEST:
            faults.append(Fault(file, 1, "a file too large", f"at most {BIGGEST} bytes"))
            return None
        return path.read_bytes()
    except OSError as error:
        faults.append(Fault(file, 1, f"no readable file ({error.strerror})", f"a file {file} in the pack"))
        return None


def _read_toml(folder: Path, file: str, kind: type[R], faults: list[Fault]) -> TomlFile[R] | None:
    data = _bytes(folder, file, faults)
    if data is None:
        return None
    value, lines, found = parse_toml(file, data, kind)
    faults += found
    return TomlFile(file, value, lines) if value is not None else None


def _read_table(folder: Path, name: str, kind: type[R], faults: list[Fault]) -> Table[R]:
    file = f"{name}.csv"
    if name in OPTIONAL_TABLES and not (folder / file).exists():
        return []
    data = _bytes(folder, file, faults)
    if data is None:
        return []
    rows, found = parse_table(file, data, kind)
    faults += found
    return rows


def _read_years(folder: Path, faults: list[Fault]) -> Iterator[TomlFile[s.YearToml]]:
    for path in sorted((folder / "calendar").glob("*.toml")):
        if path.name != "week.toml":
            year = _read_toml(folder, f"calendar/{path.name}", s.YearToml, faults)
            if year is not None:
                yield year


def _read_offices(folder: Path, faults: list[Fault]) -> Iterator[tuple[str, TomlFile[s.OfficeToml]]]:
    for path in sorted((folder / "calendar" / "offices").glob("*.toml")):
        office = _read_toml(folder, f"calendar/offices/{path.name}", s.OfficeToml, faults)
        if office is not None:
            yield path.stem, office


def _read_named(folder: Path, of: str, kind: type[R], faults: list[Fault]) -> Iterator[tuple[str, TomlFile[R]]]:
    """The files of a folder whose names are codes."""
    for path in sorted((folder / of).glob("*.toml")):
        file = f"{of}/{path.name}"
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", path.stem):
            faults.append(Fault(file, 1, f"file name '{path.stem}'", "small letters, digits and _: it is a code"))
            continue
        one = _read_toml(folder, file, kind, faults)
        if one is not None:
            yield path.stem, one


def _read_words(folder: Path, faults: list[Fault]) -> dict[str, Name]:
    """words.toml: tables of names, `[state.reported] zh = ..`, flattened to `state.reported`."""
    if not (folder / "words.toml").exists():
        return {}
    data = _bytes(folder, "words.toml", faults)
    if data is None:
        return {}
    value, found = _parse_words(data)
    faults += found
    return value


def _parse_words(data: bytes) -> tuple[dict[str, Name], list[Fault]]:
    try:
        text = data.decode("utf-8-sig")
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return {}, [Fault("words.toml", 1, f"broken TOML ({error})", "TOML 1.0 in UTF-8")]
    lines = Lines(text)
    words: dict[str, Name] = {}
    faults = []
    for group, entries in raw.items():
        if not isinstance(entries, dict):
            faults.append(
                Fault("words.toml", lines.of((group,)), f"key '{group}'", "tables [group.word] with zh and en")
            )
            continue
        for key, name in entries.items():
            try:
                words[f"{group}.{key}"] = msgspec.convert(name, Name)
            except msgspec.ValidationError as error:
                faults.append(
                    Fault("words.toml", lines.of((group, key)), f"{group}.{key}: {error}", "zh and en, both text")
                )
    return words, faults


def _strangers(folder: Path) -> list[Fault]:
    known = {f"{name}.csv" for name in TABLES if name not in INVENTORY} | TOMLS
    known_there = {f"{name}.csv".removeprefix("inventory/") for name in INVENTORY}
    return (
        [
            Fault(path.name, 1, "a file that is not part of a pack", listed(known, path.name))
            for path in sorted(folder.iterdir())
            if path.is_file() and path.suffix in (".csv", ".toml") and path.name not in known
        ]
        + [
            Fault(path.name, 1, "a folder that is not part of a pack", listed(FOLDERS, path.name))
            for path in sorted(folder.iterdir())
            if path.is_dir() and path.name not in FOLDERS and not path.name.startswith((".", "__"))
        ]
        + [
            Fault(
                f"inventory/{path.name}", 1, "a file that is not part of an inventory", listed(known_there, path.name)
            )
            for path in sorted((folder / "inventory").glob("*"))
            if path.name not in known_there and not path.name.startswith(".")
        ]
    )
