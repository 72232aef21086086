"""Trying other rules: choosing a pack version or writing one, and letting recorded cases be decided again, one trial at a time."""

import asyncio
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, Protocol

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.city import City, Name
from northbank.core.policy import Asked
from northbank.core.refusal import Refused
from northbank.flows.simulate import Told, simulate
from northbank.pack.draft import redraw, rule_files
from northbank.pack.fault import Fault, PackFaults
from northbank.ports import Moment, World
from northbank.ports.lab import Packs, SimulationRun, Simulations

LEADS = frozenset({Role.ADMIN, Role.DUTY_OFFICER, Role.LEADER})  # who leads the whole district, and so sees all of it
FAULTS = 5  # told at once
Text = Annotated[str, msgspec.Meta(max_length=60_000)]
File = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_./-]{1,80}$")]


class NewSimulation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cases reported from `since` until before `until`, decided again under a version the center keeps.

    base: the version; left out, the one in force. files: files of rules of it written anew, by name. note: what is tried.
    """

    since: Moment
    until: Moment
    base: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{1,64}$")] | None = None
    files: Annotated[dict[File, Text], msgspec.Meta(max_length=12)] = {}
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Runs(Protocol):
    """Where simulations run: one at a time, beside everything else. Those that ended lately are known, after a restart too."""

    @property
    def current(self) -> SimulationRun | None:
        """The one under way."""

    @property
    def interrupted(self) -> SimulationRun | None:
        """The last one, where a stop of the center cut it off and nobody began another since."""

    def get(self, id: str) -> SimulationRun | None:
        """One that is under way or ended lately."""

    async def start(self, run: SimulationRun, work: Callable[[Told], Awaitable[None]]) -> SimulationRun:
        """Begin. Raises Refused("simulating") while another one is under way."""

    async def stop(self, id: str) -> SimulationRun | None:
        """End one that is under way; nothing of it is kept. None where it is not known."""


class Lab(msgspec.Struct, frozen=True):
    """What the policy lab works with."""

    world: World
    packs: Packs
    simulations: Simulations
    runs: Runs


def admit(actor: Actor) -> None:
    """Only those who lead the whole district. Raises Refused("forbidden")."""
    if actor.role not in LEADS:
        raise Refused("forbidden", role=actor.role.value)


async def start(lab: Lab, actor: Actor, wish: NewSimulation) -> SimulationRun:
    """Begin a simulation; it goes on by itself, and its result is kept under the id given.

    Refused: `simulating` while another one runs, `ends_first`, `no_cases` in the span, `not_found` for a version that is
    not kept, `bad_rules` where rewritten files do not make a pack.
    """
    admit(actor)
    if (current := lab.runs.current) is not None:
        raise Refused("simulating", by=current.asked.by)
    if wish.since >= wish.until:
        raise Refused("ends_first", since=wish.since.isoformat(), until=wish.until.isoformat())
    base = wish.base or lab.world.city.version
    new = await _rules(lab, base, wish)
    cases, total = await lab.simulations.size(wish.since, wish.until)
    if not cases:
        raise Refused("no_cases", since=wish.since.isoformat(), until=wish.until.isoformat())
    asked = Asked(actor.login, wish.note.strip(), base, tuple(sorted(wish.files)))
    run = SimulationRun(
        id=lab.world.ids.new(), state="running", asked=asked, version=new.version, at=lab.world.clock.now(),
        since=wish.since, until=wish.until, cases=cases, total=total,
    )  # fmt: skip

    async def work(told: Told) -> None:
        async with aclosing(
            lab.simulations.cases(wish.since, wish.until)
        ) as recorded:  # a stop gives its connection back
            found = await simulate(lab.world, new, wish.since, wish.until, recorded, told, id=run.id, asked=asked)
        await lab.simulations.keep(found)

    return await lab.runs.start(run, work)


async def stop(lab: Lab, actor: Actor, id: str) -> SimulationRun:
    """End a simulation that is under way; one that has ended already stays as it is."""
    admit(actor)
    found = await lab.runs.stop(id)
    if found is None:
        raise Refused("not_found", what="simulation")
    return found


async def _rules(lab: Lab, base: str, wish: NewSimulation) -> City:
    """The city to try. A version that is written here is kept, so that its result can be looked into and published."""
    if not wish.files:
        kept = await lab.packs.version(base)
        if kept is None and base == lab.world.city.version:
            return lab.world.city
        if kept is None or kept.id != lab.world.city.id:
            raise Refused("not_found", what="pack version")
        return kept
    data = await lab.packs.files(base)
    if data is None:
        raise Refused("not_found", what="pack version")
    stranger = next((name for name in sorted(wish.files) if name not in rule_files(data)), None)
    if stranger is not None:
        raise Refused("no_rule_file", file=stranger, allowed=", ".join(rule_files(data)))
    try:
        made, city = await asyncio.to_thread(redraw, data, wish.files)
    except PackFaults as broken:
        raise Refused("bad_rules", why=_said(broken.faults)) from None
    except zipfile.BadZipFile:
        raise Refused(
            "bad_rules", why=Name("所存的包文件已损坏", "the files kept of that version are damaged")
        ) from None
    except UnicodeEncodeError:
        raise Refused("bad_rules", why=Name("含有无法编码的字符", "characters that cannot be encoded")) from None
    if city.id != lab.world.city.id:
        raise Refused("not_found", what="pack version")
    await lab.packs.keep(city.version, city.id, lab.world.clock.now(), made)
    return city


def _said(faults: list[Fault]) -> Name:
    more = len(faults) - FAULTS
    first = faults[:FAULTS]
    return Name(
        zh="\n".join([one.in_chinese() or str(one) for one in first] + ([f"另有 {more} 处"] if more > 0 else [])),
        en="\n".join([str(one) for one in first] + ([f"and {more} more"] if more > 0 else [])),
    )
