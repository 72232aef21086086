"""Verbs of pack versions and of the past: publish, state, simulate. Arguments are read in __main__.py."""

from rich.console import Console
from rich.progress import Progress

from northbank.core.refusal import Refused
from northbank.flows.publish_pack import publish
from northbank.shell.settings import Settings, SettingsError
from northbank.shell.store.state import folded_state, live_state
from northbank.wiring import open_beside


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
