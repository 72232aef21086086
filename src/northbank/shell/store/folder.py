"""The data folder of one center: who may use it, what lies in it, its keys and its lock.

DATA/northbank.toml, DATA/keys, DATA/log, DATA/lock and, with the embedded server, DATA/pg. Nothing here knows PostgreSQL.
"""

import fcntl
import hashlib
import json
import os
import threading
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from northbank.core.mendable import Mendable
from northbank.shell.clock import SystemClock, new_key

FORMAT = 1
_OURS_BEFORE_THE_MARK = {"lock", "lost+found", ".northbank.toml.part"}


class DataFolderError(Mendable):
    """The data folder cannot be used; the one sentence says why and what to do."""


class DataFolder:
    """An opened and locked data folder; use as a context manager or call `close`.

    previous: what the last holder wrote about itself, {} when it closed the folder in good order.
    """

    def __init__(self, root: Path, lock: int, previous: dict[str, str | int]) -> None:
        self.root = root
        self.pg = root / "pg"
        self.log = root / "log"
        self.keys = root / "keys"
        self.previous = previous
        self._lock: int | None = lock

    @classmethod
    def open(cls, root: Path, *, pack: str | None = None, now: datetime | None = None) -> Self:
        """Open the folder, making it where it is missing or empty; raises DataFolderError.

        pack: the id of the city pack; a folder keeps the one it was first opened with.
        """
        root = Path(os.path.abspath(root))
        try:
            if root.exists() and not root.is_dir():
                raise DataFolderError(f"{root} is a file, not a folder; choose a folder with --data.")
            return cls._open(root, pack, now or SystemClock().now())
        except OSError as error:
            raise DataFolderError(
                f"The data folder {root} cannot be written ({error.strerror or error}); "
                "choose another with --data or let this user write there."
            ) from error

    @classmethod
    def _open(cls, root: Path, pack: str | None, now: datetime) -> Self:
        root.mkdir(parents=True, exist_ok=True, mode=0o711)
        _refuse_foreign(root)
        lock, previous = _take_lock(root)
        folder = cls(root, lock, previous)
        try:
            folder.note()
            folder._settle(pack, now)
        except BaseException:
            folder.close()
            raise
        return folder

    def _settle(self, pack: str | None, now: datetime) -> None:
        """Bring the mark, the folders and the key into being, in an order that a kill cannot spoil."""
        mark = _read_mark(self.root)
        if mark is None:
            mark = {"format": FORMAT, "created": now.isoformat(timespec="seconds")}
            _write_mark(self.root, mark)
        if pack and mark.get("pack", pack) != pack:
            raise DataFolderError(
                f"The data folder {self.root} belongs to the pack {mark['pack']}, not to {pack}; "
                "choose another folder with --data."
            )
        for folder in (self.keys, self.log):
            folder.mkdir(exist_ok=True, mode=0o700)
        key = self._key(mark)
        settled = mark | {"vault_key": _fingerprint(key)} | ({"pack": pack} if pack else {})
        if settled != mark:
            _write_mark(self.root, settled)

    def _key(self, mark: dict[str, str | int]) -> bytes:
        path = self.keys / "vault.key"
        if not path.exists() and "vault_key" not in mark:
            _write(path, new_key(), mode=0o600)
        key = path.read_bytes() if path.exists() else b""
        if mark.get("vault_key", _fingerprint(key)) != _fingerprint(key):
            raise DataFolderError(
                f"The key {path} is {'not the one this folder was made with' if key else 'missing'}; "
                "put it back from the backup, without it nobody can read the personal data."
            )
        return key

    def vault_key(self) -> bytes:
        """The key that every personal datum of this center hangs on."""
        return (self.keys / "vault.key").read_bytes()

    def audit_key(self, fresh: Callable[[], bytes]) -> Path:
        """The file with the key that checkpoints are signed with; `fresh` makes its content the first time."""
        path = self.keys / "audit.pem"
        if not path.exists():
            _write(path, fresh(), mode=0o600)
        return path

    def note(self, **facts: str | int) -> None:
        """Say about the holder what another process has to know, e.g. the address of the server."""
        assert self._lock is not None
        text = json.dumps({"pid": os.getpid()} | facts).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    def close(self) -> None:
        """Give the folder up; may be called twice."""
        if self._lock is None:
            return
        os.ftruncate(self._lock, 0)
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def holder(root: Path) -> dict[str, str | int] | None:
    """What the process that holds the folder wrote about itself; None when nobody holds it."""
    try:
        handle = os.open(root / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_note(handle)
    finally:
        os.close(handle)
    return None


def owner_of(root: Path) -> str | None:
    """Whose data the folder holds, as it was first opened; None where it is no data folder yet."""
    pack = (_read_mark(root) or {}).get("pack")
    return None if pack is None else str(pack)


def _refuse_foreign(root: Path) -> None:
    names = {path.name for path in root.iterdir()}
    if "northbank.toml" not in names and not names <= _OURS_BEFORE_THE_MARK:
        raise DataFolderError(
            f"The folder {root} is not empty and is no Northbank data folder; choose an empty one with --data."
        )


def _take_lock(root: Path) -> tuple[int, dict[str, str | int]]:
    handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # A look by `holder` takes the lock for a moment: only who keeps it longer is a holder.
    for patience in (0.02, 0.05, 0.1, 0.2, None):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle, _read_note(handle)
        except BlockingIOError:
            if patience:
                threading.Event().wait(patience)
    pid = _read_note(handle).get("pid", "unknown")
    os.close(handle)
    raise DataFolderError(
        f"The data folder {root} is in use by process {pid}; stop that Northbank first or choose another with --data."
    )


def _read_note(handle: int) -> dict[str, str | int]:
    try:
        note = json.loads(os.pread(handle, 4096, 0) or b"{}")
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _read_mark(root: Path) -> dict[str, str | int] | None:
    path = root / "northbank.toml"
    try:
        mark = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFolderError(f"The file {path} cannot be read ({error}); put it back from the backup.") from error
    found = mark.get("format")
    if type(found) is not int or not 1 <= found <= FORMAT:
        raise DataFolderError(
            f"The data folder {root} has format {found} and this Northbank reads up to {FORMAT}; use a newer Northbank."
        )
    return mark


def _write_mark(root: Path, mark: dict[str, str | int]) -> None:
    text = "# Made by Northbank: this folder is its data. Do not edit.\n"
    text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in mark.items())
    _write(root / "northbank.toml", text.encode(), mode=0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, and have it on the disk before going on."""
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    fresh.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"northbank vault key" + key).hexdigest()[:16]
