"""How a case stands for whoever counts: archiving puts it away and changes nothing about how it ended."""

from northbank.core.case import Case
from northbank.core.moves import DONE, State


def standing(case: Case) -> State:
    """The state, or the one it had when it was put away for good."""
    return case.before if case.state is State.ARCHIVED and case.before is not None else case.state


def ended_well(case: Case) -> bool:
    """Whether it ended with work done."""
    return standing(case) in DONE
