"""A private MariaDB server for tests of fetching: its own folder, socket and user, nothing but loopback's socket, gone afterwards."""

import getpass
import os
import shutil
import socket as socketlib
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pymysql

USER, PASSWORD = "reader", "it's s3cret"
QUICK = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-log-file-size=4M",
    "--innodb-buffer-pool-size=8M",
    "--performance-schema=OFF",
)


class MariaDb:
    """A running server."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    @property
    def url(self) -> str:
        """The address that a contract's secret would hold; the user may only read."""
        return f"mysql://{USER}:{quote(PASSWORD)}@localhost/district?socket={self._socket}"

    def run(self, *statements: str) -> None:
        """As the owner of the server."""
        connection = pymysql.connect(unix_socket=str(self._socket), user=LOGIN, charset="utf8mb4", autocommit=True)
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


# The server refuses to run as root; Debian's package brings a user for it.
LOGIN = getpass.getuser()  # let in through the socket without a password
OWNER = "mysql" if os.getuid() == 0 else LOGIN


@contextmanager
def running() -> Iterator[MariaDb]:
    """Start one and stop it."""
    folder = Path(tempfile.mkdtemp(prefix="northbank-mariadb-"))
    if os.getuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    data, socket = folder / "data", folder / "socket"
    plain = ("--no-defaults", f"--datadir={data}")
    options = {"user": OWNER, "cwd": folder} if os.getuid() == 0 else {"cwd": folder}
    with (folder / "log").open("wb") as log:
        install = [
            "mariadb-install-db",
            *plain,
            f"--auth-root-socket-user={LOGIN}",
            "--skip-test-db",
            "--skip-name-resolve",
            *QUICK,
        ]
        subprocess.run(install, check=True, stdout=log, stderr=log, **options)
        start = [
            "/usr/sbin/mariadbd",
            *plain,
            *QUICK,
            f"--socket={socket}",
            "--skip-networking",
            f"--pid-file={folder / 'pid'}",
        ]
        server = subprocess.Popen(start, stdout=log, stderr=log, **options)
    try:
        one = MariaDb(socket)
        _wait_for(server, socket)
        one.run(
            "create database district character set utf8mb4",
            f"create user {USER}@localhost identified by '{PASSWORD.replace(chr(39), chr(39) * 2)}'",
            f"grant select on district.* to {USER}@localhost",
        )
        yield one
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: subprocess.Popen[bytes], socket: Path) -> None:
    """Wait until it answers, as long as it lives."""
    for _ in range(6_000):
        assert server.poll() is None, "MariaDB did not start"
        with socketlib.socket(socketlib.AF_UNIX) as asking:
            if asking.connect_ex(str(socket)) == 0:
                return
        threading.Event().wait(0.02)  # house: polls
    raise AssertionError("MariaDB answers nobody")
