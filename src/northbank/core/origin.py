"""Where the rows of a data set come from, and up to where they have come. Values only: fetching is in shell/lake/fetch.

Addresses and passwords never stand here, only the names they are kept under.
"""

from typing import Literal

import msgspec

Paging = Literal["none", "page", "offset", "cursor", "link"]
Server = Literal["postgresql", "mysql"]


class Folder(msgspec.Struct, frozen=True, kw_only=True, tag="folder", tag_field="kind"):
    """Files that somebody puts into a folder. path: below `inbox` in the data folder."""

    path: str

    def __str__(self) -> str:
        return f"folder {self.path}"


class Pages(msgspec.Struct, frozen=True, kw_only=True, tag="http", tag_field="kind"):
    """JSON answers of an HTTP service. rows: dotted path of the list in an answer, empty where the answer is the list.

    param: what the number of the page, the offset or the cursor is given as; first: of pages or offsets. next: dotted path of the
    next cursor or link; without one a link stands in the answer's own header. size: rows asked for, as the parameter size_param.
    headers: name -> reference to a secret. query: parameters sent with every page. most_pages, most_mb: where it must have ended.
    """

    url: str
    rows: str = ""
    paging: Paging = "none"
    param: str = ""
    first: int = 1
    next: str = ""
    size_param: str = ""
    size: int = 0
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    most_pages: int = 10_000
    most_mb: int = 2_048

    def __str__(self) -> str:
        return f"http {self.url}"


class Table(msgspec.Struct, frozen=True, kw_only=True, tag="table", tag_field="kind"):
    """A table (schema.table) or a query of a database. address: reference to a secret, a URL with user and password.

    since: a column that only grows, a number or a time: a run asks for rows from the last value on. overlap: minutes before it
    that are asked for again, for rows that were written late.
    """

    server: Server
    address: str
    table: str = ""
    query: str = ""
    since: str = ""
    overlap: int = 0

    def __str__(self) -> str:
        return f"{self.server} {self.table or 'query'}"


Origin = Folder | Pages | Table


class Mark(msgspec.Struct, frozen=True):
    """Up to where a table was read. value: the greatest of its column `since`. tail: digest of the rows asked for again next time."""

    value: str
    tail: str


def format_of(origin: Origin | None) -> str | None:
    """The format that fetched rows lie in; None where files come as they are."""
    match origin:
        case Pages():
            return "jsonl"
        case Table():
            return "parquet"
        case _:
            return None


REFERENCE = (
    r"(env|file):[A-Za-z][A-Za-z0-9_.-]{0,63}"  # a secret by name: NORTHBANK_SECRET_<name>, or a file below `secrets`
)
