"""From a file to a report: a hostile corpus, marked examples, and atomic publishing."""

from __future__ import annotations

import errno
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pypdf
import pytest
from starlette.testclient import TestClient

from geo.core.errors import BadRequest, Busy, NotFound, StoreFull
from geo.core.paths import DATA_DIR
from geo.i18n.labels import title_of
from geo.i18n.words import words
from geo.markets.api.compare import compare_answer
from geo.markets.api.market import page_answer
from geo.markets.api.ranking import rank_answer
from geo.model.records import Figure, Note, Report
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.signals import signals_of
from geo.store.file_store import FileStore
from geo.store.published_reports import AlreadyPublished, ImportedReports
from geo.watch.publish import extraction_jobs
from geo.watch.publish.entity_tagging import Proposal, Tagger
from geo.watch.publish.extraction_jobs import EXTRACTIONS
from geo.watch.publish.report_builder import date_of, language_of, report_of
from geo.watch.publish.text_extraction import MAX_BYTES, MAX_PAGES, ReportRejected, read
from tests.conftest import ROOT
from tests.web_app import web_app

MARKED = json.loads((ROOT / "tests" / "data" / "watch_marked.json").read_text("utf-8"))
FRENCH = (
    "Note de marché : l'Allemagne\n\n12 mars 2026. "
    "Les exportations de tapis vers l'Allemagne ont progressé de 12 % en 2025. "
    "Limala commande à Taznakht. La France recule de 3 %.\n"
)


