"""What one run was told, by arguments and NORTHBANK_ variables, as one frozen value.

Secrets come by reference: the path of a file, never the secret itself. Nothing is opened here but those files.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from northbank.core.mendable import Mendable

Mode = Literal["live", "simulated", "replay"]
Words = Literal["plain", "json"]

PREFIX = "NORTHBANK_"
MASTER = r"spark://[^\s/]+|local(\[(\d+|\*)\])?|local-cluster\[\d+,\d+,\d+\]"  # the clusters that share this machine's folders
SECRETS = "NORTHBANK_SECRET_"  # variables of this kind are read where a contract names them, and are no settings


class SettingsError(Mendable):
    """Settings that cannot be used; the sentences name every fault at once."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run. `database` None means the embedded server in the data folder.

    areas: a folder with the operator's own geometry for the pack. wall_open: the wall needs no signing in.
    secure: people reach it by https only. anonymous_open311: residents may report through Open311 without an account.
    audit_key_file: the Ed25519 key (PEM) checkpoints are signed with; without it the one in the data folder.
    lake_memory, lake_threads: what the engine of the data platform may use of the machine. lake_engine: what makes batches.
    spark_master: where the cluster is: spark://host:7077, or local[2] for threads of this machine.
    lineage_url: where events of lineage are sent besides the data folder (OpenLineage over HTTP).
    database_password_file: the password for `database`, kept out of the command line and the environment.
    """

    pack: Path
    data: Path = Path("data")
    database: str | None = None
    database_password_file: Path | None = None
    audit_key_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    areas: Path | None = None
    mode: Mode = "live"
    speed: float = 1.0
    wall_open: bool = False
    secure: bool = False
    anonymous_open311: bool = False
    log: Words = "plain"
    lake_memory: str = "1GB"
    lake_threads: int = 2
    lake_engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str = "local[2]"
    lineage_url: str | None = None

    def database_url(self) -> str | None:
        """The address of the server with its password, for connecting only: never to be shown or logged."""
        if self.database is None or self.database_password_file is None:
            return self.database
        password = _secret(self.database_password_file)
        parts = urlsplit(self.database)
        user, at, host = parts.netloc.rpartition("@")
        return urlunsplit(
            parts._replace(netloc=f"{user.partition(':')[0]}:{quote(password, safe='')}{at or '@'}{host}")
        )

    def __repr__(self) -> str:
        """Everything but the database address, which may hold a password."""
        shown = {name: getattr(self, name) for name in self.__struct_fields__ if name != "database"}
        shown["database"] = None if self.database is None else "(given)"
        return f"Settings({', '.join(f'{name}={value!s}' for name, value in shown.items())})"


def read_settings(arguments: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """Arguments win over variables (NORTHBANK_PORT for port), both over defaults; raises SettingsError.

    An argument that is None counts as not given. An unknown NORTHBANK_ variable is a fault: most likely a typing slip.
    """
    names = Settings.__struct_fields__
    known = {PREFIX + name.upper(): name for name in names}
    faults = [
        f"{name} is no setting; possible are {', '.join(known)}."
        for name in sorted(environment)
        if name.startswith(PREFIX) and not name.startswith(SECRETS) and name not in known
    ]
    given: dict[str, object] = {name: environment[key] for key, name in known.items() if environment.get(key)}
    given |= {name: value for name, value in arguments.items() if value is not None}
    given = {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(" ".join([*faults, f"A setting is wrong: {error}."])) from error
    faults += _faults(settings)
    if faults:
        raise SettingsError(" ".join(faults))
    return settings


def _faults(settings: Settings) -> list[str]:
    faults = []
    if not 0 <= settings.port <= 65535:
        faults.append(f"port is {settings.port}; possible are 0 (any free one) to 65535.")
    if not 0 < settings.speed <= 100_000:
        faults.append(f"speed is {settings.speed}; possible is more than 0, up to 100000.")
    if settings.mode == "live" and settings.speed != 1.0:
        faults.append(
            f"speed is {settings.speed} and mode is live; only {' and '.join(get_args(Mode)[1:])} have a speed."
        )
    if not re.fullmatch(r"[1-9]\d*(MB|GB)", settings.lake_memory):
        faults.append(f"lake_memory is {settings.lake_memory}; write it such as 512MB or 4GB.")
    if not 1 <= settings.lake_threads <= 256:
        faults.append(f"lake_threads is {settings.lake_threads}; possible are 1 to 256.")
    if settings.lineage_url is not None and urlsplit(settings.lineage_url).scheme not in {"http", "https"}:
        faults.append("lineage_url is no address of the form https://host/api/v1/lineage.")
    if not re.fullmatch(MASTER, settings.spark_master):
        faults.append(f"spark_master is {settings.spark_master}; write it such as spark://host:7077 or local[2].")
    if settings.database is not None and urlsplit(settings.database).scheme not in {"postgresql", "postgres"}:
        faults.append("database is no address of the form postgresql://user@host:5432/name.")
    if settings.database_password_file is not None and settings.database is None:
        faults.append("database_password_file is given without database.")
    return faults


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError(f"no path: {value!r}")


def _secret(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The secret file {path} cannot be read: {error}.") from error
