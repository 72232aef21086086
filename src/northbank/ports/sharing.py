"""What sharing needs from the world: the view of grants, the record of uses, and an engine that answers. No implementation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from northbank.core.dataset import Collected, Dataset
from northbank.core.datause import Use, UsesSealed
from northbank.core.profile import Profile
from northbank.core.sharing import Grant
from northbank.core.terms import Terms

Cell = str | int | float | bool | None
QueryFormat = Literal["json", "csv", "arrow", "parquet"]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class GrantScope(msgspec.Struct, frozen=True):
    """Which grants somebody may see: all, or those of the own unit (asking or answering) and those asked for in person."""

    everything: bool = False
    unit: str | None = None
    login: str | None = None


class GrantQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the list of requests and grants. state: one or several by commas. after: cursor of the page before.

    mine: only those of the own unit as applicant; to_answer: only those of data that the own unit owns.
    """

    dataset: Code | None = None
    state: Annotated[str, Meta(pattern="^[a-z]+(,[a-z]+)*$", max_length=200)] | None = None
    applicant: Code | None = None
    owner: Code | None = None
    kind: Literal["use", "return"] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Annotated[str, Meta(max_length=120)] | None = None


class UseQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Filters of the record of uses. after: the last id of the page before."""

    grant: Annotated[str, Meta(pattern=UUID)] | None = None
    dataset: Code | None = None
    actor: Code | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[int, Meta(ge=1, le=2**62)] | None = None


class UseRow(msgspec.Struct, frozen=True):
    """One question under one grant: who, when, what for, and how many rows came out."""

    id: int
    at: datetime
    actor: str
    unit: str
    grant: str
    dataset: str
    what: str
    purpose: str
    case: str
    rows: int
    outcome: str


class Grants(Protocol):
    """The view of grants."""

    async def get(self, id: str) -> Grant | None:
        """One of them."""

    async def many(self, ids: Sequence[str]) -> list[Grant]:
        """Those of the ids that exist."""

    async def page(self, query: GrantQuery, scope: GrantScope) -> tuple[list[Grant], str | None]:
        """One page inside `scope`, newest first, and the cursor of the next."""

    async def due(self, now: datetime, limit: int) -> list[Grant]:
        """Those that the center itself has to look at."""


class Uses(Protocol):
    """The record of uses."""

    def mark(self, question: str) -> bytes:
        """A keyed digest of a question: whoever has the table cannot try questions out."""

    async def note(self, uses: Sequence[Use]) -> None:
        """Write records; they are durable when this returns."""

    async def page(self, query: UseQuery, scope: GrantScope) -> list[UseRow]:
        """Records, newest first."""

    async def unsealed(self) -> tuple[int, UsesSealed] | None:
        """What the journal has to say of records that it does not fix yet, and the version of that stream."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant gives of a data set as it is now. name: of the table in a question. grant: its id, for pseudonyms of its own."""

    name: str
    grant: str
    dataset: Dataset
    batches: tuple[Collected, ...]
    terms: Terms


class Answered(msgspec.Struct, frozen=True):
    """A whole answer. columns: name and type of each. cut: there were more rows than `rows`."""

    body: bytes
    columns: list[tuple[str, str]]
    rows: int
    cut: bool
    milliseconds: int


class Answerer(Protocol):
    """The engine that answers questions over granted cells alone."""

    async def query(self, sql: str, given: Sequence[Given], format: QueryFormat, limit: int, login: str) -> Answered:
        """Refused: `bad_sql`, `sql_not_allowed`, `query_failed`, `query_too_slow`, `query_too_large`, `busy_queries`, `preparing`."""

    async def rows(self, given: Given, key: Sequence[Cell], limit: int) -> list[dict[str, Cell]]:
        """The rows under a key; the granted columns as they are shown."""

    async def cells(self, given: Given, key: Sequence[Cell], column: str) -> list[Cell]:
        """The plain cells of one column under a key, of granted rows; for answers that do not show them."""

    async def profile(self, dataset: Dataset, batches: Sequence[Collected], few: int) -> Profile:
        """The profile of a data set as it is now, kept beside it. Refused: `preparing`."""

    async def sample(self, dataset: Dataset, batches: Sequence[Collected], rows: int) -> list[Mapping[str, Cell]]:
        """A few rows, personal columns masked."""

    async def prepare(self, given: Given) -> int:
        """Make what a question under a grant would wait for; how many copies were made. Refused: `lake_failed`."""

    def sweep(self, living: Sequence[Given]) -> int:
        """Remove the copies that no living grant needs as the data are now; how many."""

    def forget(self) -> int:
        """Remove every copy and profile, those that are being made too: rows were taken out of the lake; how many."""

    def close(self) -> None:
        """Give back what it holds; nothing is asked any more."""