def pdf(*pages: str, encrypt: str = "", script: bool = False) -> bytes:
    """A small PDF with text, through the same engine the app prints with."""
    from geo.render.pdf import pdf_of

    svgs = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800" viewBox="0 0 600 800" '
        'font-family="IBM Plex Sans Arabic"><title>t</title><desc>d</desc>'
        + "".join(
            f'<text x="20" y="{40 + 24 * i}" font-size="14">{line}</text>'
            for i, line in enumerate(page.split("\n"))
        )
        + "</svg>"
        for page in pages
    ]
    content = pdf_of(svgs, 210, 280, title="Note de marché", lang="fr")
    if not encrypt and not script:
        return content
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    if script:
        from pypdf.generic import DictionaryObject, NameObject, TextStringObject

        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert(1)"),
            }
        )
    if encrypt:
        writer.encrypt(encrypt, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blank_pdf(pages: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(text: str) -> bytes:
    document = docx.Document()
    for part in text.split("\n"):
        document.add_paragraph(part)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("word/document.xml", b"<w/>" + b" " * (90 * 2**20))
    return out.getvalue()


def entity_bomb() -> bytes:
    good = zipfile.ZipFile(io.BytesIO(word("x")))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        for entry in good.infolist():
            body = good.read(entry)
            if entry.filename == "word/document.xml":
                body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
            box.writestr(entry.filename, body)
    return out.getvalue()


HOSTILE = {
    "empty": (b"  \n", "a.txt", "intake.empty"),
    "too big": (b"a" * (MAX_BYTES + 1), "a.txt", "intake.too_big"),
    "locked": (lambda: pdf("secret", encrypt="mot"), "a.pdf", "intake.locked"),
    "truncated": (
        lambda: pdf("Une page de texte tout à fait lisible")[:700],
        "a.pdf",
        "intake.damaged",
    ),
    "scanned": (lambda: blank_pdf(3), "a.pdf", "intake.scanned"),
    "a thousand pages": (lambda: blank_pdf(1000), "a.pdf", "intake.too_many_pages"),
    "zip bomb": (bomb, "a.docx", "intake.bomb"),
    "outside entity": (entity_bomb, "a.docx", "intake.damaged"),
    "any zip": (lambda: zipped({"x.txt": b"1"}), "a.docx", "intake.unknown_kind"),
    "program": (b"MZ\x90\x00\x03\x00\x00\x00" * 40, "a.pdf", "intake.unknown_kind"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00" * 9, "a.md", "intake.unknown_kind"),
    "half a zip": (lambda: word("bonjour")[:900], "a.docx", "intake.damaged"),
}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        for name, content in files.items():
            box.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_words(case):
    content, name, key = HOSTILE[case]
    with pytest.raises(ReportRejected) as refusal:
        read(content() if callable(content) else content, name)
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("name", "make", "kind"),
    [
        ("a.pdf", lambda: pdf(FRENCH), "pdf"),
        ("a.docx", lambda: word(FRENCH), "docx"),
        ("a.md", lambda: ("# " + FRENCH).encode(), "text"),
        (
            "a.html",
            lambda: f"<html><title>Note de marché</title><body><p>{FRENCH}</p></body>".encode(),
            "html",
        ),
    ],
)
def test_every_kind_gives_its_text(name, make, kind):
    text = read(make(), name)
    assert (
        text.kind == kind
        and "Limala commande" in " ".join(text.pages)
        and "Note de march" in text.title
    )
    assert text.notes == ()
    assert date_of(text.pages, text.date) == "2026-03-12"


def test_programs_are_named_and_never_part_of_the_text():
    page = read(
        b"<html><body onload=x()><script>alert('mot')</script><p>Texte lisible</p></body>", "a.html"
    )
    assert page.notes == ("intake.note_active",) and page.pages == ("Texte lisible",)
    assert (
        "intake.note_active"
        in read(pdf("Une page avec du texte assez long", script=True), "a.pdf").notes
    )


def test_a_wrong_ending_is_said_and_the_content_counts():
    text = read(pdf("Une page avec du texte assez long"), "a.docx")
    assert text.kind == "pdf" and text.notes == ("intake.note_ending",)


@pytest.mark.parametrize(
    ("encoding", "text", "lang"),
    [
        ("utf-16", "Les ventes et les prix dans le monde", "fr"),
        ("cp1252", "Les ventes ont été élevées à Fès", "fr"),
        ("cp1256", "ارتفعت صادرات الزرابي نحو فرنسا وألمانيا بشكل كبير", "ar"),
        ("utf-8-sig", "The sales of the rugs and baskets", "en"),
    ],
)
def test_any_encoding_is_read_and_the_language_known(encoding, text, lang):
    found = read(text.encode(encoding), "a.txt")
    assert " ".join(found.pages) == text and language_of(text) == lang
    assert ("intake.note_encoding" in found.notes) == encoding.startswith("cp")


def test_direction_marks_and_shapes_become_letters():
    assert read("\u202eabc\u202c \ufefb nom".encode(), "a.txt").pages == ("abc لا nom",)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Rabat, le 1er avril 2025", "2025-04-01"),
        ("Publié en novembre 2024.", "2024-11"),
        ("الرباط، 10 نونبر 2024", "2024-11-10"),
        ("On 5 May 2023 it rose", "2023-05-05"),
        ("2025-02-03 note", "2025-02-03"),
        ("Sans date", ""),
    ],
)
def test_a_date_is_read_as_people_write_it(text, when):
    assert date_of([text], "") == when


def measured(catalogue):
    """Precision and recall over the marked texts, by kind."""
    tagger, counts = Tagger(catalogue), {}
    for case in MARKED:
        found = [p for p in tagger.propose([case["text"]]) if p.confidence >= 0.6]
        for kind in ("market", "craft", "town", "buyer", "figures"):
            got = (
                {
                    (dict(p.figure)["value"], dict(p.figure)["unit"])
                    for p in found
                    if p.kind == "figure"
                }
                if kind == "figures"
                else {p.id for p in found if p.kind == kind}
            )
            want = {tuple(f) for f in case[kind]} if kind == "figures" else set(case[kind])
            right, of, all_ = counts.get(kind, (0, 0, 0))
            counts[kind] = (right + len(got & want), of + len(got), all_ + len(want))
    return counts


def test_precision_and_recall_on_the_marked_texts(catalogue):
    counts = measured(catalogue)
    right, proposed, marked = (sum(c[i] for c in counts.values()) for i in range(3))
    print(
        {k: f"{r}/{p} right, {r}/{m} found" for k, (r, p, m) in counts.items()},
        f"precision {right / proposed:.2f} recall {right / marked:.2f}",
    )
    assert right / proposed >= 0.9 and right / marked >= 0.9, counts


