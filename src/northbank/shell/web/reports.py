"""Reports by HTTP: one JSON document, or a multipart form with the document as part `report` and photos beside it."""

import msgspec

from northbank.core.access import REPORTERS
from northbank.core.city import Name
from northbank.flows.report import NewReport, ReportReply, report
from northbank.shell.web.documents import PHOTO, read_document
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import address_of
from northbank.shell.web.registry import FORM_BODY, Call, Face, Operation

_decoder = msgspec.json.Decoder(NewReport)


def throttle(face: Face, call: Call) -> None:
    """Accounts may report often, strangers seldom."""
    if call.account is not None:
        face.reports_by_account.take(call.account.actor.login)
    else:
        face.reports_by_address.take(address_of(call.scope))


async def send_report(face: Face, call: Call) -> ReportReply:
    """Read the report in either form, clean its photos, hand it to the flow."""
    throttle(face, call)
    new, photos = await read_document(face, call, _decoder, FORM_BODY)
    return await report(face.world, call.actor, new, call.key, photos)


OPERATIONS = (
    Operation(
        name="send_report",
        method="POST",
        path="/api/v1/reports",
        tag="reports",
        summary=Name(zh="上报事件", en="Report an event"),
        body=NewReport,
        reply=ReportReply,
        run=send_report,
        status=201,
        roles=REPORTERS,
        keyed=True,
        form={PHOTO: WebSettings().photo_count},
        refusals=(
            "outside",
            "no_place",
            "unknown_type",
            "unknown_source",
            "future",
            "too_old",
            "no_calendar",
            "photo_unreadable",
            "already_reported",
        ),
        example={"place": {"lon": 106.57, "lat": 29.61}, "text": "路灯不亮 / The street lamp is out"},
    ),
)
