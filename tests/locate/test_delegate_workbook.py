"""The delegate loop: the Excel file out, corrections in line by line, a steward's verdict."""

from __future__ import annotations

import io
import threading
import zipfile

import openpyxl
import orjson
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from starlette.testclient import TestClient

from geo.core.errors import StoreUnavailable
from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from geo.locate import delegate_workbook
from geo.locate.api import correction_routes
from geo.locate.delegate_workbook import BadWorkbook
from geo.locate.locator import locator
from geo.store.corrections import MAX_OPEN, Corrections, TooManyOpen
from geo.store.file_store import FileStore
from tests.sizes import examples
from tests.web_app import web_app

REGION, OTHER = "03", "08"
OURS = {"x-kharita": "1", "x-name": "Amina"}


@pytest.fixture(scope="module")
def here(query):
    return locator(query)


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    monkeypatch.setenv("KHARITA_ROLE", "steward")
    monkeypatch.setattr(correction_routes, "_GATE", correction_routes.RateLimit(1000))
    return tmp_path


@pytest.fixture
def client(var):
    return TestClient(web_app())


def sheet_of(here, lang="fr", region=REGION):
    return openpyxl.load_workbook(io.BytesIO(delegate_workbook.write(here, region, words(lang))))


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(book, row, lang="fr", **cells):
    sheet, t = book.worksheets[0], words(lang)
    at = {sheet.cell(1, c).value: c for c in range(1, sheet.max_column + 1)}
    for key, value in cells.items():
        sheet.cell(row, at[t(f"excel.{key}")]).value = value


def remarks(found):
    return [(line, key.removeprefix("excel.remark.")) for line, key, _ in found.remarks]


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_an_untouched_file_proposes_nothing(here, lang):
    found = delegate_workbook.read(delegate_workbook.write(here, REGION, words(lang)), here, REGION)
    assert found.changes == [] and found.remarks == []


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_each_change_is_a_proposal_with_its_line(here, lang):
    t, book = words(lang), sheet_of(here, lang)
    ids = [book.worksheets[0].cell(r, 1).value for r in range(2, 6)]
    put(book, 2, lang, status=t("status.planned"))
    put(book, 3, lang, latitude="34,05", longitude=-4.98)
    put(book, 4, lang, phone=535640000)
    put(book, 5, lang, crafts=f"{t('craft.zellige')} ; {t('craft.vannerie')}")
    found = delegate_workbook.read(saved(book), here, REGION)
    assert [(c["line"], c["site"], c["field"], c["after"]) for c in found.changes] == [
        (2, ids[0], "status", "planned"),
        (3, ids[1], "position", [-4.98, 34.05]),
        (4, ids[2], "phone", "0535640000"),
        (5, ids[3], "crafts", ["vannerie", "zellige"]),
    ]
    assert found.changes[0]["before"] == "active" or found.changes[0]["before"] in (
        "under_construction",
    )
    assert found.remarks == []


def test_what_cannot_be_taken_is_explained_line_by_line(here):
    book = sheet_of(here)
    sheet = book.worksheets[0]
    put(book, 2, status="fermé depuis mardi")
    put(book, 3, latitude=-4.98, longitude=34.05)
    put(book, 4, latitude=48.8, longitude=2.3)
    put(book, 5, phone="demandez à Ali")
    put(book, 6, crafts="Zellige ; astrologie")
    put(book, 7, id="no-such-place")
    put(book, 8, latitude="ici", longitude="là")
    sheet.cell(9, 1).value = sheet.cell(10, 1).value
    sheet.cell(11, 1).value = None
    deleted = sheet.cell(12, 1).value
    sheet.delete_rows(12)
    found = delegate_workbook.read(saved(book), here, REGION)
    assert found.changes == []
    found_remarks = remarks(found)
    for expected in [
        (2, "status"),
        (3, "swapped"),
        (4, "abroad"),
        (5, "phone"),
        (6, "crafts"),
        (7, "unknown"),
        (8, "position"),
        (9, "twice"),
        (10, "twice"),
        (11, "no_id"),
    ]:
        assert expected in found_remarks
    assert ("excel.remark.deleted", {"id": deleted}) in [(k, v) for _, k, v in found.remarks]


