"""Every kind of fact the journal may hold, how it is read back, and how old shapes are lifted to today's.

A new kind of fact is added here and to docs on purpose: readers of the journal depend on this list.
"""

from typing import Any, cast

import msgspec

from northbank.core.bases import Built
from northbank.core.case_facts import CaseFact
from northbank.core.dataset import Collected, TurnedAway
from northbank.core.datause import UsesSealed
from northbank.core.duplicate_weights import Fitted, Judged
from northbank.core.hotspots import Scanned
from northbank.core.journal import Fact
from northbank.core.linking import LinkJudged, LinkRun, LinkTrained
from northbank.core.lookback import Drawn
from northbank.core.publishing import Published
from northbank.core.quarantine import QuarantineRead
from northbank.core.reading import ReadingsSealed
from northbank.core.schedule import Failed, Ran
from northbank.core.sharing_facts import ShareFact
from northbank.core.suggest import Trained
from northbank.core.tending import Compacted, Forgotten, Retired


class Erased(Fact, frozen=True, tag="erased"):
    """The key of a subject was destroyed: contact, words and photos can never be read again. reason: why."""

    reason: str


class Imported(Fact, frozen=True, tag="imported"):
    """A batch of a file of old records was taken: file digest, place after it, rows in and turned down."""

    file: str
    digest: str
    place: int
    rows: int
    rejected: int


class Opened(Fact, frozen=True, tag="opened"):
    """An account was opened (or changed) for a post. Passwords never come here."""

    role: str
    unit: str | None = None
    town: str | None = None
    grid: str | None = None


class Disabled(Fact, frozen=True, tag="disabled"):
    """An account can no longer sign in."""


AnyFact = (
    CaseFact
    | Built
    | Collected
    | Compacted
    | Drawn
    | Failed
    | Ran
    | Erased
    | Imported
    | Opened
    | Disabled
    | Fitted
    | Forgotten
    | Judged
    | LinkJudged
    | LinkTrained
    | LinkRun
    | Published
    | QuarantineRead
    | ReadingsSealed
    | Retired
    | Scanned
    | ShareFact
    | Trained
    | TurnedAway
    | UsesSealed
)

# Shape changes: {(entry type, schema): function from the old JSON object to the next schema's}. None so far.
LIFTS: dict[tuple[str, int], Any] = {}

_decoder = msgspec.json.Decoder(cast(Any, AnyFact))


def read(type: str, schema: int, data: str | bytes) -> AnyFact:
    """The fact of an entry as today's shape. Raises msgspec.ValidationError on a shape no lift leads from."""
    if (type, schema) not in LIFTS:
        return cast(AnyFact, _decoder.decode(data))
    value = msgspec.json.decode(data)
    while (lift := LIFTS.get((type, schema))) is not None:
        value, schema = lift(value), schema + 1
    return cast(AnyFact, msgspec.convert(value, cast(Any, AnyFact)))
