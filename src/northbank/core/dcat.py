"""The catalog as linked data: DCAT 3 with the properties of DCAT-AP. One set of triples, written as JSON-LD or as Turtle.

What of a data set may be told to anybody stands in its contract and its batches; no row and no profile is here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from northbank.core.city import City
from northbank.core.dataset import Cycle, Dataset, Share
from northbank.core.name import Name

DCAT, DCT, FOAF, VCARD, XSD = (
    "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/",
    "http://www.w3.org/2006/vcard/ns#", "http://www.w3.org/2001/XMLSchema#",
)  # fmt: skip
RDF, LOCN, GEO = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/ns/locn#", "http://www.opengis.net/ont/geosparql#",
)  # fmt: skip
PREFIXES = {"dcat": DCAT, "dct": DCT, "foaf": FOAF, "vcard": VCARD, "xsd": XSD, "locn": LOCN, "geosparql": GEO}
_EU = "http://publications.europa.eu/resource/authority/"
ACCESS: Mapping[Share, str] = {"open": "PUBLIC", "conditional": "RESTRICTED", "not_shared": "NON_PUBLIC"}
FREQUENCY: Mapping[Cycle, str] = {
    "once": "NEVER", "hourly": "HOURLY", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "quarterly": "QUARTERLY",
    "yearly": "ANNUAL",
}  # fmt: skip
LANGUAGES = {"zh": "ZHO", "en": "ENG"}
FORMATS = (
    ("csv", "text/csv", "CSV"),
    ("json", "application/json", "JSON"),
    ("parquet", "application/vnd.apache.parquet", "PARQUET"),
)


class Iri(msgspec.Struct, frozen=True):
    """A name of something; `_:x` for what has none of its own."""

    value: str


class Text(msgspec.Struct, frozen=True):
    """Words in a language, or a value of a type."""

    value: str
    language: str = ""
    type: str = ""


Triple = tuple[Iri, str, Iri | Text]


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A data set with what its batches say: when its oldest and newest files were made."""

    dataset: Dataset
    first: datetime | None = None
    newest: datetime | None = None


def triples_of(city: City, base: str, sets: Sequence[Published]) -> list[Triple]:
    """The whole catalog; base: address of the center, without a slash at its end."""
    catalog, home = Iri(f"{base}/catalog/"), Iri(f"{base}/catalog/unit/{city.center}")
    found: list[Triple] = [
        (catalog, RDF + "type", Iri(DCAT + "Catalog")),
        *_named(catalog, DCT + "title", Name(f"{city.name.zh}公共数据目录", f"Public data of {city.name.en}")),
        *_named(
            catalog, DCT + "description", Name("按数据契约登记的数据集。", "Data sets registered by their contracts.")
        ),
        (catalog, DCT + "publisher", home),
        (catalog, FOAF + "homepage", Iri(f"{base}/data")),
        *(
            (catalog, DCT + "language", Iri(f"{_EU}language/{LANGUAGES[one]}"))
            for one in city.languages
            if one in LANGUAGES
        ),
    ]
    for one in sets:
        found.append((catalog, DCAT + "dataset", Iri(f"{base}/catalog/dataset/{one.dataset.code}")))
        found += _dataset(city, base, one)
    for code in dict.fromkeys([city.center, *(one.dataset.owner for one in sets)]):
        found += _agent(city, base, code)
    found += _place(city, base)
    return found


def _named(subject: Iri, predicate: str, name: Name) -> Iterator[Triple]:
    if name.zh:
        yield (subject, predicate, Text(name.zh, "zh"))
    if name.en:
        yield (subject, predicate, Text(name.en, "en"))


def _dataset(city: City, base: str, one: Published) -> Iterator[Triple]:
    dataset, it = one.dataset, Iri(f"{base}/catalog/dataset/{one.dataset.code}")
    yield (it, RDF + "type", Iri(DCAT + "Dataset"))
    yield from _named(it, DCT + "title", dataset.name)
    note = dataset.note if dataset.note.zh or dataset.note.en else Name(
        f"{dataset.name.zh}（来源：{dataset.source}）" if dataset.name.zh else "", f"{dataset.name.en} (source: {dataset.source})"
    )  # fmt: skip
    yield from _named(it, DCT + "description", note)
    yield (it, DCT + "identifier", Text(dataset.code))
    yield (it, DCT + "publisher", Iri(f"{base}/catalog/unit/{dataset.owner}"))
    yield (it, DCAT + "contactPoint", Iri(f"{base}/catalog/contact/{dataset.owner}"))
    yield (it, DCT + "accessRights", Iri(f"{_EU}access-right/{ACCESS[dataset.share]}"))
    yield (it, DCT + "accrualPeriodicity", Iri(f"{_EU}frequency/{FREQUENCY[dataset.cycle]}"))
    yield (it, DCAT + "theme", Iri(f"{_EU}data-theme/GOVE"))
    yield (it, DCT + "spatial", Iri(f"{base}/catalog/place"))
    for language in city.languages:
        if language in LANGUAGES:
            yield (it, DCT + "language", Iri(f"{_EU}language/{LANGUAGES[language]}"))
    for column in dataset.columns:
        yield from _named(it, DCAT + "keyword", column.name)
    if one.newest is not None:
        yield (it, DCT + "modified", _moment(one.newest))
        yield from _span(it, base, dataset.code, one.first or one.newest, one.newest)
    for code, media, format in FORMATS:
        yield from _distribution(it, base, dataset, code, media, format)


