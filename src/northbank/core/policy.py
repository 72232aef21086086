"""A policy simulation summed up: cases that change hands, work by unit, what would have been late. Pure sums, in flat memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from northbank.core.again import Replay, grouped, read_command
from northbank.core.case import Case
from northbank.core.city import City
from northbank.core.evolve import evolve
from northbank.core.journal import Entry

LISTED = 2_000  # cases listed; all are counted


class Load(msgspec.Struct, frozen=True):
    """The work of a unit before and after: cases it owns at the end, and how many of them were solved late or are."""

    unit: str
    before: int
    after: int
    late_before: int
    late_after: int


class Flow(msgspec.Struct, frozen=True):
    """How many cases go from one unit to another."""

    before: str
    after: str
    cases: int


class Changed(msgspec.Struct, frozen=True):
    """A case that is another one under the new rules."""

    id: str
    number: str
    type: str | None
    town: str | None
    owner_before: str | None
    owner_after: str | None
    row_before: str | None
    row_after: str | None
    due_before: datetime | None
    due_after: datetime | None
    late_before: bool
    late_after: bool


class Summary(msgspec.Struct, frozen=True):
    """The sums. reproduced: cases whose history the rules of their day give again exactly, of all `cases`.

    entries: recorded; decided: made again by rules; kept: taken as recorded although a rule had a part in them.
    moved: change hands; redated: another due time; spared, needed: acts of officers saved and wanted.
    """

    cases: int
    entries: int
    reproduced: int
    decided: int
    kept: int
    moved: int
    redated: int
    late_before: int
    late_after: int
    newly_late: int
    no_longer_late: int
    spared: int
    needed: int


class Asked(msgspec.Struct, frozen=True):
    """Who asked for a simulation, what was tried, and what the version was made of: a base version and the files rewritten."""

    by: str
    note: str = ""
    base: str | None = None
    files: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True):
    """A whole simulation. changed: the first LISTED cases that change, by id, which is by time of recording.

    asked: None where the command line asked.
    """

    id: str
    at: datetime
    city: str
    version: str
    before: tuple[str, ...]
    since: datetime
    until: datetime
    summary: Summary
    units: list[Load]
    flows: list[Flow]
    changed: list[Changed]
    asked: Asked | None = None


def lived(entries: Sequence[Entry[Any]], before: City, after: City, until: datetime) -> tuple[Case, Replay, Replay]:
    """One case as recorded, under the rules it went by, and under others, up to `until`."""
    recorded: Case | None = None
    base, new = Replay(before, before), Replay(after, before)
    for group in grouped(entries):
        said = read_command(group, recorded, before)
        base.take(said, recorded)
        new.take(said, recorded)
        for entry in group:
            recorded = evolve(recorded, entry, entry.data)
    assert recorded is not None
    base.wake(until, recorded)
    new.wake(until, recorded)
    return recorded, base, new


def late(case: Case, until: datetime) -> bool:
    """Whether the solving time was over before it was solved, or is over and it is not."""
    solve = case.deadline("solve")
    if solve is None or solve.due_at is None:
        return False
    return solve.late(solve.met_at) if solve.met_at is not None else solve.running and until > solve.due_at


class Sums:
    """Takes cases one by one."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.counts: Counter[str] = Counter()
        self.owned: Counter[tuple[str, str]] = Counter()
        self.flows: Counter[tuple[str, str]] = Counter()
        self.changed: list[Changed] = []
        self.versions: set[str] = set()

    def take(self, recorded: Case, base: Replay, new: Replay, entries: int) -> None:
        """One case as lived under both rules."""
        before, after = base.case, new.case
        assert before is not None
        assert after is not None
        self.versions.add(recorded.pack)
        counts = self.counts
        counts["cases"] += 1
        counts["entries"] += entries
        counts["reproduced"] += recorded == replace(before, pack=recorded.pack)
        for name in ("decided", "kept", "spared", "needed"):
            counts[name] += getattr(new, name)
        was, now = late(before, self.until), late(after, self.until)
        counts["late_before"] += was
        counts["late_after"] += now
        counts["newly_late"] += now and not was
        counts["no_longer_late"] += was and not now
        self.owned["before", before.owner or ""] += 1
        self.owned["after", after.owner or ""] += 1
        self.owned["late_before", before.owner or ""] += was
        self.owned["late_after", after.owner or ""] += now
        self._compare(before, after, was, now)

    def _compare(self, before: Case, after: Case, was: bool, now: bool) -> None:
        due = [one.due_at if (one := case.deadline("solve")) is not None else None for case in (before, after)]
        moved, redated = before.owner != after.owner, due[0] != due[1]
        self.counts["moved"] += moved
        self.counts["redated"] += redated
        if moved:
            self.flows[before.owner or "", after.owner or ""] += 1
        if (moved or redated or was != now) and len(self.changed) < LISTED:
            self.changed.append(
                Changed(
                    before.id, before.number, after.type, after.spot.town if after.spot else None, before.owner,
                    after.owner, before.row, after.row, due[0], due[1], was, now,
                )
            )  # fmt: skip

    def result(self, id: str, at: datetime, city: City, since: datetime, until: datetime) -> Result:
        """All of it."""
        units = sorted({unit for _, unit in self.owned})
        loads = [
            Load(unit, *(self.owned[side, unit] for side in ("before", "after", "late_before", "late_after")))
            for unit in units
        ]
        flows = [Flow(a, b, n) for (a, b), n in sorted(self.flows.items(), key=lambda one: (-one[1], one[0]))]
        summary = Summary(**{name: self.counts[name] for name in Summary.__struct_fields__})
        return Result(
            id, at, city.id, city.version, tuple(sorted(self.versions)), since, until, summary, loads, flows, self.changed
        )  # fmt: skip
