"""The catalog as other catalogs read it: parsed by rdflib, held against the shapes of DCAT-AP by pyshacl."""

from pathlib import Path

import pytest
import rdflib
from pyshacl import validate
from rdflib.compare import isomorphic
from running import Running

# What rdflib itself warns of when it reads JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
SHAPES = Path(__file__).with_name("dcat-ap.shapes.ttl")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")


def graph(
    center: Running, address: str, format: str, login: str | None = "steward", accept: str = "*/*"
) -> rdflib.Graph:
    with center.client(login) as client:
        reply = client.get(address, headers={"accept": accept}).raise_for_status()
    return rdflib.Graph().parse(data=reply.text, format=format)


def test_the_catalog_has_the_shapes_of_dcat_ap(center: Running) -> None:
    found = graph(center, "/catalog/catalog.ttl", "turtle")
    assert len(set(found.subjects(rdflib.RDF.type, DCAT.Dataset))) == len(center.center.city.datasets)
    right, _, report = validate(found, shacl_graph=rdflib.Graph().parse(SHAPES), advanced=False)
    assert right, report


@pytest.mark.parametrize("lost", [DCT.title, DCT.publisher, DCAT.accessURL, DCT.spatial])
def test_the_shapes_miss_what_is_left_out(center: Running, lost: rdflib.URIRef) -> None:
    found = graph(center, "/catalog/dataset/inspections.ttl", "turtle")
    found.remove((None, lost, None))
    assert not validate(found, shacl_graph=rdflib.Graph().parse(SHAPES))[0]


def test_both_formats_say_the_same(center: Running) -> None:
    turtle = graph(center, "/catalog/", "turtle", accept="text/turtle")
    json_ld = graph(center, "/catalog/", "json-ld", accept="application/ld+json")
    assert isomorphic(turtle, json_ld)
    assert isomorphic(turtle, graph(center, "/catalog/catalog.jsonld", "json-ld"))


def test_strangers_are_told_of_open_data_alone(center: Running) -> None:
    found = graph(center, "/catalog/", "json-ld", login=None)
    told = {str(one).rpartition("/")[2] for one in found.subjects(rdflib.RDF.type, DCAT.Dataset)}
    assert told == {code for code, one in center.center.city.datasets.items() if one.share == "open"}
    with center.client() as client:
        assert client.get("/catalog/dataset/shops.ttl").status_code == 404
        assert client.get("/catalog/elsewhere").status_code == 404
        assert client.post("/catalog/").status_code == 405
