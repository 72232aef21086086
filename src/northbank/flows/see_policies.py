"""Looking at the policy lab: simulations, one of them with what it changes, and the pack versions that can be tried.

Whoever may look leads the whole district: every case of it lies in the scope of the roles in LEADS.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from northbank.core.access import Actor
from northbank.core.city import Name
from northbank.core.policy import Asked, Flow, Load, Summary
from northbank.core.refusal import Refused
from northbank.flows.publish_pack import Version, versions
from northbank.flows.try_policy import Lab, admit
from northbank.pack.diff import Change, compare
from northbank.pack.draft import rule_files, text_of
from northbank.ports.audit import UUID
from northbank.ports.lab import ChangedRow, Kind, Listed, SimulationRun

SHOWN = 100  # differences between two versions
PACKS = 50

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]


class SimulationQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """after: the id of the last simulation of the page before."""

    after: Annotated[str, msgspec.Meta(pattern=UUID)] | None = None
    limit: Limit = 20


class ChangedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """unit: had the case before or has it after ("": nobody). kind: what changes. after: place of the last row before."""

    unit: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    kind: Kind | None = None
    after: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    limit: Limit = 50


class FileQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """name: of a file of rules, such as limits.csv."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class SimulationPage(msgspec.Struct, frozen=True):
    """Kept simulations, newest first. run: the one under way, or the last one if the center stopped meanwhile.

    live: the version in force. people: names by login."""

    rows: list[Listed]
    next: str | None
    run: SimulationRun | None
    live: str
    people: dict[str, Name]


class RuleField(msgspec.Struct, frozen=True):
    """A value of a row of rules in two versions."""

    name: str
    before: str
    after: str


class RuleChange(msgspec.Struct, frozen=True):
    """A row of rules that differs. what: added, removed, changed, or moved among the rows that are tried in order."""

    table: str
    code: str
    what: str
    fields: list[RuleField]


class SimulationSums(msgspec.Struct, frozen=True):
    """A kept simulation. before: versions the cases went by; compared: the newest of them, which `rules` start from.

    live: simulated was the version in force. rules: None where one of the two versions is no longer kept; `more`: how many
    differences are left out. flows: how many cases go from unit to unit. listed: cases that change and are listed.
    """

    id: str
    at: datetime
    version: str
    live: bool
    asked: Asked | None
    since: datetime
    until: datetime
    summary: Summary
    units: list[Load]
    flows: list[Flow]
    listed: int
    before: tuple[str, ...]
    compared: str | None
    rules: list[RuleChange] | None
    more: int


class SimulationView(msgspec.Struct, frozen=True):
    """One simulation: as it runs or ended lately, and its result once that is kept. people: names by login."""

    run: SimulationRun | None
    result: SimulationSums | None
    people: dict[str, Name]


class ChangedPage(msgspec.Struct, frozen=True):
    """Cases that change. total: of all that fit; next: the place to ask after, or None."""

    rows: list[ChangedRow]
    total: int
    next: int | None


class PackVersion(msgspec.Struct, frozen=True):
    """A pack version that can be tried. published_at: when it was last put in force; live: it is in force now.

    note: what was tried with it first. published_by: login.
    """

    version: str
    kept_at: datetime
    live: bool
    published_at: datetime | None
    published_by: str | None
    reason: str | None
    simulation: str | None
    note: str


class PackList(msgspec.Struct, frozen=True):
    """Versions of the pack, newest first. live: the one in force. files: what of it can be rewritten for a trial."""

    live: str
    versions: list[PackVersion]
    files: list[str]
    people: dict[str, Name]


class PackFile(msgspec.Struct, frozen=True):
    """A file of rules of a version. text: empty where the pack does without it."""

    version: str
    name: str
    text: str


async def simulations(lab: Lab, actor: Actor, query: SimulationQuery) -> SimulationPage:
    """One page of the list."""
    admit(actor)
    found = await lab.simulations.newest(query.limit + 1, query.after)
    rows, run = found[: query.limit], lab.runs.current or lab.runs.interrupted
    people = await _people(lab, [*(one.by for one in rows), run.asked.by if run else None])
    more = len(found) > query.limit
    return SimulationPage(rows, rows[-1].id if more else None, run, lab.world.city.version, people)