def test_renamed_and_added_columns_are_named_and_the_rest_is_read(here):
    book = sheet_of(here)
    sheet = book.worksheets[0]
    put(book, 2, phone="0535640000")
    sheet.cell(1, 4).value = "Etat"
    sheet.cell(1, 12).value = "Notes"
    found = delegate_workbook.read(saved(book), here, REGION)
    assert [c["field"] for c in found.changes] == ["phone"]
    assert {(k, v["value"]) for _, k, v in found.remarks} == {
        ("excel.remark.column", "Etat"),
        ("excel.remark.column", "Notes"),
        ("excel.remark.no_column", "Statut"),
    }


def test_columns_may_be_moved(here):
    book = sheet_of(here)
    sheet = book.worksheets[0]
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(reversed(row), start=1):
            sheet.cell(r, c).value = value
    assert delegate_workbook.read(saved(book), here, REGION).changes == []


def test_another_regions_file_is_refused_whole(here):
    with pytest.raises(BadWorkbook) as refused:
        delegate_workbook.read(delegate_workbook.write(here, OTHER, words("fr")), here, REGION)
    assert refused.value.key == "excel.error.region"


def test_rows_of_another_region_without_the_memory_are_refused_one_by_one(here):
    book = sheet_of(here, region=OTHER)
    del book[delegate_workbook.SENT]
    put(book, 2, phone="0535640000")
    found = delegate_workbook.read(saved(book), here, REGION)
    assert found.changes == [] and {key for _, key in remarks(found)} == {"no_memory", "elsewhere"}


def test_what_the_delegate_did_not_touch_is_left_even_if_the_data_moved_on(here, query, tmp_path):
    content = delegate_workbook.write(here, REGION, words("fr"))
    site = next(
        s
        for s in query.catalogue.sites
        if s.region == REGION and s.provenance != "demo" and s.status == "active"
    )
    kept, files = Corrections(tmp_path), FileStore(DATA_DIR, tmp_path)
    made = kept.propose(
        [{"site": site.id, "field": "status", "before": "active", "after": "planned", "line": 2}],
        "A",
    )
    kept.judge(made[0].id, "accepted", "B", files)
    from geo.query.engine import Query

    newer = locator(Query(files.load()))
    assert delegate_workbook.read(content, newer, REGION).changes == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"id;name\n1;2", b"\x00" * 5000])
def test_what_is_no_workbook_is_refused(here, content):
    with pytest.raises(BadWorkbook):
        delegate_workbook.read(content, here, REGION)


def test_a_packed_bomb_is_refused(here):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "xl/worksheets/sheet1.xml", b"0" * (delegate_workbook.ZIP_LIMITS.unpacked + 1)
        )
    with pytest.raises(BadWorkbook) as refused:
        delegate_workbook.read(out.getvalue(), here, REGION)
    assert refused.value.key == "excel.error.big"


def test_a_file_without_identifiers_changes_nothing(here):
    book = sheet_of(here)
    book.worksheets[0].cell(1, 1).value = "Code interne"
    with pytest.raises(BadWorkbook) as refused:
        delegate_workbook.read(saved(book), here, REGION)
    assert refused.value.key == "excel.error.no_id"


@given(
    st.lists(
        st.tuples(
            st.integers(2, 20),
            st.sampled_from(delegate_workbook.COLUMNS),
            st.one_of(
                st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
                st.floats(allow_nan=False, allow_infinity=False),
                st.booleans(),
                st.none(),
            ),
        ),
        max_size=8,
    )
)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_are_read_without_a_crash(here, cells):
    book = sheet_of(here)
    for row, key, value in cells:
        try:
            put(book, row, **{key: value})
        except openpyxl.utils.exceptions.IllegalCharacterError:
            continue
    try:
        found = delegate_workbook.read(saved(book), here, REGION)
    except BadWorkbook:
        return
    known = here.catalogue.site_row
    assert all(c["site"] in known and c["before"] != c["after"] for c in found.changes)


