"""The weights a district begins with, and the facts about duplicates that the journal holds.

The defaults are set by hand and labelled so; `northbank train duplicates` replaces them by what a district's own merges say.
"""

from northbank.core.duplicates import Weights
from northbank.core.journal import Fact

STREAM = "weights:duplicates"


class Fitted(Fact, frozen=True, tag="fitted"):
    """New weights were learned from marked pairs; they hold from here on. brier: mean squared error on the newest pairs."""

    weights: Weights
    brier: float


class Judged(Fact, frozen=True, tag="judged"):
    """Somebody looked at two cases: apart when they are not the same matter, false takes that back."""

    apart: bool


def pair_stream(a: str, b: str) -> str:
    """The stream of two cases, the same in either order."""
    return "pair:" + ":".join(sorted((a, b)))


# What each level adds to the log-odds that two reports tell of one matter.
DEFAULT = Weights(
    origin="default",
    prior=-4.0,
    parts={
        "place": {"1": 2.5, "10": 2.0, "30": 1.2, "75": 0.0, "150": -1.0, "more": -4.0},
        "address": {"same": 2.0, "other": -1.0},
        "time": {
            "0.25": 2.0, "1": 2.0, "6": 2.0, "24": 1.8, "48": 1.5, "60": 1.2, "72": 1.0, "84": 0.5, "120": 0.0,
            "168": 0.0, "336": -0.5, "720": -1.0, "more": -2.0,
        },
        "state": {"open": 0.5, "just_closed": -0.5, "closed": -3.0},
        "type": {"same": 1.0, "related": 0.0, "other": -2.0},
        "text": {"0.05": -1.0, "0.1": 0.0, "0.2": 1.2, "0.4": 2.2, "more": 3.2},
        "reporter": {"same": 1.0, "other": 0.0},
    },
)  # fmt: skip
