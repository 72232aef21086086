"""Verbs of proofs. Each reads its arguments and calls verbs/."""

from pathlib import Path
from typing import Annotated

import typer

from northbank.cli.program import Areas, Data, Database, Pack, audit_app, fail, go, out, settings_of


@audit_app.command("verify")
def audit_verify(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Walk the whole journal against its tree and signed checkpoints; names the first wrong position."""
    from northbank.verbs.audit import audit_verify as verify

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    raise typer.Exit(go(lambda: verify(settings, out)))


@audit_app.command("prove")
def audit_prove(
    file: Annotated[Path, typer.Argument(help="Where to write what outsiders check with tools/verify_receipt.py.")],
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    case: Annotated[str | None, typer.Option(help="The receipt of the case with this number.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Entries from this position on, as lines of JSON.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Last position of the entries.")] = None,
    since: Annotated[int | None, typer.Option(min=1, help="That the journal only grew since this checkpoint.")] = None,
) -> None:  # fmt: skip
    """Write a receipt, a proof of growth or a range of entries with their proofs; without a choice, all entries."""
    from northbank.verbs.audit import audit_prove as prove

    if sum([case is not None, since is not None, first is not None or last is not None]) > 1:
        raise fail("Give --case, or --since, or --first and --last.")
    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    go(lambda: prove(settings, file, case, first, last, since, out))


@audit_app.command("key")
def audit_key(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Print the public keys that checkpoints are signed with, the present one last."""
    from northbank.verbs.audit import audit_key as show

    go(lambda: show(settings_of(pack=pack, data=data, database=database, areas=areas), False, out))


@audit_app.command("renew-key")
def audit_renew(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Sign with this folder's key from now on; what older keys signed stays checkable."""
    from northbank.verbs.audit import audit_key as show

    go(lambda: show(settings_of(pack=pack, data=data, database=database, areas=areas), True, out))


@audit_app.command("state")
def audit_state(
    pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None,
    position: Annotated[int | None, typer.Option(min=1, help="As of this position; the last one without it.")] = None,
) -> None:  # fmt: skip
    """Print the hash of all cases as the journal makes them; at the tip it is compared with the live view."""
    from northbank.verbs.past import audit_state as state

    settings = settings_of(pack=pack, data=data, database=database, areas=areas)
    raise typer.Exit(go(lambda: state(settings, position, out)))


@audit_app.command("rebuild")
def audit_rebuild(pack: Pack, data: Data = Path("data"), database: Database = None, areas: Areas = None) -> None:
    """Drop the Merkle tree and make it again from the journal."""
    from northbank.verbs.audit import audit_rebuild as again

    go(lambda: again(settings_of(pack=pack, data=data, database=database, areas=areas), out))
