"""A body that comes as one JSON document, or as a multipart form: the document as one part, photos beside it."""

from typing import TypeVar

import msgspec

from northbank.core.refusal import Refused
from northbank.shell.web.forms import Form, Rules, media_of, read_multipart
from northbank.shell.web.registry import Call, Face
from northbank.shell.web.strict import invalid, read_json
from northbank.shell.web.wire import read_body

T = TypeVar("T")
PHOTO = "photo"


async def read_document(
    face: Face, call: Call, decoder: "msgspec.json.Decoder[T]", part: str, *, required: bool = True
) -> tuple[T, tuple[bytes, ...]]:
    """The document, and the photos cleaned of what they tell beside the picture.

    part: name of the form's part that holds the document. required: False where no document at all means an empty one. Raises Refused: media_type, invalid, photo_unreadable, too_large.
    """
    media, options = media_of(call.scope)
    if media in ("application/json", ""):
        body = await read_body(call.scope, call.receive, face.settings.json_limit)
        return read_json(decoder, body if body or required else b"{}"), ()
    if media != "multipart/form-data" or b"boundary" not in options:
        raise Refused("media_type", found=media, allowed="application/json, multipart/form-data")
    async with face.darkroom.table:
        form = await read_multipart(call.scope, call.receive, options[b"boundary"], form_rules(face))
        document = read_json(decoder, _document(form, part).encode())
        photos = await face.darkroom.clean(form.files)
    return document, tuple(photos)


def form_rules(face: Face) -> Rules:
    """What a form may hold."""
    settings = face.settings
    return Rules(settings.json_limit, PHOTO, settings.photo_count, settings.photo_limit)


def _document(form: Form, part: str) -> str:
    for name, _ in form.fields:
        if name != part:
            raise invalid(name, f"the parts are `{part}` and `{PHOTO}`")
    if len(form.fields) != 1:
        raise invalid(part, "exactly one such part is needed")
    return form.fields[0][1]
