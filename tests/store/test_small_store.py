"""The parts of a store by hand: limits, order, what is left out, and what is said about it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import orjson
import psycopg
import pytest
from sqlalchemy.exc import OperationalError, TimeoutError as PoolTimeout

from geo.core.errors import BadRequest, Busy, NotFound, StoreFull, StoreUnavailable
from geo.model.parsing import RECORDS
from geo.model.records import BUYER_KINDS, CRAFTS, Catalogue
from geo.store import (
    commit_rules,
    corrections as corrections_module,
    journal_state,
    published_reports,
)
from geo.store.audit_log import AuditLog
from geo.store.changes import (
    Change,
    ChangeSet,
    Conflict,
    Edit,
    Held,
    LazyChanges,
    ValidationFailed,
    counts_of,
)
from geo.store.corrections import Correction, Corrections, TooManyOpen
from geo.store.database import options, store_error, url_of
from geo.store.file_store import FILES, FileStore
from geo.store.journal import Damaged, Journal, State
from geo.store.journal_state import JournalState
from geo.store.ledger import Holder
from geo.store.packed_records import Entry, PackedChange
from geo.store.published_reports import AlreadyPublished, ImportedReports, digest_of
from geo.store.shipped_files import (
    COMMUNES,
    MAX_FILE_BYTES,
    SYNONYMS,
    TOWNS,
    TooBigDocument,
    label_of,
    mended,
    read_base,
)
from geo.store.synthetic_store import SyntheticBuyers
from geo.store.undo import restore, undo
from tests.store.records import buyer, put, take

# --- change sets ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "counts"),
    [
        ([(True, False)], (1, 0, 0)),
        ([(False, False)], (0, 1, 0)),
        ([(False, True)], (0, 0, 1)),
        ([(True, False), (True, False), (False, True)], (2, 0, 1)),
        ([], (0, 0, 0)),
    ],
)
def test_what_a_change_set_did_is_counted(missing, counts):
    assert counts_of(missing) == dict(zip(("new", "changed", "removed"), counts, strict=True))


def change(id_: str, revision: int, before=None, after=None) -> Change:
    return Change("buyers", id_, before, after, revision)


def change_set(*changes: Change, **fields) -> ChangeSet:
    return ChangeSet(7, "Amina", "2026-01-02T03:04:05+00:00", "", "edit", changes, **fields)


def test_counts_that_were_stored_are_not_counted_again():
    made = change_set(change("a", 1, None, {"x": 1}))
    assert made.counts == {"new": 1, "changed": 0, "removed": 0}
    assert change_set(known={"new": 5}).counts == {"new": 5}


def test_changes_are_read_at_the_first_look_only():
    reads = []

    def read():
        reads.append(1)
        return [change("a", 1), change("b", 1)]

    lazy = LazyChanges(2, read)
    assert len(lazy) == 2 and reads == []
    assert lazy[1].id == "b" and [c.id for c in lazy[:1]] == ["a"] and reads == [1]
    assert lazy == [change("a", 1), change("b", 1)] and lazy != [change("a", 1)] and lazy != 2


# --- undo -----------------------------------------------------------------------------

OLD, NEW = {"id": "a", "n": 1}, {"id": "a", "n": 2}


def current(**held: Held):
    return lambda collection, id_: held[id_]


def test_a_change_is_undone_by_the_record_before_it():
    made = change_set(change("a", 3, OLD, NEW), change("b", 1, None, NEW))
    held = current(a=Held(NEW, 3), b=Held(NEW, 1))
    assert undo(made, held) == (Edit("buyers", "a", OLD, 3), Edit("buyers", "b", None, 1))
    assert undo(made, held, {("buyers", "b")}) == (Edit("buyers", "b", None, 1),)
    with pytest.raises(NotFound):
        undo(made, held, {("sites", "a")})


def test_what_is_as_before_already_needs_no_edit():
    assert undo(change_set(change("a", 3, OLD, NEW)), current(a=Held(OLD, 3))) == ()


def test_what_changed_later_is_a_conflict_unless_it_goes_too():
    made = change_set(change("a", 3, OLD, NEW), change("b", 1, None, NEW))
    held = current(a=Held({"n": 9}, 4), b=Held(NEW, 1))
    with pytest.raises(Conflict) as error:
        undo(made, held)
    assert error.value.edits == (Edit("buyers", "a", OLD, 3),)
    assert error.value.held == (Held({"n": 9}, 4),)
    assert undo(made, held, force=True)[0] == Edit("buyers", "a", OLD, 4)


def test_a_record_goes_back_to_any_of_its_revisions():
    history = [
        change_set(change("a", 2, OLD, NEW), change("b", 2, None, OLD)),
        change_set(change("a", 1, None, OLD)),
    ]
    for revision, after in ((2, NEW), (1, OLD), (0, None)):
        assert restore(history, "buyers", "a", revision, 9) == Edit("buyers", "a", after, 9)
    for wrong in (("buyers", "a", 3), ("buyers", "c", 1), ("sites", "a", 1)):
        with pytest.raises(NotFound):
            restore(history, *wrong, 9)


# --- what a commit must keep ----------------------------------------------------------


def test_edits_are_packed_and_each_record_is_named_once():
    packed = commit_rules.pending_edits([put("a"), take("b")])
    assert orjson.loads(packed[0].after) == buyer("a") and packed[1].after is None
    with pytest.raises(ValidationFailed) as error:
        commit_rules.pending_edits([put("a"), put("a"), put("b", city={1})])
    assert [(p.record, p.code) for p in error.value.problems] == [
        ("a", "duplicate_id"),
        ("b", "unreadable_record"),
    ]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (put("a", city="x\x00y"), "unreadable_record"),
        (put("a", city="x" * (4 * 2**20)), "record_too_big"),
    ],
)
def test_a_record_that_no_store_can_hold_is_refused(edit, code):
    with pytest.raises(ValidationFailed) as error:
        commit_rules.pending_edits([edit])
    assert [p.code for p in error.value.problems] == [code]


def test_a_record_of_four_megabytes_is_the_largest():
    room = 4 * 2**20 - len(orjson.dumps(buyer("a", city="")))
    (packed,) = commit_rules.pending_edits([put("a", city="x" * room)])
    assert len(packed.after) == 4 * 2**20
    with pytest.raises(ValidationFailed):
        commit_rules.pending_edits([put("a", city="x" * (room + 1))])


def test_a_commit_has_a_limit_and_at_least_one_edit(monkeypatch):
    monkeypatch.setattr(commit_rules, "MAX_CHANGES", 2)
    assert len(commit_rules.pending_edits([put("a"), put("b")])) == 2
    with pytest.raises(StoreFull):
        commit_rules.pending_edits([put("a"), put("b"), put("c")])
    with pytest.raises(BadRequest):
        commit_rules.pending_edits([])
    with pytest.raises(NotFound):
        commit_rules.pending_edits([Edit("planets", "a", None, 0)])


def test_author_and_reason_are_one_line_each_and_cut():
    assert commit_rules.author_and_reason(" A\nmina\u200b ", "x" * 1_001, "edit") == (
        "A mina",
        "x" * 1_000,
    )
    assert commit_rules.author_and_reason("a" * 121, "", "undo") == ("a" * 120, "")
    for author, kind in ((" \n", "edit"), ("Amina", "whim")):
        with pytest.raises(ValueError):
            commit_rules.author_and_reason(author, "", kind)


ME = ("Amina", "", "edit")


@pytest.fixture
def store(small, tmp_path) -> FileStore:
    return FileStore(small, tmp_path / "var")


@pytest.mark.parametrize(
    ("edit", "taken"),
    [
        (put("a", revision=0), True),
        (put("a", revision=1), False),
        (take("a", revision=0), False),
    ],
)
def test_who_creates_a_record_names_no_revision(store, edit, taken):
    if taken:
        assert store.commit([edit], *ME).number == 1
    else:
        with pytest.raises(Conflict):
            store.commit([edit], *ME)


def test_a_removed_record_can_be_made_again_by_who_knows_it_and_who_does_not(store):
    store.commit([put("a")], *ME)
    store.commit([take("a", 1)], *ME)
    assert store.one("buyers", "a") == Held(None, 2)
    for revision in (0, 2):
        made = FileStore(store.folder, store.shipped()[1].folder.parent)
        made.commit([put("a", revision=revision)], *ME)
        assert made.one("buyers", "a").revision == (3 if revision == 0 else 5)
        made.commit([take("a", made.one("buyers", "a").revision)], *ME)
        if revision == 0:
            assert made.one("buyers", "a").revision == 4
            break


def test_an_id_is_that_of_its_record_and_a_market_in_use_stays(store):
    with pytest.raises(ValidationFailed) as error:
        store.commit([Edit("buyers", "other", buyer("a"), 0)], *ME)
    assert [(p.record, p.field, p.code, p.value) for p in error.value.problems] == [
        ("other", "id", "bad_id", "a")
    ]
    used = next(iter(store.held("buyers").values())).raw["properties"]["country"]
    with pytest.raises(ValidationFailed) as error:
        store.commit([Edit("markets", used, None, 0)], *ME)
    problems = error.value.problems
    assert {(p.field, p.code, p.value) for p in problems} == {("country", "market_in_use", used)}
    assert 1 <= len(problems) <= 20


# --- corrections ----------------------------------------------------------------------


def written(folder: Path, *events: object) -> Corrections:
    made = Corrections(folder)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.write_bytes(b"".join(orjson.dumps(e) + b"\n" for e in events))
    return made


def proposed(field: str = "phone", after: object = "06", id_: str = "c") -> dict:
    correction = {"id": id_, "site": "s", "field": field, "before": "", "after": after}
    correction |= {"by": "A", "on": "2026-01-02", "line": 2}
    return {"event": "proposed", "correction": correction}


@pytest.mark.parametrize(
    ("field", "after", "sound"),
    [
        ("status", "active", True),
        ("status", "closed", False),
        ("position", [180, 90], True),
        ("position", [-180, -90], True),
        ("position", [180.5, 0], False),
        ("position", [0, 90.5], False),
        ("position", [0], False),
        ("position", [0, 0, 0], False),
        ("position", [0, True], False),
        ("position", "0,0", False),
        ("phone", "0" * 40, True),
        ("phone", "0" * 41, False),
        ("phone", 6, False),
        ("crafts", ["zellige"], True),
        ("crafts", [], True),
        ("crafts", ["tiles"], False),
        ("crafts", "zellige", False),
        ("name", "x", False),
    ],
)
def test_a_correction_that_could_not_be_a_record_is_left_out(tmp_path, field, after, sound):
    assert bool(written(tmp_path, proposed(field, after)).all()) is sound


def test_a_correction_is_judged_once_and_keeps_its_change_set(tmp_path):
    found = written(
        tmp_path,
        proposed(),
        {"event": "accepted", "id": "c", "by": "B" * 90, "on": "2026-01-03T04", "change_set": 5},
        {"event": "refused", "id": "c", "by": "C", "on": "2026-01-04"},
        {"event": "accepted", "id": "unknown"},
    ).all()["c"]
    assert (found.state, found.judged_by, found.judged_on) == ("accepted", "B" * 80, "2026-01-03")
    assert found.change_set == 5 and found.line == 2


@pytest.mark.parametrize(("number", "kept"), [(7, 7), ("7", 0), (None, 0)])
def test_the_change_set_of_an_accepted_correction_may_come_later(tmp_path, number, kept):
    accepted = {"event": "accepted", "id": "c"}
    log = written(
        tmp_path, proposed(), accepted, {"event": "kept", "id": "c", "change_set": number}
    )
    assert log.all()["c"].change_set == kept


def test_lines_that_cannot_be_read_cost_only_themselves(tmp_path):
    log = written(
        tmp_path, proposed(), [], {"event": "proposed"}, {"event": "proposed", "correction": {}}
    )
    with log.path.open("ab") as file:
        file.write(b"{half\n" + orjson.dumps(proposed(id_="d")) + b"\n")
    assert list(log.all()) == ["c", "d"]


def change_of(after: str = "06", line: int = 2) -> dict:
    return {"site": "s", "field": "phone", "before": "", "after": after, "line": line}


def test_a_correction_that_waits_already_is_not_proposed_twice(tmp_path):
    log = Corrections(tmp_path)
    (made,) = log.propose([change_of()], "A" * 90)
    assert made.by == "A" * 80 and len(made.id) == 12 and made.state == "open"
    assert log.propose([change_of(line=9)], "B") == []
    assert len(log.propose([change_of("07")], "B")) == 1
    before = log.revision()
    assert (
        log.propose([], "B") == []
        and log.revision() == before != Corrections(tmp_path / "x").revision()
    )
    assert Corrections(tmp_path / "x").revision() == "-"


def test_a_limit_of_corrections_may_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(corrections_module, "MAX_OPEN", 2)
    log = Corrections(tmp_path)
    assert len(log.propose([change_of("1"), change_of("2")], "A")) == 2
    with pytest.raises(TooManyOpen):
        log.propose([change_of("3")], "A")
    assert len(log.all()) == 2


def test_the_end_of_the_file_is_kept_for_verdicts(tmp_path, monkeypatch):
    log = Corrections(tmp_path)
    log.propose([change_of("1")], "A")
    size = log.path.stat().st_size
    monkeypatch.setattr(corrections_module, "ROOM", 100)
    monkeypatch.setattr(corrections_module, "MAX_BYTES", size + 100)
    log.propose([change_of("2")], "A")
    with pytest.raises(TooManyOpen):
        log.propose([change_of("3")], "A")
    monkeypatch.setattr(corrections_module, "MAX_BYTES", log.path.stat().st_size)
    assert len(log.all()) == 2
    monkeypatch.setattr(corrections_module, "MAX_BYTES", log.path.stat().st_size - 1)
    assert log.all() == {}


def test_a_verdict_is_one_of_two_and_for_an_open_correction(tmp_path, store):
    log = Corrections(tmp_path)
    (made,) = log.propose([change_of()], "A")
    with pytest.raises(ValueError):
        log.judge(made.id, "perhaps", "B", store)
    assert log.judge("nobody", "refused", "B", store) is None
    judged = log.judge(made.id, "refused", "B" * 90, store)
    assert (judged.state, judged.judged_by, judged.change_set) == ("refused", "B" * 80, 0)
    assert log.judge(made.id, "accepted", "B", store) is None and store.history() == []


def test_an_accepted_correction_is_a_sourced_change_of_its_site(tmp_path, store):
    site = next(i for i, h in store.held("sites").items() if h.raw["geometry"])
    log = Corrections(tmp_path)
    phone = {**change_of("0612"), "site": site}
    position = {**phone, "field": "position", "after": [-5.5, 31.5]}
    one, two = log.propose([phone, position], "Amina")
    assert log.judge(one.id, "accepted", "Brahim", store).change_set == 1
    assert log.judge(two.id, "accepted", "Brahim", store).change_set == 2
    raw = store.one("sites", site).raw
    assert raw["properties"]["phone"] == "0612" and raw["properties"]["verified_by"] == "Brahim"
    assert raw["geometry"] == {"type": "Point", "coordinates": [-5.5, 31.5]}
    assert raw["properties"]["precision"] == "building"
    labels = [s["label"] for s in raw["properties"]["sources"]]
    assert labels[-2:] == [f"Correction {one.id}", f"Correction {two.id}"]
    (newest, _) = store.history()
    assert (newest.kind, newest.author) == ("correction", "Brahim") and "Amina" in newest.reason


def test_accepted_corrections_are_adopted_in_the_order_of_their_verdicts(tmp_path, store):
    sites = list(store.held("sites"))[:2]
    late, early = (proposed(after=p, id_=i) for p, i in (("1", "late"), ("2", "early")))
    late["correction"]["site"], early["correction"]["site"] = sites
    missing = proposed(id_="gone")
    log = written(
        tmp_path,
        late,
        early,
        missing,
        proposed(id_="open"),
        {"event": "accepted", "id": "late", "by": "B", "on": "2026-02-02"},
        {"event": "accepted", "id": "early", "by": "B", "on": "2026-01-01"},
        {"event": "accepted", "id": "gone", "by": "B", "on": "2026-01-01"},
    )
    assert log.adopt(store) == 2
    assert {k: c.change_set for k, c in log.all().items()} == {
        "late": 2,
        "early": 1,
        "gone": 0,
        "open": 0,
    }
    assert log.adopt(store) == 0 and Corrections(tmp_path / "none").adopt(store) == 0


def test_the_last_sixty_sources_of_a_corrected_record_are_kept(tmp_path, store):
    site, held = next(iter(store.held("sites").items()))
    raw = orjson.loads(orjson.dumps(held.raw))
    raw["properties"]["sources"] = [{"url": "", "label": f"s{n}", "date": ""} for n in range(60)]
    store.commit([Edit("sites", site, raw, held.revision)], *ME)
    (made,) = Corrections(tmp_path).propose([{**change_of(), "site": site}], "A")
    Corrections(tmp_path).judge(made.id, "accepted", "B", store)
    labels = [s["label"] for s in store.one("sites", site).raw["properties"]["sources"]]
    assert len(labels) == 60 and labels[0] == "s1" and labels[-1].startswith("Correction")


def test_a_correction_knows_its_default_state():
    made = Correction("c", "s", "phone", "", "06", "A", "2026-01-02", 2)
    assert (made.state, made.judged_by, made.change_set) == ("open", "", 0)


# --- audit log ------------------------------------------------------------------------


def test_a_full_log_is_put_aside_and_the_oldest_goes(tmp_path):
    log = AuditLog(tmp_path, max_bytes=150, kept=2)
    for n in range(5):  # one entry a file
        log.record(email="", role="reader", what=f"GET /{n}", outcome=403)
    assert sorted(p.name for p in tmp_path.glob("audit*.jsonl")) == [
        "audit.1.jsonl",
        "audit.2.jsonl",
        "audit.jsonl",
    ]
    assert [e["what"] for e in log.latest()] == ["GET /4", "GET /3", "GET /2"]
    assert log.latest()[0]["who"] == "" and log.latest()[0]["short"] == ""


def test_a_file_is_filled_to_its_last_byte(tmp_path):
    log = AuditLog(tmp_path)
    log.record(email="", role="reader", what="GET /1", outcome=403)
    size = log.path.stat().st_size
    exact, tight = (AuditLog(tmp_path, max_bytes=2 * size - n) for n in (0, 1))
    exact.record(email="", role="reader", what="GET /2", outcome=403)
    assert not (tmp_path / "audit.1.jsonl").exists()
    log.path.write_bytes(log.path.read_bytes()[:size])
    tight.record(email="", role="reader", what="GET /3", outcome=403)
    assert (tmp_path / "audit.1.jsonl").exists()


def test_the_key_is_made_once_and_a_sign_has_sixteen_digits(tmp_path):
    first = AuditLog(tmp_path).sign("a@b.ma")
    assert len((tmp_path / "audit.key").read_bytes()) == 32 and len(first) == 16
    assert AuditLog(tmp_path).sign("a@b.ma") == first != AuditLog(tmp_path).sign("b@b.ma")
    assert list(tmp_path.glob(".audit.key*")) == []


# --- documents of a store -------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ({"id": "a"}, "a"),
        ({"id": 7}, "7"),
        ({"properties": {"id": "b"}}, "b"),
        ({"id": "", "properties": {"id": "b"}}, "b"),
        ({"id": None}, "#3"),
        ({"id": "x" * 121}, "x" * 120),
        ({"id": ["a"]}, "#3"),
        ({"properties": []}, "#3"),
        ("a", "#3"),
    ],
)
def test_a_record_is_labelled_by_its_id_or_its_place(raw, label):
    assert label_of(raw, "id", 3) == label


@pytest.fixture(scope="module")
def documents(small) -> dict[str, bytes]:
    return {name: (small / name).read_bytes() for name in FILES}


def based(documents, **changes):
    """The base of some documents: changed ones by their stem, None for a missing one."""
    by_stem = {Path(name).stem: name for name in documents}
    held = {**documents, **{by_stem[stem]: content for stem, content in changes.items()}}

    def content_of(name: str) -> bytes:
        content = held[name]
        if content is None:
            raise FileNotFoundError(name)
        if isinstance(content, Exception):
            raise content
        return content

    return read_base(content_of)


def problems(base) -> list[tuple[str, str, str]]:
    return [(p.file, p.record, p.code) for p in base.problems]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_missing"),
        (TooBigDocument("x"), "file_too_big"),
        (OSError(13, "denied"), "file_unreadable"),
        (b"{", "not_json"),
        (b'{"towns": 5}', "no_list"),
        (b"[]", "no_list"),
    ],
)
def test_a_document_that_cannot_be_read_is_named_and_the_others_are_there(documents, content, code):
    complete, found = based(documents), based(documents, towns=content)
    assert problems(found) == [(TOWNS, "", code)] and found.towns == ()
    assert found.regions == complete.regions and found.rows == complete.rows
    assert found.digest != complete.digest
    again = mended(found, complete)
    assert again.towns == complete.towns and problems(again) == [(TOWNS, "", "file_held")]
    assert [p.value for p in again.problems] == [code]
    assert mended(again, complete) is again and mended(complete, found) is complete
    assert mended(found, found) is found, "what was missing before stays missing"


def test_every_document_can_be_held(documents):
    complete, missing = (
        based(documents),
        read_base(lambda name: (_ for _ in ()).throw(FileNotFoundError)),
    )
    again = mended(missing, complete)
    for name in ("rows", "regions", "provinces", "towns", "synonyms", "communes"):
        assert getattr(again, name) == getattr(complete, name) != getattr(missing, name), name
    assert {p.code for p in again.problems} == {"file_held"}


def test_records_of_one_id_and_of_none_are_reported(documents):
    twice = orjson.dumps({"towns": orjson.loads(documents[TOWNS])["towns"][:1] * 2})
    found = based(documents, towns=twice)
    (label,) = (t.id for t in found.towns)
    assert problems(found) == [(TOWNS, label, "duplicate_id")]
    buyers = orjson.dumps({"features": [buyer("a"), buyer("a", city="X"), {"x": 1}]})
    rows = based(documents, buyers=buyers)
    assert list(rows.rows["buyers"]) == ["a", "#3"]
    assert problems(rows) == [(RECORDS["buyers"].file, "a", "duplicate_id")]


def test_tables_are_read_row_by_row(documents):
    head = documents[COMMUNES].split(b"\n", 1)[0]
    row = documents[COMMUNES].splitlines()[1]
    code = row.split(b",")[0].decode()
    found = based(documents, communes=b"\n".join((head, row, b"x,y", row)))
    assert [c.code for c in found.communes] == [code]
    assert problems(found) == [(COMMUNES, "x", "unreadable_record")]
    assert problems(based(documents, communes=head)) == [(COMMUNES, "", "empty_file")]
    assert problems(based(documents, communes=b"\xff")) == [(COMMUNES, "", "not_csv")]
    words = based(documents, synonyms=b"group,word\ncraft:zellige,zellij\n,x\ncraft:zellige,\n")
    assert words.synonyms == ({"group": "craft:zellige", "word": "zellij"},)
    assert problems(based(documents, synonyms=b"\xff")) == [(SYNONYMS, "", "not_csv")]


def test_codes_are_known_only_where_their_file_is_sound(documents):
    complete = based(documents)
    codes = complete.codes("regions.geojson", complete.regions)
    assert (
        codes == {r.code for r in complete.regions}
        and complete.codes("regions.geojson", ()) is None
    )
    broken = replace(complete, problems=based(documents, regions=b"{").problems)
    assert broken.codes("regions.geojson", complete.regions) is None
    assert broken.codes("provinces.geojson", complete.provinces) is not None


def test_a_document_of_sixty_four_megabytes_is_the_largest(small, tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((small / name).read_bytes())
    path = tmp_path / TOWNS
    content = path.read_bytes()
    path.write_bytes(content + b" " * (MAX_FILE_BYTES - len(content)))
    assert FileStore(tmp_path).load().problems == ()
    with path.open("ab") as file:
        file.write(b" ")
    assert [p.code for p in FileStore(tmp_path).load().problems] == ["file_too_big"]


# --- journal --------------------------------------------------------------------------


def row(id_: str, revision: int, after: bytes | None = b'{"n":1}') -> PackedChange:
    return PackedChange("buyers", id_, revision, None, after)


def header(number: int) -> dict:
    return {"number": number, "time": f"t{number}"}


@pytest.fixture
def journal(tmp_path) -> Journal:
    made = Journal(tmp_path / "changes")
    with made.locked():
        made.write(header(1), [row("a", 1), row("b", 1)])
        made.write(header(2), [row("a", 2, None)])
    return made


def test_a_change_set_is_read_as_it_was_written(journal):
    about, rows = journal.read(1)
    assert rows == [row("a", 1), row("b", 1)] and about["number"] == 1 and about["format"] == 1
    assert journal.one(1, "buyers", "b") == [row("b", 1)] and journal.one(2, "buyers", "b") == []
    assert list(journal.listed()) == [1, 2] and journal.header(2)["time"] == "t2"
    journal.check(1)
    assert Journal(journal.folder / "none").listed() == {}


@pytest.mark.parametrize(
    "bend",
    [
        lambda b: b[:-2] + b"x\n",
        lambda b: b.replace(b'"format":1', b'"format":2'),
        lambda b: b"[]" + b,
        lambda b: b"{" + b,
        lambda b: b"",
    ],
)
def test_a_change_set_that_was_touched_is_damaged(journal, bend):
    path = journal.path(1)
    path.write_bytes(bend(path.read_bytes()))
    with pytest.raises(Damaged):
        journal.read(1)
    with pytest.raises(Damaged):
        journal.check(1)


def test_a_change_set_too_large_to_be_one_is_not_read(journal, monkeypatch):
    size = journal.path(1).stat().st_size
    monkeypatch.setattr("geo.store.journal.MAX_SET_BYTES", size)
    journal.check(1)
    monkeypatch.setattr("geo.store.journal.MAX_SET_BYTES", size - 1)
    with pytest.raises(Damaged, match="size"):
        journal.check(1)


def test_a_checkpoint_replaces_the_older_ones(journal):
    entries = {"buyers": {"a": Entry(None, 2, (1, 2)), "b": Entry(b'{"n":1}', 1, (1,))}}
    for head in (1, 2):
        journal.save_state(State(head, f"{head}:t", entries, {1: (5, 6)}))
    assert [p.name for p in journal.folder.glob("state-*")] == ["state-0000000002.jsonl"]
    assert journal.state() == State(2, "2:t", entries, {1: (5, 6)})
    (journal.folder / "state-0000000009.jsonl").write_bytes(b"broken")
    assert journal.state().head == 2
    assert Journal(journal.folder / "none").state() == State(0, "", {}, {})


def test_records_are_replayed_and_remember_their_change_sets(journal):
    state = JournalState(journal)
    state.refresh()
    assert state.head == 2 == state.newest() and state.mark == "2:t2"
    assert state.entries["buyers"] == {
        "a": Entry(None, 2, (1, 2)),
        "b": Entry(b'{"n":1}', 1, (1,)),
    }
    assert list(state.numbers()) == [2, 1] and list(state.numbers("buyers", "a")) == [2, 1]
    assert list(state.numbers("buyers", "b")) == [1] and list(state.numbers("buyers", "c")) == []
    assert state.header(0) is state.header(3) is None and state.header(2)["number"] == 2
    before = state.entries
    with journal.locked():
        made = state.add([row("c", 1)], {"time": "t3"})
    assert made["number"] == 3 == state.head and state.mark == "3:t3"
    assert "c" not in before["buyers"] and "c" in state.entries["buyers"]


def test_a_checkpoint_is_due_after_so_many_change_sets_or_changes(journal, monkeypatch):
    def due(sets: int, changes: int) -> bool:
        monkeypatch.setattr(journal_state, "SETS_PER_STATE", sets)
        monkeypatch.setattr(journal_state, "CHANGES_PER_STATE", changes)
        state = JournalState(journal)
        state.refresh()
        found = state.due()
        assert state.due() is None, "once"
        return found is not None and found.head == 2 and set(found.seen) == {1, 2}

    assert due(2, 99) and due(99, 3) and not due(3, 4)


def test_a_change_set_in_the_middle_that_is_lost_is_named(journal):
    with journal.locked():
        journal.write(header(3), [row("d", 1)])
    journal.path(2).unlink()
    state = JournalState(journal)
    state.refresh()
    assert [(p.file, p.code) for p in state.problems()] == [
        ("changes/0000000002.jsonl", "change_set_missing")
    ]
    assert state.head == 3 and state.header(2) is None and state.header(3) is not None


# --- published reports ----------------------------------------------------------------

REPORT = {"date": "2026-01-02", "notes": [{"id": "N1"}], "title": {"fr": "R"}}


def test_reports_are_numbered_through_the_years(tmp_path):
    reports = ImportedReports(tmp_path / "reports")
    assert reports.revision() == "-" and list(reports.raw()) == []
    assert reports.add(REPORT, b"1", "un") == "I-2026-001"
    assert reports.add({**REPORT, "date": "2025"}, b"2", "deux") == "I-2025-002"
    assert reports.add({**REPORT, "date": ""}, b"3", "trois") == "I-0000-003"
    (name, content) = next(c for c in reports.raw() if c[0] == "I-2026-001.json")
    made = orjson.loads(content)
    assert (made["id"], made["provenance"], made["notes"]) == (
        "I-2026-001",
        "imported",
        [{"id": "I-2026-001.N1"}],
    )
    assert name and made["digest"] == digest_of("UN!") and len(made["digest"]) == 32
    with pytest.raises(AlreadyPublished) as error:
        reports.add(REPORT, b"4", "Deux")
    assert error.value.values == {"id": "I-2025-002"}


def test_a_limit_of_reports_can_be_published(tmp_path, monkeypatch):
    monkeypatch.setattr(published_reports, "MOST", 1)
    reports = ImportedReports(tmp_path)
    reports.add(REPORT, b"1", "un")
    with pytest.raises(StoreFull):
        reports.add(REPORT, b"2", "deux")


# --- generated buyers -----------------------------------------------------------------


def test_generated_buyers_are_always_the_same_and_marked():
    made = SyntheticBuyers(500)
    assert (
        len(made) == 500 and made[7] == SyntheticBuyers(500)[7] and made[2:4] == [made[2], made[3]]
    )
    first = made[0]
    assert (first.id, first.name, first.provenance) == ("demo-acteur-0", "Acteur démo 000", "demo")
    assert {b.kind for b in made} == set(BUYER_KINDS) and {
        c for b in made for c in b.crafts
    } == set(CRAFTS)
    assert {b.year for b in made} == set(range(2000, 2026))
    looked_at = {b.verified for b in made}
    assert "" in looked_at and {"2022-01", "2025-12"} <= looked_at and "2026-01" not in looked_at
    assert sum(not b.verified for b in made) < 60 and all(1 <= len(b.crafts) <= 2 for b in made)
    for wrong in (-1, 500):
        with pytest.raises(IndexError):
            made[wrong]


# --- the cache of what is derived ------------------------------------------------------


class Changing:
    def __init__(self) -> None:
        self.now, self.loads, self.down = "1", 0, False

    def revision(self) -> str:
        return self.now

    def load(self) -> Catalogue:
        self.loads += 1
        if self.down:
            raise StoreUnavailable("error.store_down")
        return Catalogue(self.now)


def test_a_value_is_built_once_for_each_revision_and_kept_while_the_store_is_down():
    store = Changing()
    holder = Holder(store, lambda catalogue: catalogue.version)
    assert holder.held() is None and holder.get() == holder.get() == "1" and store.loads == 1
    value, age_s = holder.held()
    assert value == "1" and 0 <= age_s < 60
    store.now = "2"
    assert holder.get() == "2" and store.loads == 2
    store.now, store.down = "3", True
    assert holder.get() == "2" == holder.get()
    broken = Holder(store, lambda catalogue: catalogue.version)
    with pytest.raises(StoreUnavailable):
        broken.get()


def test_readers_get_the_last_value_while_one_builds_the_next():
    store, gate, building = Changing(), threading.Event(), threading.Event()

    def build(catalogue: Catalogue) -> str:
        if catalogue.version == "2":
            building.set()
            assert gate.wait(20)
        return catalogue.version

    holder = Holder(store, build)
    assert holder.get() == "1"
    store.now, found = "2", []
    slow = threading.Thread(target=lambda: found.append(holder.get()))
    slow.start()
    assert building.wait(20) and holder.get() == "1"
    gate.set()
    slow.join(20)
    assert found == ["2"] and holder.get() == "2" and store.loads == 2


# --- the database ---------------------------------------------------------------------


def test_a_connection_gives_up_in_time_and_what_it_says_is_on_disk():
    assert options() == {
        "connect_timeout": 3,
        "application_name": "kharita",
        "options": "-c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=20s"
        " -c idle_in_transaction_session_timeout=60s",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }


@pytest.mark.parametrize(
    "address", ["", "postgresql://u@h", "mysql://u@h/d", "nothing", "postgresql://u:secret@h"]
)
def test_an_address_that_is_no_database_is_refused_without_repeating_it(address):
    with pytest.raises(ValueError) as error:
        url_of(address)
    assert "secret" not in str(error.value) and "postgresql://USER@HOST" in str(error.value)
    assert url_of("postgresql://u@h/d").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("state", "kind", "key"),
    [
        ("53100", StoreFull, "error.no_room"),
        ("53200", StoreFull, "error.no_room"),
        ("55P03", Busy, "error.store_busy"),
        ("40P01", Busy, "error.store_busy"),
        ("57014", Busy, "error.store_busy"),
        ("42P01", StoreUnavailable, "error.store_unmade"),
        ("3F000", StoreUnavailable, "error.store_unmade"),
        ("42883", StoreUnavailable, "error.store_unmade"),
        ("08006", StoreUnavailable, "error.store_down"),
    ],
)
def test_what_the_database_says_is_said_in_our_words(state, kind, key):
    cause = type("Failure", (psycopg.Error,), {"sqlstate": state})("secret")
    found = store_error(OperationalError("SELECT 1", {}, cause))
    assert type(found) is kind and found.key == key
    assert store_error(PoolTimeout()).key == "error.store_down"
