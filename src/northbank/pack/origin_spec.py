"""The tables of a contract that say how its rows come: origin, schedule, ticket. Shapes and values; faults are in `origins`.

Secrets never stand here, only the names they are kept under.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.origin import REFERENCE, Folder, Origin, Pages, Paging, Table
from northbank.core.schedule import Every, Schedule
from northbank.pack.spec import Shape

Reference = Annotated[str, Meta(pattern=f"^{REFERENCE}$")]
Dotted = Annotated[str, Meta(pattern=r'^([^."\\]{1,64}(\.[^."\\]{1,64})*)?$')]
Parameter = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.\[\]-]{0,64}$")]
Header = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Asked = Annotated[str, Meta(max_length=8000)]


class FolderToml(Shape, frozen=True, kw_only=True):
    """A folder below `inbox` in the data folder."""

    path: Annotated[str, Meta(pattern=r"^[\w-]+(/[\w-]+)*$", max_length=200)]


class HttpToml(Shape, frozen=True, kw_only=True):
    """JSON answers, page by page. headers: name -> secret by reference. next: dotted path of the next cursor or link."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    rows: Dotted = ""
    paging: Paging = "none"
    param: Parameter = ""
    first: Annotated[int, Meta(ge=0)] = 1
    next: Dotted = ""
    size_param: Parameter = ""
    size: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    query: dict[Parameter, str] = {}
    headers: dict[Header, Reference] = {}
    most_pages: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    most_mb: Annotated[int, Meta(ge=1, le=100_000)] = 2_048


class TableToml(Shape, frozen=True, kw_only=True):
    """A table or a query of a database by a reference to its address. since: a growing column; overlap: minutes read again."""

    address: Reference
    table: Annotated[str, Meta(pattern=r"^[^.\x00]{1,64}(\.[^.\x00]{1,64})?$")] | None = None
    query: Asked | None = None
    since: Annotated[str, Meta(max_length=64)] = ""
    overlap: Annotated[int, Meta(ge=0, le=100_000)] = 0


class OriginToml(Shape, frozen=True, kw_only=True):
    """Where the rows come from: one of these."""

    folder: FolderToml | None = None
    http: HttpToml | None = None
    postgresql: TableToml | None = None
    mysql: TableToml | None = None


def origin_of(toml: OriginToml | None) -> Origin | None:
    """The value of a faultless table."""
    if toml is None:
        return None
    if toml.folder is not None:
        return Folder(path=toml.folder.path)
    if toml.http is not None:
        return Pages(**msgspec.structs.asdict(toml.http))
    table = toml.postgresql or toml.mysql
    if table is None:
        return None
    fields: Mapping[str, object] = {
        **msgspec.structs.asdict(table),
        "table": table.table or "",
        "query": table.query or "",
    }
    return Table(server="postgresql" if toml.postgresql else "mysql", **fields)  # type: ignore[arg-type]


class ScheduleToml(Shape, frozen=True, kw_only=True):
    """When to collect, by the clocks of the city. hours: of every = "hour"; on: day of the week (1 Monday) or of the month."""

    every: Every
    hours: Annotated[int, Meta(ge=1, le=12)] = 1
    at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "02:00"
    on: Annotated[int, Meta(ge=1, le=28)] = 1
    working_days: bool = False


def schedule_of(toml: ScheduleToml | None) -> Schedule | None:
    """The value of a faultless table."""
    return None if toml is None else Schedule(**msgspec.structs.asdict(toml))


class TicketToml(Shape, frozen=True, kw_only=True):
    """A case for the owner where more rows in a hundred than `share` are bad. type: of the case."""

    type: str
    share: Annotated[float, Meta(ge=0, le=100)] = 0.0
