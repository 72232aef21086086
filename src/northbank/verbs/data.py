"""Verbs of the data platform: collect, and what is there. Arguments are read in cli/."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from northbank.core.checks import words_of
from northbank.core.dataset import AnyStatement, Collected, Dataset, TurnedAway
from northbank.core.refusal import Refused
from northbank.flows.collect import Outcome, collect, collect_from_origin, dataset_of
from northbank.flows.correct import correct
from northbank.flows.scheduled import collect_due, see_schedule
from northbank.flows.see_datasets import DatasetView, see_dataset, trend
from northbank.flows.tend import compact
from northbank.shell.settings import Settings, SettingsError
from northbank.verbs.bars import shown
from northbank.wiring import lake_of, open_beside, sources_of

STEPS = {
    "fetch": "Fetching",
    "digest": "Looking at files",
    "read": "Reading and checking",
    "sort": "Telling good from bad",
    "land": "Putting in place",
}
BARS = "▁▂▃▄▅▆▇█"


async def run_collect(settings: Settings, code: str, place: Path | None, out: Console) -> int:
    """Collect one batch, without a place from where the contract says; tell what arrived. 1 where it was turned away."""
    async with open_beside(settings) as center:
        try:
            with shown(STEPS) as tell:
                if place is None:
                    done = await collect_from_origin(center.world, lake_of(settings), sources_of(settings), code, tell)
                else:
                    done = await collect(center.world, lake_of(settings), code, place, tell)
            dataset = dataset_of(center.world, code)
            cases = await correct(center.world, code)
            merged = await compact(center.world, lake_of(settings), code, due_only=True)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
    _tell(dataset, done, out)
    for number in cases:
        out.print(f"  Case {number} asks {dataset.owner} to correct it.")
    if merged is not None:
        out.print(f"{len(merged.of)} batches are one folder now; they had become many.")
    return 1 if isinstance(done.statement, TurnedAway) else 0


async def run_due(settings: Settings, out: Console) -> int:
    """Collect what is due by the schedules of the contracts; 1 where a run failed."""
    async with open_beside(settings) as center:
        with shown(STEPS) as tell:
            runs = await collect_due(center.world, lake_of(settings), sources_of(settings), lambda code: tell)
        for run in runs:
            if run.outcome is not None:
                _tell(dataset_of(center.world, run.dataset), run.outcome, out)
            else:
                fault = f" ({run.error})" if run.error is not None else ""
                out.print(f"{run.dataset}: {run.why}{fault} It is tried again.", markup=False)
    if not runs:
        out.print("Nothing is due.")
    return 1 if any(run.outcome is None for run in runs) else 0


async def run_show(settings: Settings, code: str, as_of: int | None, out: Console) -> None:
    """What is there of a data set, as of any batch."""
    async with open_beside(settings) as center:
        try:
            seen = await see_dataset(center.world, lake_of(settings), code, as_of)
            planned = await see_schedule(center.world, code)
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
    _tell_dataset(seen, out)
    if planned is not None and planned.failed is not None:
        out.print(
            f"Late: the run of {planned.failed.slot:%Y-%m-%d %H:%M} UTC failed {planned.failed.attempt} time(s): {planned.failed.en}",
            markup=False,
        )
    if planned is not None and planned.next is not None:
        out.print(f"Next run at {planned.next:%Y-%m-%d %H:%M} UTC.")


def _tell(dataset: Dataset, done: Outcome, out: Console) -> None:
    if done.healed:
        out.print(f"{done.healed} batch(es) that a stopped run had put in place are in the journal now.")
    for name, batch in sorted(done.known.items()):
        out.print(f"{name}: known, it came with batch {batch}.", markup=False)
    if done.statement is None:
        out.print("Nothing new.")
        return
    _tell_statement(dataset, done.statement, out)


def _tell_statement(dataset: Dataset, one: AnyStatement, out: Console) -> None:
    out.print(f"{dataset.code} ({dataset.name.en} {dataset.name.zh}), batch {one.n}:", markup=False)
    for name, drift in sorted(one.drift.items()):
        parts = [
            f"{what} {', '.join(found)}"
            for what, found in (("more:", drift.added), ("missing:", drift.missing))
            if found
        ]
        out.print(f"  {name}: columns differ from the contract ({'; '.join(parts)})", markup=False)
    out.print(
        f"  {one.rows:,} rows: {one.good:,} good, {one.bad:,} in quarantine, {one.repeated:,} replaced by a later row of the same key"
    )
    if one.faults:
        table = Table("rule", "", "rows", "share")
        for rule, rows in sorted(one.faults.items(), key=lambda pair: -pair[1]):
            words = words_of(rule.partition("(")[0])
            table.add_row(rule, f"{words.en} {words.zh}", f"{rows:,}", f"{rows / max(1, one.rows):.2%}")
        out.print(table)
    for rule, rows in sorted(one.noted.items()):
        words = words_of(rule.partition("(")[0])
        out.print(f"  noted, rows kept: {rule} ({words.en} {words.zh}) {rows:,}", markup=False)
    out.print(f"  score {one.score:.2f}; newest file of {one.happened_at:%Y-%m-%d %H:%M} UTC; contract {one.contract}")
    if isinstance(one, TurnedAway):
        why = f"more than {one.allowed:g} % bad" if one.why == "bad" else "its columns are not those of the contract"
        out.print(
            f"  Turned away: {why}. What was there before stays; the bad rows lie in batches/{one.folder}.",
            markup=False,
        )


def _tell_dataset(seen: DatasetView, out: Console) -> None:
    dataset = seen.dataset
    invented = " Synthetic." if dataset.synthetic else ""
    out.print(
        f"{dataset.code} ({dataset.name.en} {dataset.name.zh}): {seen.rows:,} rows; owner {dataset.owner}, {dataset.level}, "
        f"{dataset.share}, {dataset.cycle}.{invented}", markup=False,
    )  # fmt: skip
    if seen.age is not None:
        out.print(f"Its newest file is {seen.age:.1f} hours old{', later than its cycle' if seen.late else ''}.")
    if not seen.batches:
        out.print("Nothing was collected yet.")
        return
    table = Table("batch", "rows", "good", "bad", "replaced", "score", "files", "contract", "")
    for one in seen.batches:
        files = ", ".join(f"{file.name} {file.digest[:8]}" for file in one.files)
        counts = (f"{n:,}" for n in (one.rows, one.good, one.bad, one.repeated))
        became = "taken" if isinstance(one, Collected) else "turned away"
        table.add_row(str(one.n), *counts, f"{one.score:.2f}", files, one.contract[:8], became)
    out.print(table)
    if scores := trend(seen.batches):
        out.print(f"score {''.join(BARS[min(7, int(score / 12.5))] for score in scores)} {scores[-1]:.2f}")
