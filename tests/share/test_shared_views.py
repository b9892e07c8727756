"""Shared views: kept whole or not at all, and compared record by record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.core.errors import BadRequest, Expired, NotFound, StoreFull, StoreUnavailable
from geo.model.address import decode, encode
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.share import shared_views
from geo.share.shared_views import ALPHABET, FileSnapshots, compare, content_of, keep, new_code

VIEW = ViewState(lang="ar", market=("DE",), craft=("tapis_tissage",), sel="market:DE")


@pytest.fixture
def store(tmp_path):
    return FileSnapshots(tmp_path / "deep" / "snapshots")


def test_a_view_comes_back_as_it_was(store, query, catalogue):
    code = keep(query, VIEW, "  Tapis\n & c\u0153ur  ", store=store)
    kept = store.get(code.lower())
    assert decode(kept.address, catalogue) == (VIEW, []) and kept.address == encode(VIEW)
    assert kept.title == "Tapis & c\u0153ur" and kept.data_version == catalogue.version
    assert kept.content == content_of(query, VIEW) and kept.content_hash == kept.content.digest
    assert kept.content.counts == query.counts(VIEW) and kept.created.endswith("+00:00")
    assert compare(kept.content, content_of(query, VIEW)).same


def test_codes_are_unambiguous_and_never_repeat():
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000 and all(6 <= len(c) <= 8 for c in codes)
    assert not set("".join(codes)) - set(ALPHABET) and not set("01OILU") & set(ALPHABET)


def test_comparison_lists_added_removed_and_changed(query, catalogue):
    german = [b for b in catalogue.buyers if b.country == "DE"]
    gone, moved = german[0], german[1]
    buyers = tuple(
        replace(b, city="Ailleurs") if b.id == moved.id else b
        for b in catalogue.buyers
        if b.id != gone.id
    )
    new = replace(german[2], id="nouveau", name="Nouveau")
    view = ViewState(market=("DE",))
    found = compare(
        content_of(query, view), content_of(Query(replace(catalogue, buyers=(*buyers, new))), view)
    )
    assert found.added == (("buyers:nouveau", "Nouveau"),)
    assert found.removed == ((f"buyers:{gone.id}", gone.name),)
    assert found.changed == ((f"buyers:{moved.id}", moved.name),)
    assert found.counts_then == query.counts(view) and not found.same
    assert found.counts_now["buyers"] == found.counts_then["buyers"]


@pytest.mark.parametrize(
    "code", ["", "ABC", "ABCDEFGHJ", "../../etc/passwd", "ABCDEFG0", "\x00", "abcdefgh"]
)
def test_unknown_codes_are_not_found(store, code):
    with pytest.raises(NotFound):
        store.get(code)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 9, "code": "ABCDEFGH"}',
        b'{"format": 1, "code": "ABCDEFGH", "content": {"records": {"a": []}}}',
    ],
)
def test_a_damaged_file_is_gone_not_a_crash(store, query, content, tmp_path):
    keep(query, VIEW, store=store)
    (tmp_path / "deep" / "snapshots" / "ABCDEFGH.json").write_bytes(content)
    with pytest.raises(Expired):
        store.get("ABCDEFGH")


def test_a_write_that_fails_leaves_nothing(store, query, monkeypatch, tmp_path):
    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(shared_views.os, "replace", broken)
    with pytest.raises(StoreUnavailable):
        keep(query, VIEW, store=store)
    assert list((tmp_path / "deep" / "snapshots").iterdir()) == [] and store.count() == 0


def test_limits_are_refused_in_words(store, query, monkeypatch):
    monkeypatch.setattr(shared_views, "MAX_SNAPSHOTS", 1)
    keep(query, VIEW, store=store)
    with pytest.raises(StoreFull):
        keep(query, VIEW, store=store)
    monkeypatch.setattr(shared_views, "MAX_RECORDS", 3)
    with pytest.raises(BadRequest):
        content_of(query, ViewState())