def test_every_proposal_quotes_its_sentence(catalogue):
    for case in MARKED:
        for p in Tagger(catalogue).propose([case["text"]]):
            assert p.matched in p.text and p.text in case["text"]


# --- publishing -----------------------------------------------------------------------


def proposals(catalogue, text=FRENCH):
    return Tagger(catalogue).propose([text])


def decision(found, **more):
    return {
        "title": "Allemagne",
        "date": "2026-03-12",
        "kind": "etude_marche",
        "accepted": list(range(len(found))),
        "corrected": {},
        **more,
    }


def made(catalogue, **more):
    found = proposals(catalogue)
    return report_of(
        {"name": "a.md", "pages": [FRENCH]},
        found,
        decision(found, **more),
        catalogue,
        date(2026, 4, 1),
    )


def test_a_report_is_published_read_and_drives_the_map(tmp_path, catalogue):
    store = ImportedReports(tmp_path)
    files = FileStore(DATA_DIR, imported=store)
    before = files.revision()
    id_ = store.add(made(catalogue), b"original", FRENCH)
    assert files.revision() != before
    from geo.model.view import ViewState
    from geo.query.engine import Query
    from geo.watch.evidence_chain import chain_of

    loaded = files.load()
    report = loaded.report_by_id[id_]
    assert not [p for p in loaded.problems if p.file.startswith("I-")]
    assert (
        report.provenance == "imported"
        and report.named == ("limala-de",)
        and "DE" in report.markets
    )
    links = chain_of(Query(loaded), report, ViewState()).links
    assert ("market:DE", "buyer:limala-de", "said") in {(k.start, k.end, k.basis) for k in links}
    assert store.original(id_) == (b"original", "a.md")


def test_the_same_words_are_published_once_whatever_the_file(tmp_path, catalogue):
    store = ImportedReports(tmp_path)
    first = store.add(made(catalogue), b"1", FRENCH)
    with pytest.raises(AlreadyPublished) as again:
        store.add(made(catalogue), b"2", FRENCH.upper().replace("\n", "  "))
    assert again.value.values == {"id": first} and len(list(tmp_path.iterdir())) == 2


def test_an_interrupted_publishing_leaves_no_report(tmp_path, catalogue, monkeypatch):
    store = ImportedReports(tmp_path)
    import os

    replace, calls = os.replace, []

    def failing(a, b):
        calls.append(b)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "disk full")
        replace(a, b)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(StoreFull):
        store.add(made(catalogue), b"1", FRENCH)
    assert [p.suffix for p in tmp_path.iterdir()] == [".orig"]
    assert (
        FileStore(DATA_DIR, imported=store).load().report_by_id.keys()
        == catalogue.report_by_id.keys()
    )


def test_a_damaged_import_leaves_the_others_served(tmp_path, catalogue):
    store = ImportedReports(tmp_path)
    id_ = store.add(made(catalogue), b"1", FRENCH)
    for number, content in enumerate((b"{", b"[]", b'{"id": "I-2026-900"}', b"\xff"), start=900):
        (tmp_path / f"I-2026-{number}.json").write_bytes(content)
    loaded = FileStore(DATA_DIR, imported=store).load()
    assert id_ in loaded.report_by_id and len(loaded.reports) == len(catalogue.reports) + 1
    assert {p.file for p in loaded.problems} == {f"I-2026-{n}.json" for n in range(900, 904)}


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"kind": "roman"},
        {"date": "2027-01-01"},
        {"date": "hier"},
        {"date": "2026-02-31"},
        {"accepted": [99]},
        {"accepted": "tous"},
        {"accepted": [0], "corrected": {"0": "ZZ"}},
        {"accepted": [True, -1]},
    ],
)
def test_a_decision_that_cannot_stand_is_refused(catalogue, change):
    with pytest.raises(BadRequest):
        made(catalogue, **change)


