"""What only a shared database has: people with SQL, other processes, and an end in mid-session."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import psycopg
import pytest

from geo.core.errors import StoreUnavailable
from geo.query.current import open_store
from geo.query.engine import Query
from geo.store import listener, migrate
from geo.store.database import SCHEMA, url_of
from geo.store.ledger import Holder
from geo.store.postgis_store import PostgisStore
from tests.store.records import PROMISED_SECONDS, buyer, put, until

ME = ("Amina", "essai", "edit")


@pytest.fixture
def address(databases):
    return databases()


@pytest.fixture
def shared(address):
    store = PostgisStore(url_of(address))
    yield store
    store.close()


@pytest.fixture
def sql(address):
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection.execute


# --- people with SQL ------------------------------------------------------------------


def test_an_edit_in_sql_has_its_role_as_author_and_shows(shared, sql):
    shared.commit([put()], *ME)
    before = shared.revision()
    sql(
        "UPDATE record SET body = jsonb_set(body, '{properties,city}', '\"Brême\"')"
        " WHERE id = 'essai'"
    )
    (newest, _) = shared.history()
    assert (newest.author, newest.kind, newest.reason) == ("kharita", "edit", "")
    (change,) = newest.changes
    assert (change.before, change.after, change.revision) == (buyer(), buyer(city="Brême"), 2)
    until(lambda: shared.revision() != before)
    assert shared.load().buyers[-1].city == "Brême" and shared.one("buyers", "essai").revision == 2


def test_one_transaction_in_sql_is_one_change_set(shared, address):
    shared.commit([put()], *ME)
    with psycopg.connect(address) as connection:
        for city in ("Brême", "Kiel"):
            connection.execute(
                "UPDATE record SET body = jsonb_set(body, '{properties,city}', to_jsonb(%s::text))"
                " WHERE id = 'essai'",
                [city],
            )
        connection.execute(
            "UPDATE record SET body = NULL"
            " WHERE id = (SELECT min(id) FROM record WHERE collection = 'buyers')"
        )
    newest = shared.history()[0]
    assert newest.number == 2 and len(newest.changes) == 2
    mine = next(c for c in newest.changes if c.id == "essai")
    assert (mine.before, mine.after, mine.revision) == (buyer(), buyer(city="Kiel"), 2)


def test_what_sql_deletes_is_removed_and_can_come_back(shared, sql):
    shared.commit([put()], *ME)
    sql("DELETE FROM record WHERE id = 'essai'")
    held = shared.one("buyers", "essai")
    assert (held.raw, held.revision) == (None, 2) and "essai" not in shared.held("buyers")
    assert shared.history()[0].changes[0].before == buyer()


def test_a_point_moved_in_a_view_moves_the_record(shared, sql):
    shared.commit([put()], *ME)
    sql("UPDATE buyers SET geom = ST_SetSRID(ST_MakePoint(8.8, 53.1), 4326) WHERE id = 'essai'")
    assert shared.one("buyers", "essai").raw["geometry"] == {
        "type": "Point",
        "coordinates": [8.8, 53.1],
    }
    assert shared.load().problems == ()


def test_a_role_that_may_only_move_points_signs_what_it_does_and_nothing_else(shared, sql, address):
    shared.commit([put()], *ME)
    sql("DROP ROLE IF EXISTS amina")
    sql("CREATE ROLE amina LOGIN")
    sql("GRANT SELECT, UPDATE (geom) ON buyers, sites, maisons, fairs TO amina")
    with psycopg.connect(address.replace("kharita@", "amina@"), autocommit=True) as connection:
        for setting, value in (("author", "Brahim"), ("kind", "import"), ("loading", "on")):
            connection.execute(f"SET kharita.{setting} = '{value}'")
        for view, id_ in (
            ("buyers", "essai"),
            *(
                (view, sql(f"SELECT min(id) FROM {view} WHERE geom IS NOT NULL").fetchone()[0])
                for view in ("sites", "maisons")
            ),
        ):
            if id_:
                connection.execute(
                    f"UPDATE {view} SET geom = ST_SetSRID(ST_MakePoint(8.8, 33.1), 4326)"
                    " WHERE id = %s",
                    [id_],
                )
                newest = shared.history()[0]
                assert (newest.author, newest.kind, [c.id for c in newest.changes]) == (
                    "amina",
                    "edit",
                    [id_],
                )
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "UPDATE buyers SET geom = ST_SetSRID(ST_MakePoint("
                "length(set_config('kharita.number', CASE WHEN random() < 2 THEN '1' END, true)),"
                " 3), 4326) WHERE country = 'DE'"
            )
        for statement in (
            "UPDATE record SET body = NULL",
            "INSERT INTO change_set VALUES (9, 'x', now(), '', 'edit')",
            "UPDATE counter SET value = 0",
            "DELETE FROM record",
            "UPDATE buyers SET revision = 7",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    sql("DROP OWNED BY amina")
    sql("DROP ROLE amina")


def test_a_fair_moved_in_a_view_moves_too(shared, sql):
    id_, fair = next(
        (i, h.raw) for i, h in shared.held("fairs").items() if h.raw["lon"] is not None
    )
    sql("UPDATE fairs SET geom = ST_SetSRID(ST_MakePoint(8.5, 53), 4326) WHERE id = %s", [id_])
    assert shared.one("fairs", id_).raw == {**fair, "lon": 8.5, "lat": 53}
    with pytest.raises(psycopg.Error):
        sql("UPDATE record SET body = jsonb_set(body, '{lon}', '181') WHERE id = %s", [id_])
    assert shared.load().problems == ()


def test_the_views_tell_every_record_in_columns(shared, sql):
    found = shared.load()
    assert sql("SELECT count(*), count(geom), min(name) FROM buyers").fetchone() == (
        len(found.buyers),
        sum(b.lon_lat is not None for b in found.buyers),
        min(b.name for b in found.buyers),
    )
    for view, class_ in (("sites", "site"), ("maisons", "maison")):
        ids = {id_ for (id_,) in sql(f"SELECT id FROM {view}")}
        assert ids == {s.id for s in found.sites if s.class_ == class_}
    assert sql("SELECT sum(capacity_artisans) FROM places").fetchone()[0] == (
        sum(s.capacity_artisans for s in found.sites if s.capacity_artisans is not None) or None
    )


IMPOSSIBLE = [
    "'NaN'::float8, 3",
    "3, 'NaN'::float8",
    "181, 0",
    "0, -90.001",
    "'Infinity'::float8, 0",
    "1e300, 0",
]


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"UPDATE record SET geom = ST_SetSRID(ST_MakePoint({at}), 4326) WHERE id = 'essai'"
            for at in IMPOSSIBLE
        ),
        *(
            f"UPDATE buyers SET geom = ST_SetSRID(ST_MakePoint({at}), 4326) WHERE id = 'essai'"
            for at in IMPOSSIBLE[:1]
        ),
        "UPDATE record SET geom = 'SRID=4326;POINT EMPTY' WHERE id = 'essai'",
        "UPDATE record SET geom = 'SRID=4326;LINESTRING(0 0, 1 1)' WHERE id = 'essai'",
        "UPDATE record SET geom = 'SRID=3857;POINT(0 0)' WHERE id = 'essai'",
        *(
            f"UPDATE record SET body = jsonb_set(body, '{{geometry}}', '{shape}')"
            " WHERE id = 'essai'"
            for shape in (
                '{"type":"Point","coordinates":[181,0]}',
                '{"type":"Point","coordinates":[]}',
                '{"type":"Point"}',
                '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[0,0]]]}',
                '"here"',
                "7",
                "[]",
            )
        ),
        "UPDATE record SET body = body - 'geometry' WHERE id = 'essai'",
        "UPDATE record SET body = '[]' WHERE id = 'essai'",
        "UPDATE record SET body = jsonb_set(body, '{id}', '\"autre\"') WHERE id = 'essai'",
        "UPDATE record SET id = 'autre' WHERE id = 'essai'",
        "INSERT INTO record (collection, id, body) VALUES ('towns', 'x', '{\"id\": \"x\"}')",
        "UPDATE change SET after = NULL",
        "DELETE FROM change_set",
        "TRUNCATE record",
        "TRUNCATE change",
    ],
)
def test_sql_cannot_put_an_impossible_shape_nor_touch_history(shared, sql, statement):
    shared.commit([put()], *ME)
    with pytest.raises(psycopg.Error):
        sql(statement)
    assert shared.one("buyers", "essai").raw == buyer() and len(shared.history()) == 1
    assert [c.after for c in shared.change_set(1).changes] == [buyer()]


# --- other processes ------------------------------------------------------------------


def follower(address, pipe):
    """Another process: says when it follows, then what it sees and when."""
    store = open_store(f"postgis:{address}", Path("/nonexistent"))
    holder = Holder(store, lambda catalogue: {b.id: b.name for b in catalogue.buyers})
    assert "essai" not in holder.get()
    os.write(pipe, b"ready\n")
    until(lambda: "essai" in holder.get(), 20)
    os.write(pipe, f"{time.time()}\n".encode())


@pytest.mark.parametrize("listening_works", [True, False])
def test_an_edit_shows_in_another_process_within_two_seconds(
    address, shared, monkeypatch, listening_works
):
    if not listening_works:  # as behind a pool that hands out another connection each time

        def deaf(connection, *, timeout, stop_after):
            time.sleep(timeout)
            return iter(())

        monkeypatch.setattr(psycopg.Connection, "notifies", deaf)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            follower(address, writing)
            os._exit(0)
        except BaseException:
            logging.exception("follower")
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.readline() == "ready\n"
        shared.commit([put()], *ME)
        kept = time.time()
        seen = float(pipe.readline())
    assert os.waitpid(child, 0)[1] == 0 and seen - kept < PROMISED_SECONDS


# --- an end in mid-session ------------------------------------------------------------


def test_a_database_that_stops_and_starts_needs_no_restart_of_ours(cluster, shared):
    holder = Holder(shared, Query)
    shared.commit([put()], *ME)
    until(lambda: "essai" in holder.get().catalogue.buyer_row)
    seen = shared.revision()
    shared.commit([put("non-lue")], *ME)
    assert shared.revision() != seen  # so the next reader would read, were there a database
    cluster.stop()
    try:
        assert "essai" in holder.get().catalogue.buyer_row
        for write in (
            lambda: shared.commit([put("autre")], *ME),
            lambda: shared.history(),
            lambda: shared.one("buyers", "x"),
        ):
            with pytest.raises(StoreUnavailable) as error:
                write()
            assert (error.value.key, error.value.status) == ("error.store_down", 503)
    finally:
        cluster.start()
    assert shared.commit([put("autre")], *ME).number == 3
    until(lambda: "autre" in holder.get().catalogue.buyer_row)
    # Told by others too: the listener found its way back by itself.
    with psycopg.connect(
        shared.engine.url.set(drivername="postgresql").render_as_string(False)
    ) as connection:
        connection.execute("UPDATE record SET body = NULL WHERE id = 'autre'")
    until(
        lambda: "autre" not in holder.get().catalogue.buyer_row,
        listener.LAST_PAUSE + PROMISED_SECONDS,
    )


def test_a_database_that_was_never_there_is_a_clear_refusal_without_its_password(caplog):
    caplog.set_level(logging.DEBUG)
    store = open_store("postgis:postgresql://someone:s3cr3t@127.0.0.1:9/nowhere")
    for ask in (store.load, store.revision, store.history, lambda: store.commit([put()], *ME)):
        with pytest.raises(StoreUnavailable) as error:
            ask()
        assert (
            "s3cr3t" not in str(error.value) + repr(error.value) and error.value.__cause__ is None
        )
    until(lambda: "next try" in caplog.text)
    store.close()
    for wrong in (
        "postgis:s3cr3t",
        "postgis:postgresql://a:s3cr3t@[",
        "postgis:mysql://a:s3cr3t@h/d",
        "postgresql://a:s3cr3t@h/d",
    ):
        with pytest.raises(ValueError) as error:
            open_store(wrong)
        assert "s3cr3t" not in str(error.value)
    assert "s3cr3t" not in caplog.text


def test_a_database_without_our_tables_says_so_until_it_is_migrated(cluster, capsys):
    assert migrate.newest() == SCHEMA
    name = cluster.database()
    address = f"postgis:{cluster.url(name)}"
    store = open_store(address)
    with pytest.raises(StoreUnavailable) as error:
        store.load()
    assert error.value.key == "error.store_unmade"
    assert migrate.main([address]) == 0 and migrate.main([address]) == 0
    assert SCHEMA in capsys.readouterr().out
    assert {p.code for p in store.load().problems} == {"file_missing", "empty_file"}
    assert migrate.main(["postgis:postgresql://nobody@127.0.0.1:9/nowhere"]) == 1
    store.close()
    cluster.drop(name)
