"""What the house tests look at: the files that are, or are about to be, committed. Rules stand in the tests beside this."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", "node_modules", "dist", "__pycache__", "data"}


def _listed() -> list[str]:
    """Files git knows or would add; a tree without git is walked instead."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0 and done.stdout:
        return sorted(set(done.stdout.decode().split("\0")) - {""})
    found = (p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file())
    return sorted(p.as_posix() for p in found if not SKIPPED & set(p.parts))


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def committed() -> dict[str, Path]:
    """Every file of the project by its path from the top."""
    return {name: ROOT / name for name in _listed() if (ROOT / name).is_file()}


@pytest.fixture(scope="session")
def texts(committed: dict[str, Path]) -> dict[str, str]:
    """The files that are text, by path. Pictures, fonts and archives are left out."""
    found: dict[str, str] = {}
    for name, path in committed.items():
        raw = path.read_bytes()
        if b"\0" not in raw[:8192]:
            found[name] = raw.decode("utf-8")
    return found


@pytest.fixture(scope="session")
def python(texts: dict[str, str]) -> dict[str, str]:
    """The Python files of src by path."""
    return {name: text for name, text in texts.items() if name.startswith("src/") and name.endswith(".py")}
