"""What a center learns from its own closed cases."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from northbank.shell.settings import Settings
from northbank.wiring import open_beside

if TYPE_CHECKING:
    from northbank.core.suggest import About

TRAINING = {
    "open": "Opening words",
    "read": "Reading pieces",
    "try": "Fitting on a part, to measure on the rest",
    "fit": "Fitting on all",
}


async def run_training(settings: Settings, file: Path | None, map: Path | None, seed: int, out: Console) -> None:
    """Fit a model of suggestions on the center's closed cases or on a labelled file, keep it and write that down."""
    from rich.progress import Progress

    from northbank.core.refusal import Refused
    from northbank.core.suggest_fit import fit
    from northbank.flows.train import examples, record, salt_of
    from northbank.shell.settings import SettingsError
    from northbank.shell.sources.labelled import read_labelled
    from northbank.shell.store.modelfile import next_version, write_model

    async with open_beside(settings) as center:
        folder, city = settings.data / "models", center.city
        version = next_version(folder)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            steps = {name: bar.add_task(words, total=None) for name, words in TRAINING.items()}

            def tell(step: str, done: float) -> None:
                bar.update(steps[step], total=1.0, completed=done)

            if file is not None and map is not None:
                found = await asyncio.to_thread(lambda: list(read_labelled(file, map, city)))
            else:
                assert center.world.scans is not None
                closed = center.world.scans.closed()
                found = await examples(center.world, closed, lambda n: bar.update(steps["open"], completed=n))
            bar.update(steps["open"], total=1, completed=1)
            try:
                model = await asyncio.to_thread(
                    lambda: fit(
                        found, version=version, made_at=center.world.clock.now(), pack=city.version, seed=seed,
                        salt=salt_of(city, version), simulated=center.settings.mode != "live", progress=tell,
                    )
                )  # fmt: skip
            except Refused as refused:
                raise SettingsError(f"{refused.say()} {refused.advise()}") from refused
        path = await asyncio.to_thread(write_model, folder, model)
        await record(center.world, model.about)
    _tell_model(model.about, path, out)


async def run_training_duplicates(settings: Settings, days: int, out: Console) -> None:
    """Learn from the pairs that were merged and put the weights in force."""
    from rich.progress import Progress

    from northbank.core.duplicate_fit import TooFew
    from northbank.flows.train_duplicates import learn
    from northbank.shell.settings import SettingsError

    async with open_beside(settings) as center:
        until = center.world.clock.now()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task("Comparing cases with those before them", total=None)
            try:
                learned = await learn(
                    center.world, until - timedelta(days=days), until, lambda n: bar.update(step, completed=n)
                )  # fmt: skip
            except TooFew as error:
                raise SettingsError(f"{error} The weights in force stay as they are.") from error
    weights = learned.weights
    out.print(f"Learned from {weights.pairs:,} pairs, {weights.marked:,} of them merged. In force from now on.")
    out.print(
        f"On the newest pairs, not learned from: mean squared error {learned.brier:.4f}; always the usual share {learned.base:.4f}."
    )


def _tell_model(about: "About", path: Path, out: Console) -> None:
    """What the model can do, in a few lines."""
    got = about.figures
    out.print(
        f"{path}: {about.cases:,} cases, {len(about.types)} types, {about.pieces:,} pieces of text.", markup=False
    )
    out.print(
        f"On {got.cases:,} cases it had not seen ({about.split}): right {got.accuracy:.1%}, among the first three "
        f"{got.top3:.1%}; always the commonest type would be right {got.usual:.1%}."
    )
    out.print(
        f"From a confidence of {about.threshold:.2f} on it is sure: {got.coverage:.1%} of the cases, {got.precision:.1%} of them "
        f"right (aim {about.aim:.0%}). Calibration error {got.ece:.3f}."
    )
