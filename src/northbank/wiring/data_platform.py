"""The parts of the data platform: lake, sources, links, sharing."""

import asyncio
import hmac
import os

import asyncpg

from northbank.flows.platform import Sharing
from northbank.shell.lake.answers import DuckAnswerer
from northbank.shell.lake.fetch.secrets import Secrets
from northbank.shell.lake.fetch.sources import LakeSources
from northbank.shell.lake.lake import DuckLake
from northbank.shell.lake.links import LinkLake
from northbank.shell.lake.spark.lake import SparkLake
from northbank.shell.settings import Settings
from northbank.shell.store.grants import PgGrants, PgUses


def sharing_of(settings: Settings, pool: asyncpg.Pool, secret: bytes, lake: DuckLake) -> Sharing:
    """Grants, the record of uses, and the engine that answers from copies beside the lake."""
    answerer = DuckAnswerer(
        settings.data / "granted", lake, secret, settings.lake_memory, settings.lake_threads
    )  # fmt: skip
    return Sharing(PgGrants(pool), PgUses(pool, secret), answerer)


def lake_of(settings: Settings) -> DuckLake:
    """The lake of a data folder, with so much of the machine as the settings give it, and the engine they name."""
    if settings.lake_engine == "spark":
        return SparkLake(settings.data / "lake", settings.spark_master, settings.lake_memory, settings.lake_threads)
    return DuckLake(settings.data / "lake", settings.lake_memory, settings.lake_threads)


def sources_of(settings: Settings) -> LakeSources:
    """Where rows come from; secrets of this process and of the data folder are read only where a contract names them."""
    data = settings.data
    secrets = Secrets(data / "secrets", os.environ)
    return LakeSources(
        data / "lake", data / "inbox", secrets, asyncio.sleep, settings.lake_memory, settings.lake_threads
    )


def links_secret(vault_key: bytes) -> str:
    """What digests of records are keyed with: a key of their own, made of the vault's."""
    return hmac.new(vault_key, b"links", "sha256").hexdigest()


def links_of(settings: Settings, vault_key: bytes) -> LinkLake:
    """Links of records beside the lake; the digests that name records are keyed with a key of their own, made of the vault's."""
    return LinkLake(
        settings.data / "links", lake_of(settings), links_secret(vault_key), settings.lake_memory, settings.lake_threads
    )
