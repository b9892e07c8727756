"""The store of the settings, opened once, read by all, told apart by the day."""

from __future__ import annotations

import pytest

from geo.core.errors import StoreUnavailable
from geo.core.paths import DATA_DIR
from geo.query import current as service
from geo.query.current import open_store
from geo.store.file_store import FileStore
from geo.store.synthetic_store import SyntheticStore


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Settings that name a store; what was open before is let go, and so is this one."""

    def choose(store: str) -> None:
        monkeypatch.setenv("KHARITA_STORE", store)
        monkeypatch.setenv("KHARITA_VAR", str(tmp_path))

    service.close()
    choose(f"files:{DATA_DIR}")
    yield choose
    service.close()


def test_nothing_is_known_before_the_first_question_and_everything_after(opened):
    assert service.held() is None and service.data_status() is None
    query = service.current()
    assert service.held() is query is service.current()
    status = service.data_status()
    assert status.version == query.catalogue.version and status.problems == 0
    assert 0 <= status.age_s < 60
    service.close()
    assert service.held() is None and service.current() is not query


def test_a_new_day_makes_new_ages(opened, monkeypatch):
    monkeypatch.setenv("KHARITA_TODAY", "2026-03-31")
    before = service.current()
    monkeypatch.setenv("KHARITA_TODAY", "2026-04-01")
    assert service.current() is not before
    assert service.current().today.isoformat() == "2026-04-01"


def test_a_store_of_files_takes_changes_and_a_made_one_does_not(opened):
    assert service.ledger().history() == []
    assert service.store_error() is None
    opened("synthetic:10")
    with pytest.raises(StoreUnavailable, match="error.store_read_only"):
        service.ledger()
    service.ping()
    assert len(service.current().catalogue.buyers) == 10


def test_a_store_that_does_not_answer_says_why(opened, monkeypatch):
    def down(self, *_):
        raise StoreUnavailable("error.store_down")

    service.current()
    monkeypatch.setattr(FileStore, "history", down)
    assert service.store_error().key == "error.store_down"
    with pytest.raises(StoreUnavailable):
        service.ping()


def test_a_store_with_connections_is_closed_with_the_process(opened, monkeypatch):
    closed = []
    monkeypatch.setattr(FileStore, "close", lambda self: closed.append(self), raising=False)
    service.close()
    service.current()
    service.close()
    service.close()
    assert len(closed) == 1


@pytest.mark.parametrize(
    "address", ["", "files:", "files", "ftp:x", "synthetic:", "synthetic:many", "nothing:5"]
)
def test_an_unknown_store_is_refused_without_repeating_it(address):
    with pytest.raises(ValueError) as error:
        open_store(address)
    assert str(error.value).startswith("KHARITA_STORE is none of files:FOLDER")


def test_the_address_says_which_store(tmp_path):
    assert isinstance(open_store(f"files:{DATA_DIR}"), FileStore)
    assert isinstance(open_store("synthetic:5"), SyntheticStore)
    assert len(open_store("synthetic:5").load().buyers) == 5
