"""Reports by HTTP: one JSON document, or a multipart form with the document as part `report` and photos beside it."""

import msgspec

from northbank.core.access import REPORTERS
from northbank.core.city import Name
from northbank.core.refusal import Refused
from northbank.flows.report import NewReport, ReportReply, report
from northbank.shell.web.forms import Form, Rules, media_of, read_multipart
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.limits import address_of
from northbank.shell.web.registry import FORM_BODY, Call, Face, Operation
from northbank.shell.web.strict import invalid, read_json
from northbank.shell.web.wire import read_body

_decoder = msgspec.json.Decoder(NewReport)
PHOTO = "photo"


def form_rules(face: Face) -> Rules:
    """What a report's form may hold."""
    settings = face.settings
    return Rules(settings.json_limit, PHOTO, settings.photo_count, settings.photo_limit)


def throttle(face: Face, call: Call) -> None:
    """Accounts may report often, strangers seldom."""
    if call.account is not None:
        face.reports_by_account.take(call.account.actor.login)
    else:
        face.reports_by_address.take(address_of(call.scope))


async def send_report(face: Face, call: Call) -> ReportReply:
    """Read the report in either form, clean its photos, hand it to the flow."""
    throttle(face, call)
    media, options = media_of(call.scope)
    if media in ("application/json", ""):
        body = await read_body(call.scope, call.receive, face.settings.json_limit)
        return await report(face.world, call.actor, read_json(_decoder, body), call.key)
    if media != "multipart/form-data" or b"boundary" not in options:
        raise Refused("media_type", found=media, allowed="application/json, multipart/form-data")
    async with face.darkroom.table:
        form = await read_multipart(call.scope, call.receive, options[b"boundary"], form_rules(face))
        new = read_json(_decoder, _document(form).encode())
        photos = await face.darkroom.clean(form.files)
    return await report(face.world, call.actor, new, call.key, tuple(photos))


def _document(form: Form) -> str:
    for name, _ in form.fields:
        if name != FORM_BODY:
            raise invalid(name, f"the parts are `{FORM_BODY}` and `{PHOTO}`")
    if len(form.fields) != 1:
        raise invalid(FORM_BODY, "exactly one such part is needed")
    return form.fields[0][1]


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
