"""Verbs of pack versions and of the past: publish, state, simulate. Arguments are read in cli/."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from northbank.core.city import City
from northbank.core.policy import Result
from northbank.core.refusal import Refused
from northbank.flows.publish_pack import publish, versions
from northbank.flows.simulate import simulate
from northbank.shell.settings import Settings, SettingsError
from northbank.shell.store.simulations import PgSimulations
from northbank.shell.store.state import folded_state, live_state
from northbank.wiring import Center, open_beside


def read_moment(text: str) -> datetime:
    """A day (its beginning, UTC) or a time; one without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{text} is no day or time; write 2026-05-01 or 2026-05-01T08:00:00Z.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _mended(refused: Refused) -> SettingsError:
    """A refusal as the sentence that ends a verb."""
    return SettingsError(f"{refused.say()} {refused.advise()}")


async def publish_pack(settings: Settings, reason: str | None, simulation: str | None, out: Console) -> None:
    """Put the version in force, beside a running center or alone."""
    async with open_beside(settings) as center:
        await center.keep_pack()
        try:
            done = await publish(center.world, reason, simulation)
        except Refused as refused:
            raise _mended(refused) from refused
    before = f" in place of {done.before}" if done.before else ""
    out.print(f"Published: {center.city.id} {done.version}{before}. A running center takes it up at its next start.")
    if done.before:
        out.print("Cases that run go on under the version they began with.")


async def audit_state(settings: Settings, position: int | None, out: Console) -> int:
    """The hash of all cases; 1 where the live view is not what the journal makes of it."""
    async with open_beside(settings) as center:
        live = await live_state(center.pool) if position is None else None
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("cases", total=None)
            found = await folded_state(
                center.pool, live.position if live else position, lambda n: bar.update(step, completed=n)
            )
    out.print(f"{found.hash}  {found.cases} cases at position {found.position}", markup=False)
    if live is not None and live != found:
        out.print(f"{live.hash}  {live.cases} cases in the live view: they differ. Next: northbank rebuild")
        return 1
    return 0


async def run_simulation(settings: Settings, since: datetime, until: datetime, file: Path | None, out: Console) -> None:
    """Live the cases of a span again under the pack at hand, keep the result and show it."""
    async with open_beside(settings) as center:
        world = msgspec.structs.replace(center.world, city=await _in_force(center))
        store = PgSimulations(center.pool)
        cases, total = await store.size(since, until)
        if not cases:
            raise SettingsError(f"No case was reported from {since.isoformat()} to {until.isoformat()}.")
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task(f"{cases:,} cases", total=total)
            result = await simulate(
                world, center.city, since, until, store.cases(since, until), lambda n: bar.update(step, completed=n)
            )
        await center.keep_pack()  # so that the policy lab can open the version and compare it
        await store.keep(result)
    if file is not None:
        try:
            text = msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
            await asyncio.to_thread(file.write_bytes, text)
        except OSError as error:
            raise SettingsError(f"The file {file} cannot be written: {error}.") from error
    _tell(result, out)


async def _in_force(center: Center) -> City:
    """The version in force as the journal says; the pack at hand where none was published."""
    past = await versions(center.world)
    found = await center.rulebooks.version(past[-1].fact.version) if past else None
    return found or center.city


def _tell(result: Result, out: Console) -> None:
    sums = result.summary
    out.print(
        f"{sums.cases:,} cases, {sums.entries:,} entries; the rules of their day give {sums.reproduced / sums.cases:.2%} "
        f"of the histories again exactly. Under {result.version}:"
    )
    out.print(
        f"{sums.moved:,} change hands, {sums.redated:,} get another due time; late {sums.late_before:,} before, "
        f"{sums.late_after:,} after ({sums.newly_late:,} newly, {sums.no_longer_late:,} no longer); "
        f"acts of officers spared {sums.spared:,}, wanted {sums.needed:,}."
    )
    table = Table("unit", "cases", "after", "late", "after")
    for one in result.units:
        if (one.before, one.late_before) != (one.after, one.late_after):
            table.add_row(one.unit or "-", *(str(n) for n in (one.before, one.after, one.late_before, one.late_after)))
    if table.row_count:
        out.print(table)
    out.print(f"Kept as {result.id}. Next: northbank pack publish PACK --simulation {result.id}", markup=False)