def _span(it: Iri, base: str, code: str, first: datetime, last: datetime) -> Iterator[Triple]:
    """When the source files that it stands on were made."""
    period = Iri(f"{base}/catalog/dataset/{code}#span")
    yield (it, DCT + "temporal", period)
    yield (period, RDF + "type", Iri(DCT + "PeriodOfTime"))
    yield (period, DCAT + "startDate", _moment(first))
    yield (period, DCAT + "endDate", _moment(last))


def _distribution(it: Iri, base: str, dataset: Dataset, code: str, media: str, format: str) -> Iterator[Triple]:
    """Every format comes through the query under a grant; where to ask for one is its page."""
    one = Iri(f"{base}/catalog/dataset/{dataset.code}#{code}")
    yield (it, DCAT + "distribution", one)
    yield (one, RDF + "type", Iri(DCAT + "Distribution"))
    yield from _named(one, DCT + "title", Name(f"{dataset.name.zh} {format}", f"{dataset.name.en} as {format}"))
    yield (one, DCAT + "accessURL", Iri(f"{base}/data/catalog/{dataset.code}"))
    yield (one, DCAT + "mediaType", Iri(f"https://www.iana.org/assignments/media-types/{media}"))
    yield (one, DCT + "format", Iri(f"{_EU}file-type/{format}"))


def _agent(city: City, base: str, code: str) -> Iterator[Triple]:
    unit = city.units.get(code)
    name = unit.name if unit is not None else Name(code, code)
    agent, contact = Iri(f"{base}/catalog/unit/{code}"), Iri(f"{base}/catalog/contact/{code}")
    yield (agent, RDF + "type", Iri(FOAF + "Agent"))
    yield from _named(agent, FOAF + "name", Name(name.say("zh"), name.say("en")))
    yield (contact, RDF + "type", Iri(VCARD + "Organization"))
    yield from _named(contact, VCARD + "fn", Name(name.say("zh"), name.say("en")))
    yield (contact, VCARD + "hasURL", Iri(f"{base}/data/catalog?owner={code}"))


def _place(city: City, base: str) -> Iterator[Triple]:
    place = Iri(f"{base}/catalog/place")
    yield (place, RDF + "type", Iri(DCT + "Location"))
    yield from _named(place, "http://www.w3.org/2004/02/skos/core#prefLabel", city.name)
    if not city.places.empty:
        west, south, east, north = city.places.outline.bounds
        ring = f"POLYGON(({west:.6f} {south:.6f},{east:.6f} {south:.6f},{east:.6f} {north:.6f},{west:.6f} {north:.6f},{west:.6f} {south:.6f}))"
        yield (place, DCAT + "bbox", Text(ring, type=GEO + "wktLiteral"))


def _moment(at: datetime) -> Text:
    return Text(at.isoformat(), type=XSD + "dateTime")


def turtle(triples: Sequence[Triple]) -> str:
    """Turtle, one subject after another."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in PREFIXES.items()]
    groups: dict[str, list[str]] = {}
    for subject, predicate, value in triples:
        groups.setdefault(_iri(subject.value), []).append(f"{_iri(predicate)} {_turtle_value(value)}")
    lines += [f"\n{subject}\n    " + " ;\n    ".join(said) + " ." for subject, said in groups.items()]
    return "\n".join(lines) + "\n"


def _iri(address: str) -> str:
    return "<" + "".join(one if one not in '<>"{}|^`\\ ' and one > " " else f"%{ord(one):02X}" for one in address) + ">"


def _turtle_value(value: Iri | Text) -> str:
    if isinstance(value, Iri):
        return _iri(value.value)
    text = json.dumps(value.value, ensure_ascii=False)  # the escapes of JSON are those of Turtle
    return f"{text}@{value.language}" if value.language else f"{text}^^{_iri(value.type)}" if value.type else text


def json_ld(triples: Sequence[Triple]) -> dict[str, object]:
    """Expanded JSON-LD in a graph: no context has to be fetched to read it."""
    nodes: dict[str, dict[str, object]] = {}
    for subject, predicate, value in triples:
        node = nodes.setdefault(subject.value, {"@id": subject.value})
        if predicate == RDF + "type" and isinstance(value, Iri):
            node["@type"] = [value.value]
            continue
        said: list[object] = node.setdefault(predicate, [])  # type: ignore[assignment]
        said.append(_json_value(value))
    return {"@context": {}, "@graph": list(nodes.values())}


def _json_value(value: Iri | Text) -> dict[str, str]:
    if isinstance(value, Iri):
        return {"@id": value.value}
    found = {"@value": value.value}
    if value.language:
        found["@language"] = value.language
    elif value.type:
        found["@type"] = value.type
    return found