def test_the_editor_corrects_and_rejects(catalogue):
    found = proposals(catalogue)
    germany = next(i for i, p in enumerate(found) if p.id == "DE")
    report = made(catalogue, accepted=[germany], corrected={str(germany): "AT"})
    assert report["markets"] == ["AT"] and report["crafts"] == [] and report["named"] == []


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    monkeypatch.setenv("KHARITA_ROLE", "editor")
    yield TestClient(web_app(), headers={"x-kharita": "1"})
    EXTRACTIONS.close()


def finished(client, id_):
    assert EXTRACTIONS.get(id_).wait(60)
    return client.get(f"/api/intake/{id_}").json()


def test_upload_decide_publish_over_http(client, tmp_path):
    id_ = client.post("/api/intake?name=a.md", content=FRENCH.encode()).json()["id"]
    answer = finished(client, id_)
    assert answer["state"] == "done" and answer["date"] == "2026-03-12" and answer["lang"] == "fr"
    accepted = [p["position"] for p in answer["proposals"] if p["accepted"]]
    body = {
        "title": answer["title"],
        "date": answer["date"],
        "kind": "etude_marche",
        "accepted": accepted,
        "corrected": {},
    }
    report = client.post(f"/api/intake/{id_}/publish", json=body).json()["id"]
    original = client.get(f"/watch/original/{report}")
    assert original.content == FRENCH.encode()
    assert original.headers["content-type"] == "application/octet-stream"
    assert original.headers["content-disposition"].startswith("attachment")
    assert (
        list((tmp_path / "intake").iterdir()) == []
        and client.get(f"/api/intake/{id_}").status_code == 404
    )
    twice = finished(
        client, client.post("/api/intake?name=b.md", content=FRENCH.encode()).json()["id"]
    )
    assert twice["state"] == "refused" and report in twice["text"]


def test_writing_is_refused_from_elsewhere_and_to_readers(client, monkeypatch):
    away = client.post(
        "/api/intake?name=a.md", content=b"x", headers={"origin": "https://evil.example"}
    )
    assert away.status_code == 403
    assert (
        client.post("/api/intake?name=a.md", content=b"x", headers={"x-kharita": ""}).status_code
        == 403
    )
    monkeypatch.setenv("KHARITA_ROLE", "reader")
    assert client.post("/api/intake?name=a.md", content=b"x").status_code == 403
    assert client.get("/api/intake/none").status_code == 403


@pytest.mark.parametrize(
    "path", ["/watch/original/..%2f..%2fpasswd", "/watch/original/I-2026-999", "/api/intake/none"]
)
def test_unknown_names_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    yield tmp_path / "intake"
    EXTRACTIONS.close()


def test_a_dropped_job_stops_and_leaves_nothing(folder):
    job = EXTRACTIONS.add(pdf("Une page avec du texte assez long"), "a.pdf")
    assert job.path.exists()
    EXTRACTIONS.drop(job)
    assert job.wait(30) and job.state == "cancelled" and list(folder.iterdir()) == []
    with pytest.raises(NotFound):
        EXTRACTIONS.get(job.id)


def test_a_refusal_crosses_the_process(folder):
    job = EXTRACTIONS.add(blank_pdf(MAX_PAGES + 1), "a.pdf")
    assert job.wait(60)
    assert (job.state, job.error.key, job.error.values["n"]) == (
        "failed",
        "intake.too_many_pages",
        str(MAX_PAGES + 1),
    )


def test_the_third_file_at_once_is_refused_and_leaves_nothing(folder):
    jobs = [EXTRACTIONS.add(pdf("Une page avec du texte assez long"), "a.pdf") for _ in range(2)]
    with pytest.raises(Busy, match="error.busy"):
        EXTRACTIONS.add(b"Un texte.", "a.txt")
    assert sorted(folder.iterdir()) == sorted(job.path for job in jobs)


def test_a_process_that_dies_without_a_word_is_a_damaged_file(folder, monkeypatch):
    monkeypatch.setattr(extraction_jobs, "PROJECT", folder.parent)  # no worker there
    job = EXTRACTIONS.add(b"Un texte.", "a.txt")
    assert job.wait(60) and (job.state, job.error.key) == ("failed", "intake.damaged")


