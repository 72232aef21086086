"""Verbs that tend the lake: merge, forget, retire. Arguments are read in cli/."""

from collections.abc import Iterable, Mapping

from rich.console import Console

from northbank.core.dataset import Dataset
from northbank.core.refusal import Refused
from northbank.core.tending import Forgotten, referring
from northbank.flows import tend
from northbank.flows.forget_record import forget_record
from northbank.shell.settings import Settings, SettingsError
from northbank.wiring import lake_of, open_beside


async def run_tend(
    settings: Settings, code: str, compact: bool, key: tuple[str, ...], linked: bool, why: str, retire: bool, out: Console
) -> None:  # fmt: skip
    """Do what is asked for, and tell what became of it."""
    async with open_beside(settings) as center:
        world, lake = center.world, lake_of(settings)
        try:
            if key:
                forgotten = await forget_record(center.platform, code, key, why, linked)
                _tell(forgotten, out)
                _tell_referring(world.city.datasets, forgotten, out)
            if compact:
                merged = await tend.compact(world, lake, code)
                out.print(
                    f"{len(merged.of)} batches are one folder of {merged.rows:,} rows."
                    if merged
                    else "Nothing to merge."
                )
            if retire:
                gone = await tend.retire(world, lake, code)
                out.print(
                    f"{len(gone.folders)} folders and bad rows of {len(gone.quarantine)} are gone."
                    if gone
                    else "Nothing is past retention."
                )
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused


def _tell(forgotten: dict[str, list[Forgotten]], out: Console) -> None:
    for code, found in forgotten.items():
        for one in found:
            out.print(
                f"{code}: {one.rows:,} rows and {one.bad:,} bad rows, {one.links:,} of links and {one.golden:,} golden records are gone; "
                f"told with digest {one.digest[:12]}.",
                markup=False,
            )
    out.print("Copies made for grants are gone too, and are made again when they are asked for.")


def _tell_referring(datasets: Mapping[str, Dataset], forgotten: Iterable[str], out: Console) -> None:
    """Where the record may still be named: rows that are records of their own, which the operator decides on."""
    found = {one: columns for code in forgotten for one, columns in referring(datasets, code).items()}
    if found:
        said = ", ".join(f"{one} ({', '.join(columns)})" for one, columns in sorted(found.items()))
        out.print(f"Rows that refer to it are records of their own and stay: {said}.", markup=False)