# --- the store ------------------------------------------------------------------------


def phone(site, number="0535640000"):
    return {"site": site.id, "field": "phone", "before": "", "after": number, "line": 4}


def test_nothing_changes_before_a_steward_agrees(query, tmp_path):
    site = next(s for s in query.catalogue.sites if s.provenance == "published")
    store, files = Corrections(tmp_path), FileStore(DATA_DIR, tmp_path)
    before = files.revision()
    (made,) = store.propose([phone(site)], "Amina")
    assert files.revision() == before and files.load().sites == query.catalogue.sites
    assert store.judge(made.id, "accepted", "Brahim", files).state == "accepted"
    assert files.revision() != before
    changed = {s.id: s for s in files.load().sites}[site.id]
    assert (changed.phone, changed.verified_by, changed.verified) == (
        "0535640000",
        "Brahim",
        made.on,
    )
    assert files.load().version != query.catalogue.version
    (kept,) = files.history(collection="sites", id_=site.id)
    assert (kept.author, kept.kind) == ("Brahim", "correction") and "Amina" in kept.reason
    assert store.judge(made.id, "refused", "Brahim", files) is None


def test_a_refused_correction_changes_nothing(query, tmp_path):
    store, files = Corrections(tmp_path), FileStore(DATA_DIR, tmp_path)
    (made,) = store.propose(
        [
            {
                "site": query.catalogue.sites[0].id,
                "field": "status",
                "before": "active",
                "after": "planned",
                "line": 2,
            }
        ],
        "A",
    )
    store.judge(made.id, "refused", "B", files)
    assert files.load().sites == query.catalogue.sites and not files.history()


def test_a_correction_the_store_refuses_stays_open(query, tmp_path):
    store, files = Corrections(tmp_path), FileStore(DATA_DIR)
    (made,) = store.propose([phone(query.catalogue.sites[0])], "A")
    with pytest.raises(StoreUnavailable):
        store.judge(made.id, "accepted", "B", files)
    assert store.all()[made.id].state == "open"


def test_corrections_accepted_before_the_store_kept_changes_are_taken_over_once(query, tmp_path):
    first, second = query.catalogue.sites[:2]
    store = Corrections(tmp_path)
    made = store.propose(
        [phone(first), phone(second, "0535640001"), {**phone(first), "site": "gone"}], "Amina"
    )
    with store.path.open("ab") as file:  # as the application wrote them until then
        for correction in made:
            file.write(
                b"\n"
                + orjson.dumps(
                    {"event": "accepted", "id": correction.id, "by": "Brahim", "on": "2026-01-05"}
                )
            )
    files = FileStore(DATA_DIR, tmp_path)
    assert store.adopt(files) == 2
    phones = {s.id: (s.phone, s.verified_by, s.verified) for s in files.load().sites}
    assert (
        phones[first.id] == ("0535640000", "Brahim", "2026-01-05")
        and phones[second.id][0] == "0535640001"
    )
    assert store.adopt(files) == 0 and len(files.history()) == 2
    # The commit is there, but the power went before its number was noted.
    lines = store.path.read_bytes().split(b"\n")
    store.path.write_bytes(b"\n".join(x for x in lines if b'"kept"' not in x))
    assert store.adopt(files) == 2 and len(files.history()) == 2
    assert {c.change_set for c in store.all().values()} == {0, 1, 2}


def test_the_same_change_waits_once_and_waiting_is_bounded(tmp_path):
    store = Corrections(tmp_path)
    change = {"site": "x", "field": "phone", "before": "", "after": "0535640000", "line": 2}
    assert len(store.propose([change], "A")) == 1 and store.propose([change], "A") == []
    with pytest.raises(TooManyOpen):
        store.propose([{**change, "after": f"05{n:08d}"} for n in range(MAX_OPEN)], "A")
    assert len(store.all()) == 1


