"""Files made of hostile records: sound in their format, and text in them is text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from starlette.testclient import TestClient

from tests.security.payloads import MARKUP, PAYLOADS, RUN
from tests.security.stored import poisoned
from tests.web_app import web_app

TYPED = urlencode({"title": MARKUP[3], "q": "onerror"})
ACTIVE = {
    "/JavaScript",
    "/JS",
    "/Launch",
    "/OpenAction",
    "/AA",
    "/EmbeddedFile",
    "/RichMedia",
    "/SubmitForm",
    "/ImportData",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    var = tmp_path_factory.mktemp("files")
    poisoned(var, PAYLOADS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHARITA_VAR", str(var))
        yield TestClient(web_app())


def objects(value, seen: set[int]):
    """Every dictionary of a PDF."""
    if isinstance(value, IndirectObject):
        if value.idnum in seen:
            return
        seen.add(value.idnum)
        value = value.get_object()
    if isinstance(value, DictionaryObject):
        yield value
        for part in value.values():
            yield from objects(part, seen)
    elif isinstance(value, ArrayObject):
        for part in value:
            yield from objects(part, seen)


@pytest.mark.parametrize(
    "address",
    [
        f"/snapshot.pdf?{TYPED}",
        "/watch.pdf?ids=attack-0,attack-5,attack-44",
        "/brief.pdf?market=DE",
        "/brief.pdf?region=08",
        "/markets/DE/brief.pdf",
        "/markets/FR/mission.pdf?start=2026-12-01",
    ],
)
def test_a_pdf_holds_text_and_links_of_the_web(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    reader = PdfReader(io.BytesIO(answer.content))
    for found in objects(reader.trailer, set()):
        assert not ACTIVE & set(found), found
        if found.get("/S") == "/URI":
            assert re.match(r"(https?|mailto):", str(found["/URI"])), found["/URI"]
        assert found.get("/S") not in ("/JavaScript", "/Launch", "/GoToR", "/SubmitForm")


@pytest.mark.parametrize(
    "address", [f"/snapshot.svg?{TYPED}", "/digest.atom?v=1", "/export.gpx", "/export.kmz"]
)
def test_xml_is_sound_and_holds_no_element_of_theirs(client, address):
    content = client.get(address).content
    if address.endswith("kmz"):
        content = zipfile.ZipFile(io.BytesIO(content)).read("doc.kml")
    assert b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
    cells_with_formula = 0
    for node in ET.fromstring(content).iter():
        assert node.tag.rpartition("}")[2].lower() not in (
            "script",
            "iframe",
            "foreignobject",
            "object",
            "embed",
            "img",
        ), node.tag
        for name, value in node.attrib.items():
            assert not name.lower().startswith("on") and "data-xss" not in name, name
            assert not re.match(r"\s*(javascript|data:text|vbscript)", value, re.IGNORECASE), value
        cells_with_formula += RUN in (node.text or "")
        # Readers of feeds show their text as markup where its type says so.
        if node.get("type") in ("html", "xhtml"):
            assert "data-xss" not in (node.text or "").replace("&lt;", "")
    assert cells_with_formula


@pytest.mark.parametrize(
    "address", [f"/snapshot.pptx?{TYPED}", "/watch.pptx?ids=attack-0,attack-5"]
)
def test_slides_link_to_the_web_alone(client, address):
    box = zipfile.ZipFile(io.BytesIO(client.get(address).content))
    for name in box.namelist():
        content = box.read(name)
        if name.endswith((".xml", ".rels")):
            root = ET.fromstring(content)
            for node in root.iter():
                if node.get("TargetMode") == "External":
                    assert node.get("Target", "").startswith(("http://", "https://")), node.attrib
        assert (
            "vba" not in name.lower() and "ole" not in name.lower() and not name.endswith(".vml")
        ), name
