"""The documents of GeoReport v2 and how types and cases become them. No personal data: no words, no photos, no reporter."""

from datetime import datetime
from typing import Literal

import msgspec

from northbank.core.card import Card
from northbank.core.city import Attribute as CityAttribute
from northbank.core.city import CaseType, City, Given
from northbank.core.route_reasons import value_in_words

UNCLASSIFIED = "unclassified"
_DIGITS = 4  # eleven meters: enough to find a lamp, not a door


class Endpoint(msgspec.Struct, frozen=True):
    """One endpoint of the discovery document."""

    specification: str
    url: str
    changeset: str
    type: str
    formats: list[str]


class Discovery(msgspec.Struct, frozen=True):
    """Service discovery."""

    changeset: str
    contact: str
    key_service: str
    endpoints: list[Endpoint]


class Service(msgspec.Struct, frozen=True):
    """One type of the catalog."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: str
    keywords: str
    group: str


class Choice(msgspec.Struct, frozen=True):
    """One answer of a list."""

    key: str
    name: str


class Attribute(msgspec.Struct, frozen=True):
    """A question a service asks; none of ours has to be answered."""

    variable: bool
    code: str
    datatype: Literal["number", "singlevaluelist"]
    required: bool
    datatype_description: str
    order: int
    description: str
    values: list[Choice]


class Definition(msgspec.Struct, frozen=True):
    """A service definition."""

    service_code: str
    attributes: list[Attribute]


class Request(msgspec.Struct, frozen=True):
    """One case as the public may see it."""

    service_request_id: str
    status: str
    status_notes: str
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None


class Created(msgspec.Struct, frozen=True):
    """The answer to a new request."""

    service_request_id: str
    service_notice: str
    account_id: str | None


class Token(msgspec.Struct, frozen=True):
    """A token and its request: here they are the same."""

    service_request_id: str
    token: str


class Error(msgspec.Struct, frozen=True):
    """One error."""

    code: str
    description: str


def services(city: City, language: str) -> list[Service]:
    """The whole catalog."""
    return [
        Service(
            service_code=kind.code,
            service_name=kind.name.say(language),
            description=city.classes[kind.klass].name.say(language) if kind.klass in city.classes else "",
            metadata=bool(kind.attributes),
            type="realtime",
            keywords=",".join(kind.keywords),
            group=city.boards[kind.board].name.say(language) if kind.board in city.boards else kind.board,
        )
        for kind in city.types.values()
    ]


def definition(kind: CaseType, city: City, language: str) -> Definition:
    """What a service asks besides: the attributes of the type."""
    asked = [city.attributes[code] for code in kind.attributes]
    return Definition(kind.code, [_attribute(one, n, city, language) for n, one in enumerate(asked, 1)])


def _attribute(one: CityAttribute, order: int, city: City, language: str) -> Attribute:
    given: list[tuple[str, Given]] = [("yes", True), ("no", False)]
    if one.kind != "yes_no":
        given = [(value, value) for value in one.values]
    return Attribute(
        variable=True, code=one.code, datatype="number" if one.kind == "number" else "singlevaluelist", required=False,
        datatype_description=f"{one.least} - {one.most} {one.unit}".strip() if one.kind == "number" else "", order=order,
        description=one.name.say(language),
        values=[Choice(key, value_in_words(city, one.code, value).say(language)) for key, value in given],
    )  # fmt: skip


def request_of(card: Card, city: City, language: str) -> Request:
    """A card in the words of the standard; our twelve states become two, with the exact one in the notes."""
    kind = city.types.get(card.type) if card.type else None
    owner = city.units.get(card.owner) if card.owner else None
    town = city.areas.get(card.town) if card.town else None
    words = city.words.get(f"state.{card.state}") or city.words.get(card.state)
    return Request(
        service_request_id=card.id,
        status="open" if card.open else "closed",
        status_notes=f"{card.number}: {words.say(language) if words else card.state}",
        service_name=kind.name.say(language) if kind else ("未分类" if language == "zh" else "Not yet classified"),
        service_code=card.type or UNCLASSIFIED,
        description=None,
        agency_responsible=owner.name.say(language) if owner else None,
        service_notice=None,
        requested_datetime=card.reported_at,
        updated_datetime=card.changed_at,
        expected_datetime=card.due_at,
        address=town.name.say(language) if town else None,
        address_id=card.grid,
        zipcode=None,
        lat=None if card.lat is None else round(card.lat, _DIGITS),
        long=None if card.lon is None else round(card.lon, _DIGITS),
        media_url=None,
    )
