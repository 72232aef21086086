"""The tables of a pack: one struct per CSV file, one field per column.

A column that is not a field here is refused. Values are plain cells; joining them into a city happens in `build`.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from northbank.core.city import Level, Stage, Unit5

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=64)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0)]
Standing = Literal["V", "U"]
Act = Literal[
    "accept", "reject", "self_handle", "ask_verify", "verify", "refute", "register", "cancel", "dispatch", "sign",
    "start", "ask_extension", "ask_suspension", "grant", "deny", "suspend", "resume", "escalate", "feed_back",
    "ask_check", "check", "rework", "close", "rate", "return", "dispute", "arbitrate", "reopen", "merge", "split",
    "archive", "place", "retype", "describe", "divide", "ask_help", "take_task", "finish_task", "hand_back",
    "withdraw_task", "rate_help", "urge", "supervise", "answer", "look_back", "note",
]  # fmt: skip
Role = Literal[
    "admin", "duty_officer", "leader", "wall", "town_officer", "unit_officer", "grid_worker", "intake", "steward"
]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every table may carry: where the row was read and how sure it is."""

    source: str = ""
    standing: Standing = "U"


class Named(Row, frozen=True, kw_only=True):
    """A row with a code and a name in Chinese, English or both."""

    code: Code
    name_zh: str = ""
    name_en: str = ""


class AreaRow(Named, frozen=True, kw_only=True):
    """areas.csv: district, towns, communities."""

    level: Level
    parent: str = ""
    kind: str = ""
    population: Count | None = None
    households: Count | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    synthetic: bool = False
    note: str = ""


class GridRow(Named, frozen=True, kw_only=True):
    """grids.csv: the smallest pieces of ground, each below a community or a town."""

    parent: Code
    kind: Code = "general"
    population: Count | None = None
    households: Count | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    synthetic: bool = False


class DivisionRow(Row, frozen=True, kw_only=True):
    """divisions.csv: the official division code an area bears from a day to a day."""

    area: Code
    division: Code
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


class UnitRow(Named, frozen=True, kw_only=True):
    """units.csv: organizations that own cases."""

    kind: Literal["center", "town_center", "department", "utility", "agency"]
    area: str = ""
    boards: str = ""
    duty_zh: str = ""
    duty_en: str = ""
    office: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class BoardRow(Named, frozen=True, kw_only=True):
    """boards.csv: the boards of a level."""

    level: Level = "district"


class PostRow(Named, frozen=True, kw_only=True):
    """posts.csv: who stands where. per: center, town, unit, grid, or grid:<kind>."""

    role: Role
    per: Annotated[str, Meta(pattern=r"^(center|town|unit|grid(:[a-z_]+)?)$")]
    count: Annotated[int, Meta(ge=1)] = 1
    board: str = ""


class ClassRow(Named, frozen=True, kw_only=True):
    """classes.csv: classes of event types."""


class TypeRow(Named, frozen=True, kw_only=True):
    """types.csv: the event catalog. keywords: words that match free text, separated by semicolons."""

    klass: Code
    board: Code
    town_board: str = ""
    gb: str = ""
    urgent: bool = False
    important: bool = False
    evidence: Literal["", "note", "photo"] = ""
    keywords: str = ""
    attributes: str = ""


class AttributeRow(Named, frozen=True, kw_only=True):
    """attributes.csv: what reports of some types say besides. values: of a choice, by spaces; least, most: of a number."""

    kind: Literal["yes_no", "choice", "number"]
    values: str = ""
    least: int | None = None
    most: int | None = None
    unit: str = ""


class PeriodRow(Named, frozen=True, kw_only=True):
    """periods.csv: named times for the `time` column of routing.csv, such as the night."""

    when: Words


class RouteRow(Row, frozen=True, kw_only=True):
    """routing.csv: type x level x place x time x attributes -> owner. The first row that fits holds."""

    id: Code
    types: Words
    level: Literal["city", "district", "town", "community", "grid", "*"] = "*"
    place: str = "*"
    time: str = "*"
    attributes: str = ""
    owner: Words
    may_refuse: bool = True
    escalate_to: str = "@center"
    support: str = ""
    auto: bool = False
    duty_list: Literal["own", "assist", "taken_back"] | None = None
    basis_zh: str = ""
    basis_en: str = ""
    note_zh: str = ""
    note_en: str = ""


class LimitRow(Row, frozen=True, kw_only=True):
    """limits.csv: time limits. The first row that fits type, urgency and stage holds."""

    id: Code
    types: Words
    stage: Stage
    urgent: bool | None = None
    amount: Annotated[int, Meta(ge=1, le=100_000)]
    unit: Unit5
    office: str = ""


class LadderRow(Row, frozen=True, kw_only=True):
    """ladder.csv: rungs of the supervision ladder, in order. when: `50%`, overdue or unanswered. An empty unit: no answer."""

    id: Code
    when: Annotated[str, Meta(pattern=r"^([1-9]\d?%|overdue|unanswered)$")]
    kind: Literal["reminder", "order", "leader", "interview"]
    to: Words = "@owner"
    amount: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    unit: Unit5 | None = None


class LookBackTableRow(Row, frozen=True, kw_only=True):
    """look_back.csv: which closed cases are looked at again. days: after their end, such as `30 90 180`; share, confidence,
    margin: percent."""

    id: Code
    types: Words
    share: Annotated[float, Meta(ge=0, le=100)]
    days: Annotated[str, Meta(pattern=r"^[1-9]\d{0,3}( [1-9]\d{0,3})*$")]
    confidence: Annotated[float, Meta(ge=50, lt=100)] = 95
    margin: Annotated[float, Meta(ge=1, le=50)] | None = None


class MetricRow(Row, frozen=True, kw_only=True):
    """metrics.csv: versions of figures beside the program's own. period, of, counts: words of the catalog (core/metrics.py);
    `of` and `counts` take several. The highest version of a code is in force."""

    code: Code
    version: Annotated[int, Meta(ge=1, le=1000)]
    name_zh: str = ""
    name_en: str = ""
    period: Code
    of: Words
    counts: Words
    better: Literal["more", "less"] = "more"


class SourceRow(Named, frozen=True, kw_only=True):
    """sources.csv: channels that reports come through."""

    level: Level = "district"


class ReasonRow(Named, frozen=True, kw_only=True):
    """reasons.csv: ready reasons for an act that needs one, and for reading personal data (act `read`)."""

    act: Act | Literal["read"]


class EvidenceRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """evidence.csv: the documents that the `source` column of every other table points to."""

    key: Code
    title: Words
    address: str = ""
    read_on: date | None = None
