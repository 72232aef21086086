"""What a PostgreSQL server has to be before Northbank uses it; says in one sentence what is wrong with it.

How a server is started is the business of embedded.py.
"""

from urllib.parse import urlsplit

import asyncpg

from northbank.core.mendable import Mendable

OLDEST = 15


class ServerRefused(Mendable):
    """The database server cannot be used; the one sentence says why and what to do."""


async def check_server(connection: asyncpg.Connection) -> None:
    """Refuse a server that is too old, a database that is not UTF-8, a role that may not make tables."""
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise ServerRefused(f"The server is PostgreSQL {version.major} and Northbank needs {OLDEST} or newer.")
    database, role, encoding, may_create = await connection.fetchrow(
        "select current_database(), current_user, current_setting('server_encoding'),"
        " has_database_privilege(current_database(), 'create')"
    )
    if encoding != "UTF8":
        raise ServerRefused(f"The database {database} keeps text in {encoding}; make one with encoding 'UTF8'.")
    if not may_create:
        raise ServerRefused(
            f"The role {role} may not make schemas in {database}; let its owner run: grant create on database "
            f'"{database}" to "{role}".'
        )


async def reach(url: str) -> None:
    """Connect once and check the server; every way this fails becomes a ServerRefused without the password."""
    place = _place(url)
    try:
        connection = await asyncpg.connect(url, timeout=15)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise ServerRefused(f"The server at {place} does not let this role in; check the name and password.") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise ServerRefused(f"The server at {place} has no such database; make it first: createdb.") from error
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise ServerRefused(f"No PostgreSQL answers at {place} ({type(error).__name__}); check --database.") from error
    try:
        await check_server(connection)
    finally:
        await connection.close()


def _place(url: str) -> str:
    """The address without the user and the password."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or 'a local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "the given address"
