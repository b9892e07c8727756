"""The trade clients against a local server that speaks the documented shapes, and every fault."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from geo.core.errors import TradeError
from geo.core.http_client import Fetcher
from geo.i18n.words import words
from geo.markets import trade_cache, trade_refresh
from geo.markets.api import trade_routes
from geo.markets.indicators import market_table
from geo.markets.trade_job import AGAIN_S, TradeRefresh
from geo.model.criteria import KEYS
from geo.model.records import LANGUAGES
from tests.web_app import web_app

SECRET = "s3cr3t-key"


class Server:
    """A service whose next answers a test chooses."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answer: Callable[[BaseHTTPRequestHandler, str, dict[str, str]], None] = (
            lambda h, p, q: give(h, {})
        )
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                outer.requests.append((parts.path, query))
                try:
                    outer.answer(self, parts.path, query)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def log_message(self, *_: object) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"

    @property
    def base(self) -> str:
        return f"http://{self.host}"

    def close(self) -> None:
        self.stop.set()
        self.http.shutdown()
        self.http.server_close()


def give(handler, content, status=200, kind="application/json", **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.send_header("content-length", headers.pop("length", str(len(body))))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


class Time:
    """A clock that sleeping moves: no test waits for a pause."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def client(server: Server, **options) -> Fetcher:
    return Fetcher({server.host: "http"}, **{"interval_s": 0.0, "deadline_s": 5.0, **options})


def failing(server: Server, **options) -> TradeError:
    with pytest.raises(TradeError) as caught:
        client(server, **options).json(server.base + "/x", {"subscription-key": SECRET})
    return caught.value


# --- faults ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (lambda h, p, q: give(h, b"<html>sorry</html>", kind="text/html"), "trade.error.html"),
        (lambda h, p, q: give(h, b'{"data": [1, 2', kind="application/json"), "trade.error.broken"),
        (lambda h, p, q: give(h, b'{"data": [', length="999"), "trade.error.broken"),
        (lambda h, p, q: give(h, b"", kind="application/json"), "trade.error.broken"),
        (lambda h, p, q: give(h, {}, 404), "trade.error.status"),
        (lambda h, p, q: give(h, {}, 401), "trade.error.status"),
        (
            lambda h, p, q: give(h, b"", 302, location="http://169.254.169.254/latest"),
            "trade.error.redirect",
        ),
        (lambda h, p, q: give(h, b"", 301, location="http://127.0.0.1:1/"), "trade.error.redirect"),
    ],
)
def test_a_fault_is_one_plain_error_that_holds_no_key(server, answer, key):
    server.answer = answer
    error = failing(server)
    assert error.key == key
    assert SECRET not in repr(error) and error.__cause__ is None
    assert len(server.requests) == 1


def test_a_redirect_is_never_followed(server):
    other = Server()
    try:
        server.answer = lambda h, p, q: give(h, b"", 302, location=other.base + "/private")
        assert failing(server).key == "trade.error.redirect"
        assert other.requests == []
    finally:
        other.close()


def test_one_byte_at_a_time_ends_at_the_deadline(server):
    def drip(handler, path, query):
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "100000")
        handler.end_headers()
        while not server.stop.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    server.answer = drip
    began = time.monotonic()
    error = failing(server, deadline_s=0.6)
    assert error.key == "trade.error.slow"
    assert 0.5 < time.monotonic() - began < 2.5


def test_a_service_that_says_nothing_ends_at_the_deadline(server):
    server.answer = lambda h, p, q: server.stop.wait(20)
    began = time.monotonic()
    assert failing(server, deadline_s=0.5).key == "trade.error.slow"
    assert time.monotonic() - began < 2.5


def test_an_answer_without_end_is_cut(server, monkeypatch):
    monkeypatch.setattr("geo.core.http_client.MAX_BYTES", 1000)
    server.answer = lambda h, p, q: give(h, b"[" + b"1," * 2000)
    assert failing(server).key == "trade.error.large"


def test_nobody_listening_is_said_without_the_address(server):
    server.close()
    error = failing(server)
    assert error.key == "trade.error.unreachable" and SECRET not in repr(error)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1:9/",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "ftp://x/",
    ],
)
def test_only_allowed_hosts_are_asked(server, url):
    with pytest.raises(TradeError) as caught:
        client(server).json(url, {})
    assert caught.value.key == "trade.error.host"


def test_after_429_the_service_is_left_alone_as_long_as_it_asks(server):
    answers = [
        lambda h, p, q: give(h, {}, 429, retry_after="7"),
        lambda h, p, q: give(h, {"ok": 1}),
    ]
    server.answer = lambda h, p, q: answers.pop(0)(h, p, q)
    time_ = Time()
    assert client(server, clock=time_.clock, sleep=time_.sleep, deadline_s=30).json(
        server.base + "/x", {}
    ) == {"ok": 1}
    assert time_.slept == [7.0]


def test_a_pause_longer_than_the_deadline_ends_at_once(server):
    server.answer = lambda h, p, q: give(h, {}, 429, retry_after="3600")
    time_ = Time()
    error = failing(server, clock=time_.clock, sleep=time_.sleep)
    assert error.key == "trade.error.busy" and time_.slept == [] and len(server.requests) == 1


def test_after_500_it_tries_again_with_longer_pauses_then_gives_up(server):
    server.answer = lambda h, p, q: give(h, {}, 500)
    time_ = Time()
    error = failing(server, clock=time_.clock, sleep=time_.sleep, deadline_s=60)
    assert (error.key, error.values["status"]) == ("trade.error.status", "500")
    assert time_.slept == [1.0, 2.0, 4.0] and len(server.requests) == 4


def test_a_retry_after_that_is_a_date_or_nonsense_is_no_error(server):
    answers = [
        lambda h, p, q: give(h, {}, 503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        lambda h, p, q: give(h, {}, 503, retry_after="soon"),
        lambda h, p, q: give(h, []),
    ]
    server.answer = lambda h, p, q: answers.pop(0)(h, p, q)
    time_ = Time()
    assert (
        client(server, clock=time_.clock, sleep=time_.sleep, deadline_s=30).json(
            server.base + "/x", {}
        )
        == []
    )


def test_two_calls_keep_their_distance(server):
    time_ = Time()
    polite = client(server, interval_s=1.0, clock=time_.clock, sleep=time_.sleep)
    for _ in range(3):
        polite.json(server.base + "/x", {})
    assert time_.slept == [1.0, 1.0]


# --- shapes ---------------------------------------------------------------------------


def record(code, value, year=2024, reporter=251, **changes):
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refYear": year,
        "period": str(year),
        "reporterCode": reporter,
        "flowCode": "M",
        "partnerCode": 0,
        "partner2Code": 0,
        "customsCode": "C00",
        "motCode": 0,
        "cmdCode": code,
        "primaryValue": value,
        **changes,
    }


def comtrade_answer(rows):
    return {"elapsedMs": 3, "count": len(rows), "data": rows, "error": ""}


def test_imports_are_summed_over_headings_of_the_newest_year_only(server):
    server.answer = lambda h, p, q: give(
        h,
        comtrade_answer(
            [
                record("5701", 100.0),
                record("6912", 50.0),
                record("5701", 900.0, 2023),
                record("5701", 7.0, customsCode="C04"),
                record("5701", 8.0, motCode=1000),
                record("0101", 5.0),
                record("6911", None),
                record("5702", 3.0, partnerCode=504),
            ]
        ),
    )
    found = trade_refresh.comtrade(client(server), {"FR": 251}, base=server.base, last_year=2024)
    assert found == {"imports": {"FR": (150.0, 2024)}}
    path, query = server.requests[0]
    assert path == "/public/v1/preview/C/A/HS"
    assert (
        query["reportercode"] == "251"
        and query["period"] == "2024,2023,2022"
        and query["flowCode"] == "M"
    )
    assert "5701" in query["cmdCode"].split(",") and "subscription-key" not in query


def test_with_a_key_the_full_service_is_asked(server):
    server.answer = lambda h, p, q: give(h, comtrade_answer([record("5701", 1.0)]))
    trade_refresh.comtrade(client(server), {"FR": 251}, base=server.base, key=SECRET)
    assert (
        server.requests[0][0] == "/data/v1/get/C/A/HS"
        and server.requests[0][1]["subscription-key"] == SECRET
    )


def test_comtrade_has_codes_of_its_own(catalogue):
    numbers = trade_refresh.market_numbers(catalogue.markets)
    assert {k: numbers[k] for k in ("FR", "US", "CH", "NO", "DE", "JP")} == {
        "FR": 251,
        "US": 842,
        "CH": 757,
        "NO": 579,
        "DE": 276,
        "JP": 392,
    }
    assert len(numbers) == 34


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"data": None},
        {"data": [{}]},
        {"data": [], "error": "quota"},
        {"data": [record("5701", "many")]},
        {"data": [record("5701", 1.0, refYear="soon")]},
        "text",
    ],
)
def test_a_shape_that_is_not_documented_is_refused(server, answer):
    server.answer = lambda h, p, q: give(h, answer)
    with pytest.raises(TradeError) as caught:
        trade_refresh.comtrade(client(server), {"FR": 251}, base=server.base)
    assert caught.value.key == "trade.error.shape"


def test_a_full_page_of_the_preview_may_be_cut_and_is_refused(server):
    server.answer = lambda h, p, q: give(h, comtrade_answer([record("5701", 1.0)] * 500))
    with pytest.raises(TradeError) as caught:
        trade_refresh.comtrade(client(server), {"FR": 251}, base=server.base)
    assert caught.value.key == "trade.error.cut"


def wb_row(iso2, year, value):
    return {
        "indicator": {"id": "NY.GDP.MKTP.CD", "value": "GDP"},
        "country": {"id": iso2, "value": iso2},
        "countryiso3code": "XXX",
        "date": str(year),
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


def test_the_newest_year_known_is_taken_over_all_pages(server):
    pages = {
        "1": [wb_row("FR", 2024, None), wb_row("FR", 2023, 3e12)],
        "2": [wb_row("BH", 2022, 4e10), wb_row("ZZ", 2024, 1.0)],
    }
    server.answer = lambda h, p, q: give(
        h, [{"page": int(q["page"]), "pages": 2, "per_page": 1000, "total": 4}, pages[q["page"]]]
    )
    found = trade_refresh.worldbank(client(server), ["FR", "BH"], base=server.base, last_year=2025)
    assert found["gdp"] == {"FR": (3e12, 2023), "BH": (4e10, 2022)}
    assert [p for p, _ in server.requests[:2]] == ["/v2/country/BH;FR/indicator/NY.GDP.MKTP.CD"] * 2


def test_the_error_of_the_world_bank_is_a_list_of_one(server):
    server.answer = lambda h, p, q: give(
        h, [{"message": [{"id": "120", "key": "Invalid value", "value": "x"}]}]
    )
    with pytest.raises(TradeError) as caught:
        trade_refresh.worldbank(client(server), ["FR"], base=server.base)
    assert caught.value.key == "trade.error.shape"


# --- what is kept ---------------------------------------------------------------------


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    return tmp_path


def full_answer(handler, path, query):
    if "/indicator/" in path:
        give(
            handler,
            [{"page": 1, "pages": 1}, [wb_row("FR", 2024, 5e12), wb_row("BH", 2024, 4.6e10)]],
        )
    else:
        give(handler, comtrade_answer([record("5701", 2e9, reporter=int(query["reportercode"]))]))


def point_at(server, monkeypatch):
    """Both services, at the local server: their functions take the base as a default."""
    for name in ("comtrade", "worldbank"):
        true = getattr(trade_refresh, name)
        monkeypatch.setattr(
            trade_refresh, name, lambda *a, true=true, **k: true(*a, base=server.base, **k)
        )


def test_figures_are_kept_with_date_and_licence_and_used_by_the_score(
    server, var, monkeypatch, query, catalogue
):
    point_at(server, monkeypatch)
    server.answer = full_answer
    before = market_table(query)
    assert before.cells["BH"]["gdp"].value is None and before.cells["FR"]["imports"].value is None
    assert trade_refresh.refresh(markets=catalogue.markets, client=client(server)) == {
        "worldbank": None,
        "comtrade": None,
    }
    kept = trade_cache.kept("comtrade")
    assert kept.fetched and "Comtrade" in kept.licence
    after = market_table(query)
    assert after.cells["BH"]["gdp"].value == pytest.approx(46) and after.cells["FR"][
        "imports"
    ].value == pytest.approx(2000)
    assert after.cells["FR"]["imports"].how == "kept" and len(KEYS) == 12


def test_when_a_service_fails_its_last_good_figures_stay_with_their_date(
    server, var, monkeypatch, catalogue
):
    point_at(server, monkeypatch)
    server.answer = full_answer
    trade_refresh.refresh(markets=catalogue.markets, client=client(server))
    good = {p.name: p.read_bytes() for p in (var / "trade").iterdir()}

    def half(handler, path, query):
        if query.get("reportercode") == "842":
            give(handler, b"<html>", kind="text/html")
        elif "/indicator/" in path:
            give(handler, {}, 404)
        else:
            full_answer(handler, path, query)

    server.answer = half
    result = trade_refresh.refresh(markets=catalogue.markets, client=client(server))
    assert {k: e.key for k, e in result.items()} == {
        "worldbank": "trade.error.status",
        "comtrade": "trade.error.html",
    }
    assert {p.name: p.read_bytes() for p in (var / "trade").iterdir()} == good


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"service": 1}',
        '{"service":"x","fetched":"x","licence":"x","values":{"imports":{"FR":[1]}}}',
    ],
)
def test_a_damaged_file_counts_as_none(var, content):
    (var / "trade").mkdir()
    (var / "trade" / "comtrade.json").write_text(content)
    assert trade_cache.kept("comtrade") is None and trade_cache.fact("imports", "FR") is None


def test_an_empty_answer_replaces_nothing(server, var, monkeypatch, catalogue):
    point_at(server, monkeypatch)
    server.answer = lambda h, p, q: give(
        h, [{"page": 1, "pages": 1}, []] if "/indicator/" in p else comtrade_answer([])
    )
    assert {
        e.key
        for e in trade_refresh.refresh(markets=catalogue.markets, client=client(server)).values()
    } == {"trade.error.empty"}
    assert not list(var.rglob("*.json"))


# --- button ---------------------------------------------------------------------------


def test_one_refresh_at_a_time_and_its_progress_in_words():
    gate, reached = threading.Event(), threading.Event()

    def slow(progress):
        progress("comtrade", 3, 34)
        reached.set()
        gate.wait(10)
        return {"worldbank": None, "comtrade": TradeError("trade.error.busy", host="example")}

    now = [0.0]
    run = TradeRefresh(slow, name="test", clock=lambda: now[0])
    assert run.answer(words("fr")) == {"running": False, "text": ""}
    assert run.begin() and reached.wait(5)
    assert not run.begin()
    progress = run.answer(words("fr"))
    assert progress["running"] and "3 sur 34" in progress["text"]
    gate.set()
    assert run.latest.wait(5)
    ended = run.answer(words("en"))
    assert (
        not ended["running"] and "up to date" in ended["text"] and "asks to wait" in ended["text"]
    )
    now[0] = AGAIN_S
    assert not run.begin(), "so soon after the end"
    now[0] = AGAIN_S + 0.5
    assert run.answer(words("en")) == ended, "the result stays until the next refresh"
    assert run.begin() and run.latest.wait(5)


def test_a_refresh_that_breaks_says_so_for_both_services(caplog):
    run = TradeRefresh(lambda progress: {}["x"], name="test")
    assert run.begin() and run.latest.wait(5)
    t = words("en")
    answer = run.answer(t)
    assert not answer["running"] and answer["text"].count(t("error.internal")) == 2
    assert len(caplog.records) == 1
    assert not run.begin(), "nor so soon after a failure"


OURS = {"x-kharita": "1"}


@pytest.mark.parametrize(
    "headers",
    [{"x-kharita": ""}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}],
)
def test_other_sites_may_not_start_it(headers, monkeypatch):
    began = []
    run = TradeRefresh(lambda progress: began.append(1) or {}, name="test")
    monkeypatch.setattr(trade_routes, "REFRESH", run)
    monkeypatch.setenv("KHARITA_ROLE", "editor")
    with TestClient(web_app(), headers=OURS) as web:
        answer = web.post("/api/markets/trade/refresh", headers=headers)
        assert answer.status_code == 403 and answer.json()["error"]["text"]
        assert web.get("/api/markets/trade/refresh").status_code == 405
    assert began == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_may_start_it(lang, monkeypatch):
    run = TradeRefresh(lambda progress: {"worldbank": None}, name="test")
    monkeypatch.setattr(trade_routes, "REFRESH", run)
    monkeypatch.setenv("KHARITA_ROLE", "editor")
    with TestClient(web_app(), headers=OURS) as web:
        assert web.post(f"/api/markets/trade/refresh?lang={lang}").status_code == 200
        assert run.latest.wait(5)
        assert (
            words(lang)("trade.done")
            in web.get(f"/api/markets/trade/progress?lang={lang}").json()["text"]
        )
