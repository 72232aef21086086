"""The contract of a data set, what a batch of it turned out to be, and how that is judged. Rows are never here.

Reading contracts from a pack is in pack/datasets.py; running them over rows is in shell/lake.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from northbank.core.celltypes import Kind
from northbank.core.checks import Box
from northbank.core.journal import Fact
from northbank.core.name import Name
from northbank.core.origin import Mark, Origin
from northbank.core.schedule import Schedule

Drift = Literal["refuse", "accept", "quarantine"]
Share = Literal["open", "conditional", "not_shared"]
Sensitivity = Literal["L1", "L2", "L3", "L4"]
Cycle = Literal["once", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]
Format = Literal["csv", "jsonl", "parquet", "xlsx"]
Encoding = Literal["auto", "utf-8", "gb18030"]
Step = Literal["hour", "day"]
HOURS: Mapping[Cycle, int] = {
    "hourly": 1,
    "daily": 24,
    "weekly": 168,
    "monthly": 744,
    "quarterly": 2208,
    "yearly": 8784,
}
BOUND = 1e308  # where a range has no other end
MOST_RULES = 62  # bits of one number mark what a row fails


class Mask(msgspec.Struct, frozen=True, kw_only=True):
    """How a personal column is shown to whoever may not read it: so many characters kept at each end."""

    first: int = 0
    last: int = 0


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. headers: what it may be called in a file. upper: small letters a-z are read as capitals.

    codes: the only values allowed, where there are any. personal: says something of a person. mask: only where personal.
    split: stands between several codes in one cell. written: formats of days or times besides those that every cell is read by.
    """

    code: str
    name: Name
    kind: Kind = "text"
    unit: str = ""
    headers: tuple[str, ...] = ()
    codes: Mapping[str, Name] = {}
    split: str = ""
    written: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    upper: bool = False
    least: float | None = None
    most: float | None = None
    mask: Mask | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A check over columns. weight: its share of the score. dataset, to: for references, whose columns are meant.

    values: what the check is told besides, such as a box or codes. keep: rows that fail are counted and stay good.
    """

    check: str
    columns: tuple[str, ...]
    weight: float = 1.0
    values: tuple[object, ...] = ()
    dataset: str = ""
    to: tuple[str, ...] = ()
    keep: bool = False

    @property
    def id(self) -> str:
        """The name that counts and quarantined rows bear: `id_card(id_no)`."""
        return f"{self.check}({','.join(self.columns)})"


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A case of this type for the owner where more rows in a hundred than `share` are bad."""

    type: str
    share: float = 0.0


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """One data set. version: digest of its contract's file. each: a batch brings changes, or the whole anew.

    made: of files that were collected, or of other data sets (bases.py).

    bad_share: most rows in a hundred that may be bad before the batch is turned away. score in percent. retention: days.
    """

    code: str
    name: Name
    version: str
    owner: str
    source: str
    cycle: Cycle
    format: Format = "csv"
    sheet: str = ""
    encoding: Encoding = "auto"
    delimiter: str = ","
    each: Literal["changes", "whole"] = "changes"
    drift: Drift = "refuse"
    bad_share: float = 5.0
    level: Sensitivity
    share: Share
    retention: int
    missing: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    note: Name = Name()
    synthetic: bool = False
    origin: Origin | None = None
    schedule: Schedule | None = None
    ticket: Ticket | None = None
    made: Literal["collected", "base"] = "collected"

    def column(self, code: str) -> Column | None:
        """The column of a code."""
        return next((one for one in self.columns if one.code == code), None)


class SourceFile(msgspec.Struct, frozen=True):
    """A file that a batch came from. digest: SHA-256 of its bytes. changed: last, by its sender. rows: in it, good and bad."""

    name: str
    digest: str
    bytes: int
    changed: datetime
    rows: int = 0


class Drifted(msgspec.Struct, frozen=True):
    """Columns of a file that the contract does not know, and columns of the contract that it lacks."""

    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Statement(Fact, frozen=True, kw_only=True):
    """What arrived: one batch. folder: where its rows lie in the lake. contract: version that it was read by.

    rows = good + bad + repeated; repeated: an earlier row of the same key in the same batch. faults: rows per rule (a row may fail
    several). score: percent. buckets: how many its rows are divided into by their key; 0 in old batches, which are by none.
    seconds: that taking it lasted; 0 in old batches.
    noted: rows that fail a check whose rows are kept. origin, mark: what was fetched, and up to where.
    """

    n: int
    folder: str
    contract: str
    files: tuple[SourceFile, ...]
    rows: int
    good: int
    bad: int
    repeated: int
    score: float
    faults: dict[str, int] = {}
    drift: dict[str, Drifted] = {}
    buckets: int = 0
    seconds: float = 0
    noted: dict[str, int] = {}
    origin: str = ""
    mark: Mark | None = None


class Collected(Statement, frozen=True, kw_only=True, tag="collected"):
    """A batch was taken: its good rows are governed, its bad ones quarantined."""


class TurnedAway(Statement, frozen=True, kw_only=True, tag="turned_away"):
    """A batch was turned away whole, and the version before stays. why: more bad rows than allowed, or other columns."""

    why: Literal["bad", "drift"]
    allowed: float


