"""Every flow test gets a center in memory, and ends with: rebuilt from the journal it is the same."""

from collections.abc import Iterator

import pytest
from flows.memory import Memory


@pytest.fixture
def memory() -> Iterator[Memory]:
    """An empty center, checked afterwards."""
    made = Memory()
    yield made
    made.check()
