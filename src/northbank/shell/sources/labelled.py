"""Words with their types from a file and its map, for training; records without either are passed over."""

from collections.abc import Iterator
from pathlib import Path

from northbank.core.city import City
from northbank.core.importing import Mapper, Unfit
from northbank.core.suggest_fit import Example
from northbank.shell.sources.mapfile import missing_columns, open_source, read_map


def read_labelled(file: Path, map: Path, city: City) -> Iterator[Example]:
    """One example a record, in the order of the file. Raises PackFaults for the map, SourceError for the file."""
    rules = read_map(map, city)
    source = open_source(file, rules)
    try:
        missing_columns(rules, source, file)
        mapper = Mapper(rules, file.name)
        for row in source:
            if row.why is not None:
                continue
            try:
                draft = mapper.draft(row.record, row.place, row.line)
            except Unfit:
                continue
            if draft.text and draft.type:
                yield Example(draft.text, draft.type, draft.reported_at)
    finally:
        source.close()
