"""Cases by HTTP: the list, one case, its photos, and one URL for each act of the life cycle."""

from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.access import ACTS
from northbank.core.card import Card
from northbank.core.city import Name
from northbank.core.moves import Act
from northbank.core.words import OWN
from northbank.flows import see_cases
from northbank.flows.act import ActBody, act
from northbank.flows.erase_subject import EraseBody, EraseReply, erase
from northbank.flows.see_cases import Detail
from northbank.flows.see_why import Reasons, why
from northbank.ports import CaseQuery, Page
from northbank.shell.web.documents import PHOTO, read_document
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.photos import MEDIA
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.strict import invalid
from northbank.shell.web.wire import Reply

PART = "act"  # the part of a form that holds the act itself
_decode_act = msgspec.json.Decoder(ActBody)
_YEARS = range(1900, 2200)
_DAY = b"private, max-age=86400"


async def list_cases(face: Face, call: Call) -> Page:
    """One page of the list."""
    query: CaseQuery = call.params
    for name in ("reported_from", "reported_to", "closed_from", "closed_to", "since", "until"):
        check_moment(name, getattr(query, name))
    return await see_cases.page(face.world, call.actor, query)


def check_moment(name: str, at: datetime | None) -> None:
    """A moment in a filter must name its time zone and lie in years a database can hold."""
    if at is not None and (at.tzinfo is None or at.year not in _YEARS):
        raise invalid(name, "a time with its UTC offset is expected, such as 2026-05-01T00:00:00Z")


class PurposeQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """purpose: why personal data are read, one of the pack's codes; left out for work on the case itself."""

    purpose: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class DetailQuery(PurposeQuery, frozen=True, forbid_unknown_fields=True):
    """as_of: a journal position or a time with its zone; the case as it was then, read-only."""

    as_of: Annotated[str, Meta(max_length=40)] | None = None


async def see_case(face: Face, call: Call) -> Detail:
    """One case in full; what is read of a person goes on record."""
    return await see_cases.detail(face.world, call.actor, call.path["id"], call.params.purpose, call.params.as_of)


async def see_why(face: Face, call: Call) -> Reasons:
    """Why the case is where it is."""
    return await why(face.world, call.actor, call.path["id"])


async def see_photo(face: Face, call: Call) -> Reply:
    """One photo; the reading goes on record."""
    found = await see_cases.photo(face.world, call.actor, call.path["id"], call.path["photo"], call.params.purpose)
    return Reply(200, found, MEDIA.encode(), ((b"cache-control", _DAY),))


async def do_act(what: Act, face: Face, call: Call) -> Card:
    """One act on one case, with photos where it is a form."""
    body, photos = await read_document(face, call, _decode_act, PART, required=False)
    return await act(face.world, call.actor, call.path["id"], what, body, call.key, photos)


async def erase_subject(face: Face, call: Call) -> EraseReply:
    """Erase a person."""
    return await erase(face.world, call.actor, call.path["subject"], call.body)


def _act(what: Act) -> Operation:
    return Operation(
        name=f"case_{what.value}",
        method="POST",
        path=f"/api/v1/cases/{{id}}/{what.value}",
        tag="acts",
        summary=Name(*OWN[f"act.{what.value}"]),
        body=ActBody,
        reply=Card,
        run=partial(do_act, what),
        roles=frozenset(role for role, acts in ACTS.items() if what in acts),
        keyed=True,
        form={PHOTO: WebSettings().photo_count},
        part=PART,
        refusals=("conflict", "wrong_state", "not_yours", "reason_needed", "unknown_unit", "outside", "future"),
    )


OPERATIONS = (
    Operation(
        name="list_cases",
        method="GET",
        path="/api/v1/cases",
        tag="cases",
        summary=Name(zh="事件列表", en="List cases"),
        params=CaseQuery,
        reply=Page,
        run=list_cases,
        who="wall",
        refusals=("not_found", "not_yet", "before_all"),
    ),
    Operation(
        name="see_case",
        method="GET",
        path="/api/v1/cases/{id}",
        tag="cases",
        summary=Name(zh="事件详情", en="One case in full"),
        params=DetailQuery,
        reply=Detail,
        run=see_case,
        refusals=("unknown_purpose", "not_yet", "before_all"),
    ),
    Operation(
        name="see_why",
        method="GET",
        path="/api/v1/cases/{id}/why",
        tag="cases",
        summary=Name(zh="为什么分拨给我", en="Why a case is where it is: the row, the values used, the next best rows"),
        reply=Reasons,
        run=see_why,
    ),
    Operation(
        name="see_photo",
        method="GET",
        path="/api/v1/cases/{id}/photos/{photo}",
        tag="cases",
        summary=Name(zh="事件照片", en="A photo of a case"),
        reply=bytes,
        media=MEDIA,
        params=PurposeQuery,
        run=see_photo,
        refusals=("erased", "unknown_purpose"),
    ),
    *(_act(what) for what in Act),
    Operation(
        name="erase_subject",
        method="POST",
        path="/api/v1/subjects/{subject}/erase",
        tag="people",
        summary=Name(zh="删除个人信息", en="Erase the personal data of a subject"),
        body=EraseBody,
        reply=EraseReply,
        run=erase_subject,
        refusals=("forbidden", "erased"),
    ),
)