async def simulation(lab: Lab, actor: Actor, id: str) -> SimulationView:
    """One simulation; `not_found` where it is neither kept nor known to run."""
    admit(actor)
    run, found = lab.runs.get(id), await lab.simulations.sums(id)
    if run is None and (found is None or found.city != lab.world.city.id):
        raise Refused("not_found", what="simulation")
    people = await _people(lab, [run.asked.by if run else None, found.asked.by if found and found.asked else None])
    if found is None:
        return SimulationView(run, None, people)
    listed, _ = await lab.simulations.changed(id, None, None, 0, 1)
    compared = await _newest(lab, found.before)
    rules = await _differences(lab, compared, found.version) if compared is not None else None
    live = found.version == lab.world.city.version
    return SimulationView(
        run,
        SimulationSums(
            found.id, found.at, found.version, live, found.asked, found.since, found.until, found.summary, found.units,
            found.flows, listed, found.before, compared, None if rules is None else rules[:SHOWN],
            max(0, len(rules or ()) - SHOWN),
        ),
        people,
    )  # fmt: skip


async def changed(lab: Lab, actor: Actor, id: str, query: ChangedQuery) -> ChangedPage:
    """One page of the cases that change."""
    admit(actor)
    if await lab.simulations.sums(id) is None:
        raise Refused("not_found", what="simulation")
    total, rows = await lab.simulations.changed(id, query.unit, query.kind, query.after, query.limit + 1)
    shown = list(rows[: query.limit])
    return ChangedPage(shown, total, shown[-1].n if len(rows) > query.limit else None)


async def packs(lab: Lab, actor: Actor) -> PackList:
    """The versions that are kept, and the files of the live one that a trial may rewrite."""
    admit(actor)
    kept, past = await lab.packs.kept(lab.world.city.id, PACKS), await versions(lab.world)
    told: dict[str, Version] = {one.fact.version: one for one in past}
    live = lab.world.city.version
    rows = [
        PackVersion(
            one.version, one.at, one.version == live,
            datetime.fromisoformat(told[one.version].at) if one.version in told else None,
            told[one.version].actor if one.version in told else None,
            told[one.version].fact.reason if one.version in told else None,
            told[one.version].fact.simulation if one.version in told else None,
            one.note,
        )
        for one in kept
    ]  # fmt: skip
    data = await lab.packs.files(live)
    people = await _people(lab, [one.published_by for one in rows])
    return PackList(live, rows, rule_files(data) if data is not None else [], people)


async def pack_file(lab: Lab, actor: Actor, version: str, name: str) -> PackFile:
    """The text of a file of rules."""
    data = await pack_files(lab, actor, version)
    if name not in rule_files(data):
        raise Refused("no_rule_file", file=name, allowed=", ".join(rule_files(data)))
    return PackFile(version, name, text_of(data, name))


async def pack_files(lab: Lab, actor: Actor, version: str) -> bytes:
    """The zipped files of a version of this city's pack."""
    admit(actor)
    data, city = await lab.packs.files(version), await lab.packs.version(version)
    if data is None or city is None or city.id != lab.world.city.id:
        raise Refused("not_found", what="pack version")
    return data


async def _people(lab: Lab, logins: Iterable[str | None]) -> dict[str, Name]:
    return await lab.world.people.names({one for one in logins if one is not None})


async def _newest(lab: Lab, before: tuple[str, ...]) -> str | None:
    """Of the versions that cases went by, the one that was put in force last; any where none was."""
    past = [one.fact.version for one in await versions(lab.world) if one.fact.version in before]
    return past[-1] if past else (before[-1] if before else None)


async def _differences(lab: Lab, before: str, after: str) -> list[RuleChange] | None:
    """What differs between two kept versions; None where one of them is not kept."""
    if before == after:
        return []
    old, new = await lab.packs.version(before), await lab.packs.version(after)
    if old is None or new is None:
        return None
    found = await asyncio.to_thread(compare, old, new)
    return [_change(one) for one in found]


def _change(one: Change) -> RuleChange:
    return RuleChange(one.table, one.code, one.kind, [RuleField(*field) for field in one.fields])
