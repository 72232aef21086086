"""Verbs of linking and base databases: link by a model, build a base. Arguments are read in cli/."""

from rich.console import Console
from rich.table import Table

from northbank.core.linking import LinkRun, LinkTrained
from northbank.core.refusal import Refused
from northbank.flows.govern import BaseOutcome, base_of, govern
from northbank.flows.link import LinkOutcome, link
from northbank.shell.settings import Settings, SettingsError
from northbank.verbs.bars import shown
from northbank.wiring import open_beside

STEPS = {
    "clean": "Cleaning rows",
    "train": "Learning parameters",
    "compare": "Comparing pairs",
    "group": "Making groups",
    "write": "Writing links",
    "golden": "Making golden records",
}


async def run_link(settings: Settings, code: str, train: bool, out: Console) -> None:
    """Link once and tell what came of it."""
    async with open_beside(settings) as center:
        try:
            with shown(STEPS) as tell:
                done = await link(center.platform, code, train, tell)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
    _tell_links(code, done, out)


async def run_govern(settings: Settings, code: str, out: Console) -> None:
    """Build a base once, by links as of now, and tell what came of it."""
    async with open_beside(settings) as center:
        try:
            base = base_of(center.world, code)
            with shown(STEPS) as tell:
                if base.link:
                    _tell_links(base.link, await link(center.platform, base.link, False, tell), out)
                done = await govern(center.platform, code, tell)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
    _tell_base(code, done, out)


def _tell_links(code: str, done: LinkOutcome, out: Console) -> None:
    if done.healed:
        out.print(f"{done.healed} run(s) that a stopped program had put in place are in the journal now.")
    if done.trained is not None:
        _tell_training(done.trained, out)
    if done.run is None:
        last = f" Run {done.last.n} stands." if done.last else ""
        out.print(f"{code}: the same rows, model and answers as before; nothing to link.{last}", markup=False)
        return
    _tell_run(code, done.run, out)


def _tell_run(code: str, run: LinkRun, out: Console) -> None:
    made = "parameters of the pack" if not run.trained else f"parameters of training {run.trained}"
    inputs = ", ".join(f"{name} as of batch {n}" for name, n in run.inputs.items())
    out.print(f"{code}, run {run.n} ({inputs}; {made}):", markup=False)
    out.print(
        f"  {run.records:,} records are {run.entities:,} entities, the largest of {run.largest}; {run.kept:,} of them known by their id"
    )
    out.print(
        f"  {run.links:,} links at or above {run.match:g}; {run.waiting:,} pairs from {run.review:g} on wait for a person"
    )


def _tell_training(trained: LinkTrained, out: Console) -> None:
    out.print(f"Learned: chance that two records are one {trained.parameters.prior:.3g}.")
    table = Table("comparison", "level", "m", "u")
    for code, levels in trained.parameters.levels.items():
        for n, (m, u) in enumerate(levels):
            table.add_row(code, str(n), f"{m:.6f}", f"{u:.6f}")
    out.print(table)


def _tell_base(code: str, done: BaseOutcome, out: Console) -> None:
    if done.healed:
        out.print(f"{done.healed} version(s) that a stopped program had put in place are in the journal now.")
    if done.built is None:
        out.print(f"{code}: the same rows and links as before; nothing to build.", markup=False)
        return
    out.print(f"{code}, version {done.built.n}: {done.built.rows:,} golden records.", markup=False)
