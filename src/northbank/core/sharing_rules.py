"""The limits of sharing data, as a pack gives them; left out, the program's own defaults [U] hold. Nothing is decided here."""

from typing import Literal

import msgspec

Level = Literal["L1", "L2", "L3", "L4"]


class SharingRules(msgspec.Struct, frozen=True, kw_only=True):
    """Days are working days. check: compliance check, second approval. review: the provider's answer; unpublished: where
    nothing was collected yet. again: after the first escalation until the second. longest: days a grant may run.

    two_persons: levels that a second person has to approve. case: levels that are read with a case number only.
    few: a value that fewer rows than this have is not shown in a profile.
    """

    check_days: int = 2
    review_days: int = 5
    unpublished_days: int = 10
    again_days: int = 2
    longest_days: int = 365
    two_persons: tuple[Level, ...] = ("L4",)
    case: tuple[Level, ...] = ("L3", "L4")
    few: int = 10
