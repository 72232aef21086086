"""The embedded PostgreSQL for real: made, started, killed, started again, refused; as root and as a normal user."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from northbank.shell.store.cluster import programs
from northbank.shell.store.embedded import Embedded
from northbank.shell.store.folder import DataFolder, DataFolderError, holder
from northbank.shell.store.leftovers import server_mark
from northbank.shell.store.privilege import NOBODY, Way, choose_way, command, environment, give, owner_of_files

ROOT = os.geteuid() == 0
# Each way that this machine allows to this user: a container may forbid namespaces.
WAYS: tuple[Way, ...] = tuple(dict.fromkeys((choose_way(), "nobody"))) if ROOT else ("direct",)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a table of three rows, stopped."""
    root = tmp_path_factory.mktemp("made") / "data"
    with Embedded.start(root) as server:
        ask(server, "create table kept as select generate_series(1, 3) as n")
    return root


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return shutil.copytree(made, tmp_path / "data")


def ask(server: Embedded | str, statement: str) -> Any:
    """One value from the server, through a connection of its own."""

    async def run() -> Any:
        connection = await asyncpg.connect(server if isinstance(server, str) else server.dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def until(fact: Callable[[], Any], seconds: float = 30) -> Any:
    """Look again and again until something outside this process has come about."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if found := fact():
            return found
        pause.wait(0.02)
    raise AssertionError("it did not come about")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- making, starting, stopping


@pytest.mark.parametrize("way", WAYS)
def test_a_new_folder_is_made_whole_and_private(tmp_path: Path, way: Way) -> None:
    root = tmp_path / "deep" / "er" / "data"
    with Embedded.start(root, way=way) as server:
        assert server.running
        assert sorted(path.name for path in root.iterdir()) == ["keys", "lock", "log", "northbank.toml", "pg"]
        sockets = Path(server.dsn.partition("host=")[2].partition("&")[0])
        assert not sockets.is_relative_to(root)
        assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) < 107
        assert [path.stat().st_mode & 0o777 for path in (root / "keys", root / "log", sockets)] == [0o700] * 3
        assert (root / "keys" / "vault.key").stat().st_mode & 0o777 == 0o600
        # Not root, whoever we are: as root it has another user, or another user within its namespace.
        assert Path(f"/proc/{server.pid}/uid_map").read_text().split()[0] == str(NOBODY) or (
            Path(f"/proc/{server.pid}").stat().st_uid != 0
        )
        said = dict.fromkeys(
            ("listen_addresses", "fsync", "synchronous_commit", "data_checksums", "jit", "server_encoding")
        )
        said = {name: ask(server, f"show {name}") for name in said}
        assert said == {
            "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "jit": "off",
            "server_encoding": "UTF8",
        }  # fmt: skip
        assert ask(server, "select datlocale from pg_database where datname = current_database()") == "C.UTF-8"
    assert not sockets.exists()
    assert not alive(server.pid or 0)
    assert not (root / "pg" / "postmaster.pid").exists()


def test_the_role_of_the_service_can_do_little(embedded: Embedded) -> None:
    assert ask(embedded, "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = user") is False
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(embedded, "select pg_read_file('/etc/hostname')")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(embedded.url(database="postgres"), "select 1")


@pytest.mark.parametrize("way", WAYS)
def test_a_second_run_goes_on_with_the_same_data(data: Path, way: Way) -> None:
    key = (data / "keys" / "vault.key").read_bytes()
    for run in range(2):
        with Embedded.start(data, way=way) as server:
            assert ask(server, "select count(*) from kept") == 3 + run
            ask(server, "insert into kept values (0)")
            assert server.folder.vault_key() == key


def test_stopping_twice_is_harmless(data: Path) -> None:
    server = Embedded.start(data)
    server.stop()
    server.stop()
    assert not server.running
    assert not server.failed


def test_the_log_never_holds_the_words_of_a_statement(data: Path) -> None:
    with Embedded.start(data) as server:
        ask(server, "create table person (phone text primary key)")
        for _ in range(2):
            with contextlib.suppress(asyncpg.UniqueViolationError):
                ask(server, "insert into person values ('13800000000')")
    logged = "".join(path.read_text() for path in (data / "log").iterdir())
    assert "duplicate key" in logged
    assert "13800000000" not in logged


# --- one holder


def test_a_second_start_is_refused_and_named(data: Path) -> None:
    with Embedded.start(data) as server:
        with pytest.raises(DataFolderError, match=f"in use by process {os.getpid()};"):
            Embedded.start(data)
        note = holder(data)
        assert note is not None
        assert (note["pid"], note["url"]) == (os.getpid(), server.dsn)
        assert ask(str(note["url"]), "select 1") == 1
    assert holder(data) is None
    Embedded.start(data).stop()


def test_a_folder_opened_by_the_caller_stays_the_callers(data: Path) -> None:
    with DataFolder.open(data, pack="somewhere") as folder:
        Embedded.start(folder).stop()
        assert holder(data) is not None
    with pytest.raises(DataFolderError, match="belongs to the pack somewhere, not to elsewhere"):
        DataFolder.open(data, pack="elsewhere")


# --- killed


def test_a_killed_server_comes_back_with_every_acknowledged_row(data: Path) -> None:
    with Embedded.start(data) as server:
        ask(server, "insert into kept select generate_series(4, 1000)")
        first = server.pid
        assert first
        os.kill(first, signal.SIGKILL)
        until(lambda: server.pid != first and server.running)
        assert ask(server, "select count(*) from kept") == 1000
        assert server.restarts == 1


def test_a_killed_northbank_takes_its_server_along_and_starts_again(data: Path) -> None:
    with program(data) as child:
        told = json.loads(child.stdout.readline())  # type: ignore[union-attr]
        ask(told["dsn"], "insert into kept values (4)")
        with pytest.raises(DataFolderError, match=f"in use by process {child.pid};"):
            Embedded.start(data)
        child.kill()
        child.wait()
    with Embedded.start(data) as server:
        assert not alive(told["server"])
        assert not Path(told["sockets"]).exists()
        assert ask(server, "select count(*) from kept") == 4


@pytest.mark.parametrize("stuck", [False, True])
def test_a_server_left_behind_is_ended_before_ours_starts(data: Path, tmp_path: Path, stuck: bool) -> None:
    pg, sockets = data / "pg", tmp_path / "s"
    sockets.mkdir(mode=0o700)
    options = {"cluster_name": server_mark(pg), "unix_socket_directories": sockets, "listen_addresses": ""}
    arguments = ["-D", str(pg), *(f"--{name}={value}" for name, value in options.items())]
    give(pg, owner_of_files(choose_way()))
    line = command(choose_way(), programs() / "postgres", arguments)
    orphan = subprocess.Popen(line, env=environment(), stderr=subprocess.DEVNULL, cwd=data)
    reaper = threading.Thread(target=orphan.wait)
    reaper.start()
    until(lambda: (pg / "postmaster.pid").exists() and "ready" in (pg / "postmaster.pid").read_text())
    if stuck:  # The chief is gone, a child hangs and holds the memory of the old server.
        child = int(Path(f"/proc/{orphan.pid}/task/{orphan.pid}/children").read_text().split()[0])
        os.kill(child, signal.SIGSTOP)
        os.kill(orphan.pid, signal.SIGKILL)
        reaper.join()
    with Embedded.start(data) as server:
        assert not alive(orphan.pid)
        assert ask(server, "select count(*) from kept") == 3
    reaper.join()


def test_a_mark_with_the_number_of_another_living_process_does_not_hinder(data: Path) -> None:
    (data / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{data / 'pg'}\n1\n5432\n/nowhere\n\n  1  1\nready\n")
    with Embedded.start(data) as server:
        assert ask(server, "select count(*) from kept") == 3


def test_a_folder_half_made_when_killed_is_made_again(tmp_path: Path) -> None:
    root = tmp_path / "data"
    DataFolder.open(root).close()
    (root / "pg.part").mkdir()
    (root / "pg.part" / "PG_VERSION").write_text("18\n")
    with Embedded.start(root) as server:
        assert server.running
    assert not (root / "pg.part").exists()


def test_a_server_that_cannot_live_is_given_up_and_said(data: Path) -> None:
    with Embedded.start(data) as server:
        control = data / "pg" / "global" / "pg_control"
        control.rename(data / "pg_control")
        os.kill(server.pid or 0, signal.SIGKILL)
        until(lambda: server.failed)
        assert not server.running
    (data / "pg_control").rename(control)
    with pytest.raises(DataFolderError, match=r"does not start: .*FATAL.*invalid value for parameter"):
        Embedded.start(data, settings={"max_connections": "many"})
    with Embedded.start(data) as server:
        assert ask(server, "select count(*) from kept") == 3


# --- refused


def test_files_of_another_major_version_are_refused(data: Path) -> None:
    (data / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataFolderError, match="made by PostgreSQL 17 and this Northbank brings 18"):
        Embedded.start(data)
    assert holder(data) is None


if ROOT:  # Only root can make files that are another person's.

    def test_files_of_another_person_are_refused_and_left_theirs(data: Path) -> None:
        os.chown(data / "pg", 12345, 12345)
        with pytest.raises(DataFolderError, match="belongs to user 12345; run Northbank as that user"):
            Embedded.start(data)
        assert (data / "pg").stat().st_uid == 12345

    def test_files_go_over_from_nobody_to_a_namespace_and_back(data: Path) -> None:
        for way in (*reversed(WAYS), *WAYS):
            with Embedded.start(data, way=way) as server:
                assert ask(server, "select count(*) from kept") == 3
            assert {path.stat().st_uid for path in (data / "pg").rglob("*")} == {owner_of_files(way)}


# --- as a normal user

_PROGRAM = """
import json, sys
from pathlib import Path
from northbank.shell.store.embedded import Embedded
server = Embedded.start(Path(sys.argv[1]))
sockets = server.dsn.partition("host=")[2].partition("&")[0]
print(json.dumps({"dsn": server.dsn, "server": server.pid, "sockets": sockets, "way": server.way}), flush=True)
sys.stdin.read()
server.stop()
"""


def program(data: Path, *before: str) -> subprocess.Popen[bytes]:
    """Another Northbank over `data`: says where it is, runs until its input ends."""
    line = [*before, sys.executable, "-c", _PROGRAM, str(data)]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.fixture
def as_normal_user() -> list[str]:
    """What to put before a command so that it runs as somebody who is not root.

    Where Python or this checkout lies in root's own folders, root lends the right to read them.
    """
    if not ROOT:
        return []
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    keep = "--securebits=+no_setuid_fixup"  # or access() would not see the right
    lent = [[f"--inh-caps=+{right}", f"--ambient-caps=+{right}", keep] for right in ("dac_read_search", "dac_override")]
    for rights in [[], *lent]:
        trial = [*drop, *rights, sys.executable, "-c", "import os, northbank.shell.store.embedded; print(os.__file__)"]
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
        if done.stdout.strip() == os.__file__:  # Python without its own library takes another one it happens to find.
            return [*drop, *rights]
    raise AssertionError("nobody can run Python here")


@pytest.fixture
def home() -> Iterator[Path]:
    """A private folder of the normal user, outside the test run's own folder, which only its user may enter."""
    with tempfile.TemporaryDirectory(prefix="northbank-home-") as path:
        if ROOT:
            os.chown(path, NOBODY, NOBODY)
        yield Path(path)


def test_a_normal_user_needs_nothing(home: Path, as_normal_user: list[str]) -> None:
    for _ in range(2):
        with program(home / "data", *as_normal_user) as child:
            told = json.loads(child.stdout.readline())  # type: ignore[union-attr]
            assert told["way"] == "direct"
            owner = Path(f"/proc/{told['server']}").stat().st_uid
            assert owner == (NOBODY if ROOT else os.geteuid())
            assert (home / "data" / "pg").stat().st_uid == owner
            child.stdin.close()  # type: ignore[union-attr]
            assert child.wait(30) == 0
        assert not alive(told["server"])


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """This very process as somebody who is not root, for the length of a test."""
    if not ROOT:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.usefixtures("unprivileged")
def test_a_folder_of_somebody_else_is_refused() -> None:
    for path in ("/northbank-data", "/proc/northbank", "/etc"):
        with pytest.raises(DataFolderError) as caught:
            DataFolder.open(Path(path))
        assert path in str(caught.value)
    assert not Path("/northbank-data").exists()