def test_a_line_cut_short_loses_only_itself(tmp_path):
    store = Corrections(tmp_path)
    change = {"site": "x", "field": "phone", "before": "", "after": "0535640000", "line": 2}
    store.propose([change], "A")
    with store.path.open("ab") as file:
        file.write(b'\n{"event":"proposed","corr')
    store.propose([{**change, "site": "y"}], "A")
    assert [c.site for c in store.all().values()] == ["x", "y"]


def test_many_writers_lose_nothing(tmp_path):
    def write(n):
        Corrections(tmp_path).propose(
            [{"site": f"s{n}", "field": "phone", "before": "", "after": "0535640000", "line": 2}],
            "A",
        )

    threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {c.site for c in Corrections(tmp_path).all().values()} == {f"s{n}" for n in range(12)}


# --- the routes -----------------------------------------------------------------------


def corrected_file(here):
    book = sheet_of(here)
    put(book, 2, phone="0535640000")
    put(book, 3, status="fermé")
    return book.worksheets[0].cell(2, 1).value, saved(book)


def test_the_whole_loop(client, here):
    answer = client.get(f"/sheet/{REGION}.xlsx")
    assert answer.status_code == 200 and answer.content[:2] == b"PK"
    site, content = corrected_file(here)
    sent = client.post(f"/api/corrections/{REGION}", content=content, headers=OURS).json()
    assert (
        sent["text"].startswith("1 correction proposée") and sent["remarks"][0]["line"] == "Ligne 3"
    )
    (waiting,) = client.get(f"/api/corrections?region={REGION}").json()["open"]
    assert waiting["site"] == site and waiting["after"] == "0535640000"
    before = client.get(f"/api/entity/site/{site}").json()
    assert "0535640000" not in str(before)
    judged = client.post(
        f"/api/corrections/{waiting['id']}/accept", headers={**OURS, "x-name": "Brahim"}
    )
    assert judged.json()["state"] == "accepted" and "Brahim" in judged.json()["judged"]
    facts = {f["label"]: f["value"] for f in client.get(f"/api/entity/site/{site}").json()["facts"]}
    assert facts["Téléphone"] == "0535640000" and "Brahim" in str(facts)
    assert (
        client.post(f"/api/corrections/{waiting['id']}/refuse", headers={**OURS}).status_code == 404
    )


@pytest.mark.parametrize(
    ("role", "headers", "status"),
    [
        ("steward", {}, 403),
        ("steward", {"x-name": "Amina"}, 403),
        ("steward", {"x-kharita": "1"}, 400),
        ("editor", OURS, 403),
        ("reader", OURS, 403),
        ("administrator", OURS, 200),
    ],
)
def test_only_a_steward_judges(client, here, monkeypatch, role, headers, status):
    monkeypatch.setenv("KHARITA_ROLE", role)
    client.post(f"/api/corrections/{REGION}", content=corrected_file(here)[1], headers=OURS)
    answer = client.get("/api/corrections").json()
    (waiting,) = answer["open"]
    assert answer["can_judge"] == (role in ("steward", "administrator"))
    assert (
        client.post(f"/api/corrections/{waiting['id']}/accept", headers=headers).status_code
        == status
    )
    assert bool(client.get("/api/corrections").json()["open"]) == (status != 200)


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"x", 403),
        ({"x-kharita": "1"}, b"x", 400),
        (OURS, b"x", 400),
        (OURS, b"0" * (delegate_workbook.MAX_BYTES + 10), 400),
    ],
)
def test_a_bad_upload_is_refused_and_writes_nothing(client, var, headers, content, status):
    answer = client.post(f"/api/corrections/{REGION}", content=content, headers=headers)
    assert answer.status_code == status and answer.json()["error"]["text"]
    assert not (var / "corrections.jsonl").exists()


def test_a_minute_is_bounded(client, monkeypatch):
    monkeypatch.setattr(correction_routes, "_GATE", correction_routes.RateLimit(2))
    codes = [
        client.post(f"/api/corrections/{REGION}", content=b"x", headers=OURS).status_code
        for _ in range(3)
    ]
    assert codes == [400, 400, 429]
