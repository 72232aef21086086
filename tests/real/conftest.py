"""The suite over real data: collected only where ../shared/data lies beside the checkout."""

from pathlib import Path

import pytest
from real.lakedesk import LakeDesk
from running import center

__all__ = ["center"]  # a fixture too: one whole center

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

collect_ignore_glob = [] if DATA.is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; read it, never copy it into the repository."""
    return DATA


@pytest.fixture
def desk(tmp_path: Path) -> LakeDesk:
    """A center with the invented city and the contracts of real data."""
    return LakeDesk(tmp_path)
