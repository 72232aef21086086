"""What Open311 clients send, as typed values: the filters of a list, and a new request as a report of ours."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from northbank.core.city import Attribute, City, Given
from northbank.core.refusal import Refused
from northbank.flows.report import Contact, NewReport, Where
from northbank.shell.web.cases import check_moment
from northbank.shell.web.strict import invalid, once, read_strings

LONGEST = timedelta(days=90)
MOST = 1000
PAGES = 50
_SOURCE = "open311"
_AIDS = frozenset({"device_id", "account_id", "address_id", "zipcode"})  # of the standard; of no use here

Number = Annotated[int, Meta(ge=1, le=PAGES)]


class ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of GET requests."""

    jurisdiction_id: str | None = None
    api_key: str | None = None
    service_request_id: str | None = None
    service_code: str | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    status: str | None = None
    page: Number = 1
    page_size: Annotated[int, Meta(ge=1, le=MOST)] = MOST


class PlainQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters every other address takes."""

    jurisdiction_id: str | None = None
    api_key: str | None = None


class Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of POST requests; `attribute[...]` fields are taken apart before."""

    service_code: Annotated[str, Meta(min_length=1, max_length=64)]
    jurisdiction_id: str | None = None
    api_key: str | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    long: Annotated[float, Meta(ge=-180, le=180)] | None = None
    address_string: Annotated[str, Meta(max_length=200)] | None = None
    address_id: str | None = None
    zipcode: str | None = None
    email: Annotated[str, Meta(max_length=200)] | None = None
    device_id: str | None = None
    account_id: str | None = None
    first_name: Annotated[str, Meta(max_length=100)] | None = None
    last_name: Annotated[str, Meta(max_length=99)] | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    description: Annotated[str, Meta(max_length=4000)] | None = None
    media_url: Annotated[str, Meta(max_length=2000)] | None = None


def span(query: ListQuery, now: datetime) -> tuple[datetime, datetime]:
    """The days asked for: at most 90, the last 90 unless said otherwise."""
    for name, at in (("start_date", query.start_date), ("end_date", query.end_date)):
        check_moment(name, at)
    start, end = query.start_date, query.end_date
    if start is None:
        end = end or now + timedelta(seconds=1)
        return end - LONGEST, end
    end = end or min(start + LONGEST, now + timedelta(seconds=1))
    if end - start > LONGEST:
        raise invalid("end_date", "at most 90 days after start_date")
    return start, end


def open_only(status: str | None) -> bool | None:
    """The status filter: open, closed, or both."""
    wanted = set(status.split(",")) if status else set()
    if not wanted <= {"open", "closed"}:
        raise invalid("status", "open, closed, or both with a comma")
    return None if len(wanted) != 1 else wanted == {"open"}


def read_posted(pairs: Sequence[tuple[str, str]]) -> tuple[Posted, list[tuple[str, str]]]:
    """The fields of a form, and its attributes apart. Empty fields count as not given."""
    fields, attributes = [], []
    for key, value in pairs:
        if key.startswith("attribute[") and key.endswith("]"):
            attributes.append((key[10:-1], value))
        elif value:
            fields.append((key, value))
    return read_strings(Posted, once(fields)), attributes


def report_of(posted: Posted, attributes: Sequence[tuple[str, str]], city: City) -> NewReport:
    """A posted request as a report. What has no place of its own goes into the text, so nothing is lost."""
    kind = city.types.get(posted.service_code)
    if kind is None:
        raise Refused("unknown_type", type=posted.service_code)
    said = {key: given_of(city.attributes[key], value) for key, value in attributes if key in kind.attributes and value}
    if (posted.lat is None) != (posted.long is None):
        raise invalid("lat", "lat and long go together")
    lines = [posted.description or "", *(f"{key}: {value}" for key, value in attributes if key not in said)]
    if posted.media_url:
        lines.append(f"media_url: {posted.media_url}")
    text = "\n".join(line for line in lines if line)
    if len(text) > 4000:
        raise invalid("description", "longer than 4000 characters with its attributes")
    name = " ".join(part for part in (posted.first_name, posted.last_name) if part)
    contact = Contact(name or None, posted.phone, posted.email)
    return NewReport(
        type=posted.service_code,
        place=Where(posted.long, posted.lat, posted.address_string),
        text=text or None,
        contact=contact if contact != Contact() else None,
        source=_SOURCE if _SOURCE in city.sources else None,
        attributes=said,
    )


def given_of(attribute: Attribute, text: str) -> Given:
    """The answer of a form as a value; one that cannot be read stays text, which the rules refuse by name."""
    match attribute.kind:
        case "yes_no":
            return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
        case "number":
            return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text
        case "choice":
            return text
