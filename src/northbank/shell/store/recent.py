"""The cases that this process stored last, as it stored them: whoever acts on one next need not read it again.

They may be out of date, because other processes write too. So they are only for deciding what is committed against their version.
"""

from northbank.core.case import Case

MOST = 2_000  # cases; some twenty megabytes


class Recent:
    """Cases by id; the one that was not stored again for the longest is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._cases: dict[str, Case] = {}

    def take(self, case: Case) -> None:
        """Remember a case that was just stored."""
        self._cases.pop(case.id, None)
        self._cases[case.id] = case
        if len(self._cases) > self._most:
            self._cases.pop(next(iter(self._cases)))

    def get(self, id: str) -> Case | None:
        """The case as it was stored here last, or None."""
        return self._cases.get(id)
