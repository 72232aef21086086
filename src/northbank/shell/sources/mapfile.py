"""Reads a MAP.toml and checks it: unknown keys, words the pack does not know and formats that cannot be, all at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from northbank.core.city import City
from northbank.core.importing import Columns, RecordMap
from northbank.core.timeformats import ALLOWED, BadFormat, TimeFormats
from northbank.pack.fault import Fault, PackFaults, listed
from northbank.pack.tomlfile import Lines, parse_toml
from northbank.shell.sources.csvfile import CsvSource
from northbank.shell.sources.jsonlines import JsonSource
from northbank.shell.sources.parquet import ParquetSource
from northbank.shell.sources.rows import Source, SourceError

ENDINGS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def read_map(path: Path, city: City | None = None) -> RecordMap:
    """The map; raises PackFaults with every fault. Without a city its words are not looked up."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"The map {path} cannot be read ({error.strerror or error}).") from error
    found, lines, faults = parse_toml(path.name, data, RecordMap)
    if found is not None:
        faults = [*_own_faults(path.name, lines, found), *(_city_faults(path.name, lines, found, city) if city else ())]
    if faults or found is None:
        raise PackFaults(faults)
    return found


def _own_faults(file: str, lines: Lines, map: RecordMap) -> Iterator[Fault]:
    try:
        ZoneInfo(map.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault(file, lines.of(("timezone",)), f"timezone '{map.timezone}'", "a name like Asia/Shanghai")
        return
    if not map.times:
        yield Fault(file, lines.of(("times",)), "no format in times", ALLOWED)
    for one in map.times:
        try:
            TimeFormats((one,), map.timezone)
        except BadFormat:
            yield Fault(file, lines.of(("times",)), f"the time format '{one}'", ALLOWED)
    if len(map.delimiter) != 1 or map.delimiter in '"\r\n':
        yield Fault(
            file, lines.of(("delimiter",)), f"delimiter {map.delimiter!r}", "one character such as , ; or a tab"
        )
    if not map.columns.reported:
        yield Fault(file, lines.of(("columns", "reported")), "no column in reported", "at least one column")
    if not map.columns.source and not map.defaults.source:
        yield Fault(file, lines.of(("defaults",)), "no source", "columns.source with [sources], or defaults.source")
    if ("rejected" in map.states.values() or "closed" in map.states.values()) and not map.columns.closed:
        yield Fault(file, lines.of(("states",)), "states that end", "columns.closed, to say when they ended")
    if map.begins == "import" and map.columns.closed:
        yield Fault(
            file,
            lines.of(("begins",)),
            "begins = 'import' and columns.closed",
            "one of the two: a case that begins today cannot have ended",
        )


def _city_faults(file: str, lines: Lines, map: RecordMap, city: City) -> Iterator[Fault]:
    tables: tuple[tuple[str, Mapping[str, str], Mapping[str, object]], ...] = (
        ("types", map.types, city.types),
        ("sources", map.sources, city.sources),
    )
    for name, table, known in tables:
        for word, code in table.items():
            if code not in known and not (name == "types" and code == ""):
                yield Fault(file, lines.of((name, word)), f"{name}.{word} = '{code}'", listed(known))
    defaults: tuple[tuple[str, str, Mapping[str, object]], ...] = (
        ("source", map.defaults.source, city.sources),
        ("type", map.defaults.type, city.types),
        (
            "reason",
            map.defaults.reason,
            {code: name for code, name in city.reasons.items() if code.startswith("reject.")},
        ),
    )
    for name, code, known in defaults:
        if code and code not in known:
            yield Fault(file, lines.of(("defaults", name)), f"defaults.{name} = '{code}'", listed(known))
    if "rejected" in map.states.values() and not map.defaults.reason:
        yield Fault(
            file, lines.of(("states",)), "a state that means rejected", "defaults.reason, why it was turned down"
        )


def missing_columns(map: RecordMap, source: Source, path: Path) -> tuple[str, ...]:
    """Fields of the map none of whose columns the file has; raises SourceError where it cannot do without."""
    if source.columns is None:
        return ()
    have = set(source.columns)
    fields = {name: getattr(map.columns, name) for name in Columns.__struct_fields__}
    absent = tuple(name for name, names in fields.items() if names and not have & set(names))
    needed = [name for name in absent if name in ("reported", "external")]
    if needed:
        names = " or ".join(fields[needed[0]])
        raise SourceError(f"{path} has no column {names} for {needed[0]}; it has {listed(source.columns)}.")
    return absent


def open_source(path: Path, map: RecordMap) -> Source:
    """The file, ready to be read in the format that the map or its name says."""
    suffixes = [one.lower() for one in path.suffixes if one.lower() != ".gz"]
    form = map.format or ENDINGS.get(suffixes[-1] if suffixes else "")
    match form:
        case "csv":
            delimiter = "\t" if suffixes[-1:] == [".tsv"] and map.delimiter == "," else map.delimiter
            return CsvSource(path, map.encoding, delimiter)
        case "jsonl":
            return JsonSource(path)
        case "parquet":
            return ParquetSource(path)
    raise SourceError(
        f"What {path.name} is cannot be told from its name; say format = csv, jsonl or parquet in the map."
    )
