"""What becomes known of a request for data, from the asking to the end of the grant: facts of the streams `grant:<id>`.

What they do to a grant is in sharing.py; who may cause them in share_rights.py.
"""

from datetime import datetime
from typing import Literal

from northbank.core.dataset import Sensitivity, Share
from northbank.core.deadline import Deadline
from northbank.core.journal import Fact
from northbank.core.terms import Terms

GrantKind = Literal["use", "return"]


class ShareRequested(Fact, frozen=True, kw_only=True, tag="share_requested"):
    """Somebody asks for data. applicant: unit. owner: unit that answers. application: what the data are for, by its name.

    kind `return`: a town asks for its own rows (回流). town: code of it. share, level, contract: of the data set then.
    rule: why it is refused at once, where its share attribute says so. case: number of the case it is asked for.
    """

    dataset: str
    kind: GrantKind = "use"
    applicant: str
    town: str | None = None
    owner: str
    purpose: str
    application: str
    case: str = ""
    asked: Terms
    share: Share
    level: Sensitivity
    contract: str
    two_persons: bool = False
    needs_case: bool = False
    deadline: Deadline | None = None
    rule: str = ""


class ShareChecked(Fact, frozen=True, kw_only=True, tag="share_checked"):
    """The compliance check was passed; what is open is granted by that. deadline: of the provider's answer."""

    opens: bool = False
    ends_at: datetime | None = None
    note: str = ""
    deadline: Deadline | None = None


class ShareApproved(Fact, frozen=True, kw_only=True, tag="share_approved"):
    """The provider (or, `overruled`, the data authority) gives it on these terms. deadline: of the second approval, if one is due."""

    given: Terms
    ends_at: datetime
    overruled: bool = False
    note: str = ""
    deadline: Deadline | None = None


class ShareConfirmed(Fact, frozen=True, kw_only=True, tag="share_confirmed"):
    """A second person approved."""

    note: str = ""


class ShareRefused(Fact, frozen=True, kw_only=True, tag="share_refused"):
    """It was refused."""

    reason: str


class ShareDisputed(Fact, frozen=True, kw_only=True, tag="share_disputed"):
    """The applicant holds the refusal to be wrong and turns to the data authority."""

    reason: str
    deadline: Deadline | None = None


class ShareUpheld(Fact, frozen=True, kw_only=True, tag="share_upheld"):
    """The data authority leaves it at the refusal."""

    reason: str


class ShareWithdrawn(Fact, frozen=True, kw_only=True, tag="share_withdrawn"):
    """The applicant no longer asks."""

    reason: str = ""


class ShareRenewed(Fact, frozen=True, kw_only=True, tag="share_renewed"):
    """The grant runs on until the end of another day."""

    given: Terms
    ends_at: datetime
    note: str = ""


class ShareRevoked(Fact, frozen=True, kw_only=True, tag="share_revoked"):
    """The grant was taken back."""

    reason: str


class ShareExpired(Fact, frozen=True, kw_only=True, tag="share_expired"):
    """The grant's last day is over."""


class ShareEscalated(Fact, frozen=True, kw_only=True, tag="share_escalated"):
    """Nobody answered within the limit. to: who is told. again: when that is looked at once more, None: no more."""

    to: Literal["steward", "leader"]
    limit: str
    again: datetime | None = None


ShareFact = (
    ShareRequested | ShareChecked | ShareApproved | ShareConfirmed | ShareRefused | ShareDisputed | ShareUpheld
    | ShareWithdrawn | ShareRenewed | ShareRevoked | ShareExpired | ShareEscalated
)  # fmt: skip
