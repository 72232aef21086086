"""The same matter twice: a case is merged into another and follows it, until somebody says that it was another matter."""

from northbank.core.case import Case
from northbank.core.case_facts import CaseFact, Followed, Joined, Merged, Parted, Split
from northbank.core.doing import Do, Want, told
from northbank.core.moves import ENDED, Act, State
from northbank.core.refusal import Refused

MOST = 500  # cases merged into one: each is written when the one ends


def merge(want: Want) -> list[CaseFact]:
    """The case is the same matter as `other`. No chains: neither may be merged already, nor the case have followers."""
    case, other = want.case, want.other
    if other is None or other.id == case.id:
        raise Refused("merge_into_what")
    if case.children:
        raise Refused("has_merged", count=len(case.children))
    if other.state in ENDED:
        raise Refused("parent_ended", number=other.number)
    if len(other.children) >= MOST:
        raise Refused("too_many_merged", most=MOST)
    return [Merged(**told(want.do), parent=other.id)]


def split(want: Want) -> list[CaseFact]:
    """It was another matter: the case is again what it was. One whose parent has ended is reopened instead by the desk."""
    return [Split(**told(want.do))]


def echo(do: Do, case: Case) -> list[CaseFact]:
    """What an act on `case` says to the other case it is merged into or split from."""
    match do.act:
        case Act.MERGE:
            return [Joined(child=case.id)]
        case Act.SPLIT:
            return [Parted(child=case.id)]
        case _:
            return []


def follow(before: Case, after: Case) -> list[CaseFact]:
    """What the cases merged into this one are told when it ends or lives again."""
    if not after.children or (before.state in ENDED) == (after.state in ENDED) or after.state is State.MERGED:
        return []
    ended = after.state in ENDED
    return [Followed(happened_at=after.changed_at, ended=ended, outcome=after.outcome if ended else None)]
