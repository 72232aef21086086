"""Verbs that tend the lake: merge, forget, retire. Arguments are read in cli/."""

from rich.console import Console

from northbank.core.refusal import Refused
from northbank.flows import tend
from northbank.shell.settings import Settings, SettingsError
from northbank.wiring import lake_of, open_beside


async def run_tend(
    settings: Settings, code: str, compact: bool, key: tuple[str, ...], why: str, retire: bool, out: Console
) -> None:  # fmt: skip
    """Do what is asked for, and tell what became of it."""
    async with open_beside(settings) as center:
        world, lake = center.world, lake_of(settings)
        try:
            if key:
                forgotten = await tend.forget(world, lake, code, key, why)
                out.print(
                    f"{forgotten.rows:,} rows and {forgotten.bad:,} bad rows are gone; told with digest {forgotten.digest[:12]}."
                )
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
