"""The data folder: what is refused, what is kept, what a kill in the middle leaves."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from northbank.shell.store.folder import DataFolder, DataFolderError, holder

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def refused(root: Path, **more: str) -> str:
    with pytest.raises(DataFolderError) as caught:
        DataFolder.open(root, **more)  # type: ignore[arg-type]
    assert holder(root) is None
    said = str(caught.value)
    assert said.count("\n") == 0
    return said


def test_a_new_folder_has_a_mark_a_key_and_a_lock(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path / "d", pack="somewhere", now=NOON) as folder:
        assert (tmp_path / "d" / "northbank.toml").read_text().splitlines()[1:4] == [
            "format = 1", 'created = "2026-11-22T12:00:00+00:00"', f'vault_key = "{_mark(folder)}"',
        ]  # fmt: skip
        key = folder.vault_key()
        assert len(key) == 32
        assert key.hex() not in (tmp_path / "d" / "northbank.toml").read_text()
        assert holder(folder.root) == {"pid": os.getpid()}
    with DataFolder.open(tmp_path / "d", pack="somewhere") as again:
        assert again.vault_key() == key
        assert again.previous == {}


def _mark(folder: DataFolder) -> str:
    return (folder.root / "northbank.toml").read_text().partition('vault_key = "')[2].partition('"')[0]


def test_an_empty_folder_and_a_fresh_disk_are_taken(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    DataFolder.open(tmp_path).close()
    assert (tmp_path / "northbank.toml").exists()


def test_a_foreign_folder_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert "is not empty and is no Northbank data folder" in refused(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="is a file, not a folder"):
        DataFolder.open(tmp_path / "file")
    with pytest.raises(DataFolderError, match="cannot be written"):
        DataFolder.open(tmp_path / "file" / "below")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "northbank.toml").write_text("format = 2\n")
    assert "has format 2 and this Northbank reads up to 1" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"format = ", b"\xff\xfe", b"", b'format = "one"\n', b"format = true\n"])
def test_a_spoiled_mark_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "northbank.toml").write_bytes(content)
    assert "northbank.toml" in refused(tmp_path) or "has format" in refused(tmp_path)


def test_another_pack_is_refused(tmp_path: Path) -> None:
    DataFolder.open(tmp_path, pack="one").close()
    assert "belongs to the pack one, not to two" in refused(tmp_path, pack="two")
    DataFolder.open(tmp_path).close()
    DataFolder.open(tmp_path, pack="one").close()


def test_a_lost_or_changed_key_is_never_replaced(tmp_path: Path) -> None:
    DataFolder.open(tmp_path).close()
    key = tmp_path / "keys" / "vault.key"
    good = key.read_bytes()
    key.write_bytes(b"x" * 32)
    assert "is not the one this folder was made with" in refused(tmp_path)
    key.unlink()
    assert "is missing" in refused(tmp_path)
    assert not key.exists()
    key.write_bytes(good)
    DataFolder.open(tmp_path).close()


@pytest.mark.parametrize("there", [(), ("lock",), ("lock", ".northbank.toml.part"), ("lock", "northbank.toml")])
def test_a_folder_half_made_when_killed_is_finished(tmp_path: Path, there: tuple[str, ...]) -> None:
    for name in there:
        (tmp_path / name).write_text("format = 1\n" if name == "northbank.toml" else "")
    with DataFolder.open(tmp_path) as folder:
        assert len(folder.vault_key()) == 32


def test_a_second_holder_is_refused_and_the_first_named(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path) as folder:
        folder.note(url="here")
        with pytest.raises(DataFolderError, match=f"in use by process {os.getpid()};"):
            DataFolder.open(tmp_path)
        assert holder(tmp_path) == {"pid": os.getpid(), "url": "here"}
    assert holder(tmp_path) is None
    assert holder(tmp_path / "nowhere") is None


def test_the_note_of_a_killed_holder_is_handed_on(tmp_path: Path) -> None:
    DataFolder.open(tmp_path).close()
    (tmp_path / "lock").write_text('{"pid": 1, "sockets": "/gone"}')
    with DataFolder.open(tmp_path) as folder:
        assert folder.previous == {"pid": 1, "sockets": "/gone"}
    (tmp_path / "lock").write_bytes(b"\xff[")
    with DataFolder.open(tmp_path) as folder:
        assert folder.previous == {}
