"""What flows need from the world: small protocols, and the values that cross them, joined in `World`. No implementation lives here."""

import msgspec

from northbank.core.case import Case
from northbank.core.city import City
from northbank.ports.audit import Ledger, ReadingQuery, ReadingRow, Signed, Signer, VerifierKey
from northbank.ports.cases import Again, CaseQuery, Cases, Page
from northbank.ports.clock import Clock, Ids, Moment
from northbank.ports.duplicates import Candidates, Nearby, Neighborhood
from northbank.ports.journal import Change, ClientKey, Committed, Envelope, ImportProgress, Journal, Secret, Stale
from northbank.ports.metrics import Left, Metrics
from northbank.ports.past import Head, History, Rulebooks
from northbank.ports.scans import Adviser, ClosedCase, PlacedCase, Scans
from northbank.ports.vault import People, Vault


class World(msgspec.Struct, frozen=True):
    """What a flow is given. adviser: None where nothing was trained for; scans, metrics: None where nobody looks across cases."""

    city: City
    clock: Clock
    ids: Ids
    journal: Journal
    cases: Cases
    vault: Vault
    people: People
    duplicates: Candidates
    adviser: Adviser | None = None
    scans: Scans | None = None
    metrics: Metrics | None = None
    rulebooks: Rulebooks | None = None
    history: History | None = None

    async def rules_of(self, case: Case) -> City:
        """The city as decisions about a running case see it: under the rules of the pack version it began with."""
        if self.rulebooks is None or case.pack in ("", self.city.version):
            return self.city
        return await self.rulebooks.rules(self.city, case.pack)


__all__ = [
    "Adviser",
    "Again",
    "Candidates",
    "CaseQuery",
    "Cases",
    "Change",
    "ClientKey",
    "Clock",
    "ClosedCase",
    "Committed",
    "Envelope",
    "Head",
    "History",
    "Ids",
    "ImportProgress",
    "Journal",
    "Ledger",
    "Left",
    "Metrics",
    "Moment",
    "Nearby",
    "Neighborhood",
    "Page",
    "People",
    "PlacedCase",
    "ReadingQuery",
    "ReadingRow",
    "Rulebooks",
    "Scans",
    "Secret",
    "Signed",
    "Signer",
    "Stale",
    "Vault",
    "VerifierKey",
    "World",
]