def test_a_file_that_takes_too_long_is_given_up(folder, monkeypatch):
    monkeypatch.setattr(extraction_jobs, "SECONDS", 0.0)
    job = EXTRACTIONS.add(b"Un texte.", "a.txt")
    assert job.wait(60) and (job.state, job.error.key) == ("failed", "intake.too_slow")


def test_an_editor_signs_only_what_was_accepted(query):
    text = {"title": "T", "pages": (FRENCH,), "name": "note.md"}
    proposals = Tagger(query.catalogue).propose(text["pages"])
    accepted = [i for i, p in enumerate(proposals) if p.id in ("DE", "tapis_tissage")]
    decisions = {"title": "T", "date": "2026-03-12", "kind": "etude_marche", "accepted": accepted}
    signed = [
        {"market": "DE", "craft": "tapis_tissage", "sign": "-"},
        {"market": "", "craft": "", "sign": "0"},
    ]
    made = report_of(
        text, proposals, {**decisions, "signals": signed}, query.catalogue, date(2026, 4, 1)
    )
    assert made["signals"] == signed
    for bad in (
        [{"market": "FR", "craft": "", "sign": "+"}],
        [{"market": "DE", "craft": "", "sign": "up"}],
        ["x"],
        "x",
        [signed[0]] * 401,
    ):
        with pytest.raises(BadRequest):
            report_of(
                text, proposals, {**decisions, "signals": bad}, query.catalogue, date(2026, 4, 1)
            )


def test_the_sign_of_an_editor_comes_before_the_figures_and_raises_a_doubt(catalogue):
    def report(id_, when, *signals):
        return Report(
            id_,
            when,
            {"fr": id_},
            "etude_marche",
            ("DE",),
            ("tapis_tissage",),
            (),
            (),
            "imported",
            signals=signals,
        )

    figure = Figure("Croissance des ventes", "12", "%", "2025", "DE", "tapis_tissage")
    note = Note(
        "n", "2025-06", "n", "etude_marche", ("DE",), ("tapis_tissage",), "", (figure,), (), ()
    )
    up, down = (
        report("A", "2025-06", ("DE", "tapis_tissage", "+")),
        report("B", "2026-01", ("DE", "tapis_tissage", "-")),
    )
    assert [(s.sign, s.value) for s in signals_of(replace(down, notes=(note,)))] == [("-", None)]
    assert [(s.sign, s.value) for s in signals_of(replace(up, notes=(note,), signals=()))] == [
        ("+", 12.0)
    ]
    query, t = Query(replace(catalogue, reports=(up, down))), words("fr")
    assert [(a.report, b.report) for a, b in query.reports.doubts] == [("B", "A")]
    rows = {r["iso2"]: r for r in rank_answer(query, ViewState(), t)["rows"]}
    assert "A" in rows["DE"]["doubt"] and "B" in rows["DE"]["doubt"] and rows["FR"]["doubt"] == ""
    page = page_answer(query, "DE", t)
    assert [[s["sel"] for s in d["sides"]] for d in page["doubts"]] == [
        ["report:B", "report:A"]
    ] and page["doubt"] == rows["DE"]["doubt"]
    assert [
        m["doubt"]
        for m in compare_answer(query, ViewState(compare=("DE", "FR")), t)["markets"]
        if m["iso2"] == "FR"
    ] == ["—"]
    # The score is what it was: facts, not opinions.
    same = {
        r["iso2"]: r["score"]
        for r in rank_answer(
            Query(replace(catalogue, reports=(replace(up, signals=()), replace(down, signals=())))),
            ViewState(),
            t,
        )["rows"]
    }
    assert {k: r["score"] for k, r in rows.items()} == same


