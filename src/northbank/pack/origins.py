"""What must hold in the tables of a contract that say how its rows come: origin, schedule, ticket. Shapes are in `origin_spec`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from northbank.core.correction import SOURCE
from northbank.core.origin import format_of
from northbank.core.routing import fits
from northbank.pack.dataset_spec import DatasetToml
from northbank.pack.fault import Fault, listed
from northbank.pack.files import PackFiles, TomlFile, codes
from northbank.pack.origin_spec import HttpToml, ScheduleToml, TableToml, origin_of


def origin_faults(one: TomlFile[DatasetToml]) -> Iterator[Fault]:
    """Every fault of the tables [origin.*]."""
    toml, format = one.value.origin, one.value.format
    if toml is None:
        return
    given = [name for name in toml.__struct_fields__ if getattr(toml, name) is not None]
    if len(given) != 1:
        yield Fault(
            one.file,
            one.line("origin", *given[1:2]),
            f"{len(given)} kinds of origin",
            "one of folder, http, postgresql, mysql",
        )
        return
    made = format_of(origin_of(toml))
    if made is not None and format not in (None, made):
        yield Fault(
            one.file, one.line("format"), f"format '{format}' of rows that come by {given[0]}", f"none, or '{made}'"
        )
    if toml.http is not None:
        yield from _http(one, toml.http)
    table = toml.postgresql or toml.mysql
    if table is not None:
        yield from _table(one, given[0], table)


def _http(one: TomlFile[DatasetToml], http: HttpToml) -> Iterator[Fault]:
    def fault(name: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("origin", "http", name), found, allowed)

    try:
        parts = urlsplit(http.url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        yield fault("url", f"url '{http.url}'", "http:// or https:// with a host")
        return
    if not sound:
        yield fault("url", f"url '{http.url}'", "http:// or https:// with a host")
    if parts.username is not None or parts.password is not None:
        yield fault("url", "a user or password in the url", "a header with a reference to a secret")
    if parts.fragment:
        yield fault("url", f"'#{parts.fragment}' in the url", "a url without #")
    if http.paging in ("page", "offset", "cursor") and not http.param:
        yield fault("paging", f"paging '{http.paging}' without param", "the name of the parameter that it is given as")
    if http.paging in ("none", "link") and http.param:
        yield fault("param", f"param with paging '{http.paging}'", "paging page, offset or cursor")
    if http.paging == "cursor" and not http.next:
        yield fault("paging", "paging 'cursor' without next", "where the next cursor stands in an answer")
    if http.next and http.paging not in ("cursor", "link"):
        yield fault("next", f"next with paging '{http.paging}'", "paging cursor or link")
    if bool(http.size) != bool(http.size_param):
        yield fault("size_param" if http.size_param else "size", "size or size_param alone", "both or neither")


def _table(one: TomlFile[DatasetToml], kind: str, table: TableToml) -> Iterator[Fault]:
    def fault(name: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("origin", kind, name), found, allowed)

    if (table.table is None) == (table.query is None):
        yield fault(
            "query" if table.table else "address",
            "table and query" if table.table else "neither table nor query",
            "one of the two",
        )
    if table.since and one.value.each == "whole":
        yield fault("since", "since of a data set that comes whole", 'each = "changes"')
    if table.since and not one.value.key:
        yield fault("since", "since of a data set without key", "a key: rows at the border come twice")
    if table.overlap and not table.since:
        yield fault("overlap", "overlap without since", "since, or no overlap")


def schedule_faults(one: TomlFile[Any]) -> Iterator[Fault]:
    """Every fault of the table [schedule]: of a contract, a link model or a base."""
    schedule: ScheduleToml | None = one.value.schedule
    if schedule is None:
        return

    def fault(name: str, found: str, allowed: str) -> Fault:
        return Fault(one.file, one.line("schedule", name), found, allowed)

    if isinstance(one.value, DatasetToml) and one.value.origin is None:
        yield fault("every", "a schedule without origin", "a table [origin.*]: where the rows come from")
    if not isinstance(one.value, DatasetToml) and one.value.pause is not None:
        yield fault("every", "a schedule and a pause", "one of them: at its moments, or after new batches")
    if schedule.hours != 1 and (schedule.every != "hour" or 24 % schedule.hours):
        yield fault("hours", f"hours = {schedule.hours}", 'with every = "hour": 1, 2, 3, 4, 6, 8 or 12')
    if schedule.on != 1 and schedule.every not in ("week", "month"):
        yield fault("on", f"on with every = '{schedule.every}'", "with every = week or month")
    if schedule.every == "week" and schedule.on > 7:
        yield fault("on", f"on = {schedule.on}", "1 (Monday) to 7")
    if schedule.working_days and schedule.every not in ("hour", "day"):
        yield fault("working_days", f"working_days with every = '{schedule.every}'", "with every = hour or day")


def ticket_faults(files: PackFiles, one: TomlFile[DatasetToml]) -> Iterator[Fault]:
    """Every fault of the table [ticket]."""
    ticket = one.value.ticket
    types = codes(files, "types")
    if ticket is not None and ticket.type not in types:
        yield Fault(one.file, one.line("ticket", "type"), f"type '{ticket.type}'", listed(types, ticket.type))
    if ticket is not None and SOURCE not in (sources := codes(files, "sources")):
        yield Fault(one.file, one.line("ticket"), f"a ticket and no source '{SOURCE}' in sources.csv", listed(sources))
    if ticket is not None and not any(fits(row.types, ticket.type) for _, row in files.table("routing")):
        yield Fault(
            one.file,
            one.line("ticket", "type"),
            f"type '{ticket.type}' without a row in routing.csv",
            "a row of the library",
        )