AnyStatement = Collected | TurnedAway


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the lake counted in a batch that is not judged yet. unread: nothing was, for its columns."""

    files: tuple[SourceFile, ...]
    rows: int = 0
    good: int = 0
    bad: int = 0
    repeated: int = 0
    faults: dict[str, int] = {}
    drift: dict[str, Drifted] = {}
    noted: dict[str, int] = {}
    unread: bool = False
    buckets: int = 0


def answer_to(dataset: Dataset, found: Drifted) -> Literal["take", "quarantine", "refuse"]:
    """What becomes of a file whose columns are not those of the contract. What a required column lacks is never made up."""
    if not found.added and not found.missing:
        return "take"
    required = {column.code for column in dataset.columns if column.required}
    match dataset.drift:
        case "refuse":
            return "refuse"
        case "accept":
            return "refuse" if required & set(found.missing) else "take"
        case "quarantine":
            return "quarantine"


def rules_of(dataset: Dataset, box: Box | None = None) -> tuple[Rule, ...]:
    """Every rule that a row is held against: what its columns imply, then those of the contract. box: around the district."""
    rules = []
    for column in dataset.columns:
        if column.required:
            rules.append(Rule(check="required", columns=(column.code,)))
        if column.kind != "text":
            rules.append(Rule(check="type", columns=(column.code,)))
        if column.codes:
            values = (tuple(column.codes), column.split) if column.split else (tuple(column.codes),)
            rules.append(Rule(check="codes" if column.split else "code", columns=(column.code,), values=values))
        if column.least is not None or column.most is not None:
            least = -BOUND if column.least is None else column.least
            most = BOUND if column.most is None else column.most
            rules.append(Rule(check="range", columns=(column.code,), values=(least, most)))
    placed = [
        msgspec.structs.replace(rule, values=(box,)) if rule.check == "inside" else rule
        for rule in dataset.rules
        if rule.check != "inside" or box is not None
    ]
    return (*rules, *placed)


def score_of(counts: Counts, rules: Sequence[Rule]) -> float:
    """Percent: the mean of what share of rows passes each rule, by weight; that a row can be read is one rule more."""
    if counts.unread:
        return 0.0
    if not counts.rows:
        return 100.0
    weights = {rule.id: rule.weight for rule in rules if not rule.keep}
    whole = sum(weights.values()) + 1.0
    lost = sum(weights.get(rule, 1.0) * found / counts.rows for rule, found in counts.faults.items())
    return round(max(0.0, 100.0 * (1 - lost / whole)), 2)


def judge(
    dataset: Dataset, n: int, folder: str, counts: Counts, rules: Sequence[Rule], mark: Mark | None = None, origin: str = ""
) -> AnyStatement:  # fmt: skip
    """What becomes of a batch: taken, or turned away because too much of it is bad. mark, origin: of rows that were fetched."""
    said = {
        "n": n, "folder": folder, "contract": dataset.version, "files": counts.files, "rows": counts.rows, "good": counts.good,
        "bad": counts.bad, "repeated": counts.repeated, "score": score_of(counts, rules), "faults": counts.faults,
        "drift": counts.drift, "buckets": counts.buckets, "noted": counts.noted, "mark": mark, "origin": origin,
        "happened_at": max(file.changed for file in counts.files),
    }  # fmt: skip
    if counts.unread or counts.bad * 100 > dataset.bad_share * counts.rows:
        why = "drift" if counts.unread else "bad"
        return TurnedAway(**said, why=why, allowed=dataset.bad_share)  # type: ignore[arg-type]
    return Collected(**said)  # type: ignore[arg-type]


def stream_of(dataset: str) -> str:
    """The stream that the batches of a data set are told in."""
    return f"dataset:{dataset}"


def standing(dataset: Dataset, past: Sequence[AnyStatement], as_of: int | None = None) -> list[Collected]:
    """The batches whose rows make up the data set as of batch `as_of` (None: now), the oldest first."""
    taken = [one for one in past if isinstance(one, Collected) and (as_of is None or one.n <= as_of)]
    return taken[-1:] if dataset.each == "whole" else taken


def mark_of(dataset: Dataset, past: Sequence[AnyStatement]) -> Mark | None:
    """Up to where the table was read by batches that were taken. What was turned away is read again."""
    said = str(dataset.origin)
    return next(
        (one.mark for one in reversed(past) if isinstance(one, Collected) and one.mark and one.origin == said), None
    )


def known_files(dataset: Dataset, past: Sequence[AnyStatement], files: Sequence[SourceFile]) -> dict[str, int]:
    """Files that need not be read: digest and the batch that had them. A data set that comes whole knows only whole sets.

    A batch that was turned away is known as long as its contract stays: under another one it may pass.
    """
    heard = [one for one in past if isinstance(one, Collected) or one.contract == dataset.version]
    if dataset.each == "changes":
        return {file.digest: one.n for one in heard for file in one.files}
    now = sorted(file.digest for file in files)
    same = [one.n for one in heard if sorted(file.digest for file in one.files) == now]
    return dict.fromkeys(now, same[-1]) if same else {}


def folder_of(n: int, files: Sequence[SourceFile]) -> str:
    """Where batch n of these files lies: its number and the beginning of their common digest."""
    total = sha256("".join(sorted(file.digest for file in files)).encode()).hexdigest()
    return f"{n:06d}-{total[:12]}"