def test_signals_are_checked_and_read_back(tmp_path):
    for name in ("markets.json", "regions.geojson", "provinces.geojson"):
        (tmp_path / name).write_bytes((DATA_DIR / name).read_bytes())
    raw = json.loads((DATA_DIR / "reports.json").read_text("utf-8"))["reports"][:2]
    raw[0]["signals"], raw[1]["signals"] = (
        [{"market": "DE", "craft": "", "sign": "+"}],
        [{"market": "DE", "craft": "x", "sign": "+"}],
    )
    (tmp_path / "reports.json").write_text(json.dumps({"reports": raw}), "utf-8")
    loaded = FileStore(tmp_path).load()
    assert [r.signals for r in loaded.reports] == [(("DE", "", "+"),)]
    assert ("signals", "bad_value") in [
        (p.field, p.code) for p in loaded.problems if p.file == "reports.json"
    ]


def test_titles_places_and_corrections_of_every_kind_are_kept(query, catalogue):
    text = {"title": "T", "pages": (FRENCH,), "name": "note.md"}
    proposals = Tagger(catalogue).propose(text["pages"])
    at = {p.kind: i for i, p in reversed(list(enumerate(proposals)))}
    assert {"market", "craft", "town", "buyer", "figure"} <= set(at)
    other = next(b for b in catalogue.buyers if b.provenance != "demo" and b.id != "limala-de")
    decisions = {
        "title": "Tapis",
        "date": "2026-03-12",
        "kind": "etude_marche",
        "accepted": list(range(len(proposals))),
        "titles": {"ar": " زرابي ", "en": ""},
        "corrected": {
            str(at["town"]): "Tazarine",
            str(at["buyer"]): other.id,
            str(at["figure"]): {"value": "14", "unit": "%", "period": "2024"},
        },
    }
    made = report_of(text, proposals, decisions, catalogue, date(2026, 4, 1))
    assert (made["lang"], made["title"]) == ("fr", {"fr": "Tapis", "ar": "زرابي", "en": "Tapis"})
    assert "Tazarine" in made["places"] and "Taznakht" not in made["places"]
    assert other.id in made["named"] and other.name in made["notes"][0]["organisations"]
    assert (
        made["notes"][0]["key_figures"][0]["value"] == "14"
        and made["notes"][0]["key_figures"][0]["period"] == "2024"
    )
    for kind, bad in (
        ("town", "Atlantis"),
        ("buyer", "nobody"),
        ("figure", {"value": 3}),
        ("figure", {"market": "DE"}),
        ("figure", "14"),
        ("market", 5),
    ):
        with pytest.raises(BadRequest):
            report_of(
                text,
                proposals,
                {**decisions, "corrected": {str(at[kind]): bad}},
                catalogue,
                date(2026, 4, 1),
            )
    for bad in ({"xx": "T"}, {"ar": 5}, {"ar": "x" * 201}, "T"):
        with pytest.raises(BadRequest):
            report_of(text, proposals, {**decisions, "titles": bad}, catalogue, date(2026, 4, 1))


def test_a_title_that_nobody_translated_says_its_language():
    report = Report(
        "I",
        "2026",
        {"fr": "Tapis", "ar": "زرابي", "en": "Tapis"},
        "salon",
        (),
        (),
        (),
        (),
        "imported",
        lang="fr",
    )
    assert [title_of(report, words(lang)) for lang in ("fr", "ar", "en")] == [
        "Tapis",
        "زرابي",
        "Tapis (French)",
    ]


def test_an_organisation_can_be_renamed(catalogue):
    proposal = Proposal("organisation", "ONA", "ONA", 1, 1, "ONA", "ONA", 0.9, "name")
    decisions = {
        "title": "T",
        "date": "",
        "kind": "salon",
        "accepted": [0],
        "corrected": {"0": " Office national "},
    }
    text = {"title": "T", "pages": ("ONA",), "name": "n.md"}
    assert report_of(text, [proposal], decisions, catalogue, date(2026, 4, 1))["notes"][0][
        "organisations"
    ] == ["Office national"]
    with pytest.raises(BadRequest):
        report_of(
            text, [proposal], {**decisions, "corrected": {"0": " "}}, catalogue, date(2026, 4, 1)
        )
