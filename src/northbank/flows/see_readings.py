"""Who read whose personal data, when and why: for those who answer for it."""

import msgspec

from northbank.core.access import Actor, Role
from northbank.core.refusal import Refused
from northbank.ports import Ledger, ReadingQuery, ReadingRow

STEWARDS = frozenset({Role.ADMIN})


class ReadingPage(msgspec.Struct, frozen=True):
    """Records of readings, newest first. next: the id to ask after for the next page, or None."""

    rows: list[ReadingRow]
    next: int | None


async def readings(ledger: Ledger, actor: Actor, query: ReadingQuery) -> ReadingPage:
    """One page of the record."""
    if actor.role not in STEWARDS:
        raise Refused("forbidden", role=actor.role.value)
    rows = await ledger.readings(msgspec.structs.replace(query, limit=query.limit + 1))
    more = len(rows) > query.limit
    return ReadingPage(rows[: query.limit], rows[query.limit - 1].id if more else None)
