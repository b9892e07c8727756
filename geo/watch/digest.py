"""The digest of a view: what is new since a date, as a page for mail and as an Atom feed.

A report is new when it is dated after the date given; an undated one never is. Both outputs are
built with ElementTree, so that every text stays data; neither loads anything from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

from geo.core import clock
from geo.explore.api.sentence import filters_text
from geo.i18n.labels import kind_label, title_of
from geo.i18n.words import Words, words
from geo.model.address import encode
from geo.model.records import Report
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.text.cleaning import isolate
from geo.watch.api.reports import crafts_line, when
from geo.watch.passages import best_passage

ATOM = "http://www.w3.org/2005/Atom"
_ZERO = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Digest:
    """The new reports of a view, newest first. ``since`` is a partial ISO date or empty."""

    query: Query
    view: ViewState
    since: str
    base: str
    today: date
    reports: tuple[Report, ...]

    @property
    def title(self) -> str:
        """The localized title: the filters of the view."""
        t = words(self.view.lang)
        about = (
            filters_text(self.query, self.view, t, lead=False)
            if self.view.picks()
            else t("digest.everything")
        )
        return t("digest.title", view=about)


def digest_of(
    query: Query, view: ViewState, since: str, *, base: str = "", today: date | None = None
) -> Digest:
    """The digest of a view: its reports dated ``since`` or later."""
    found = tuple(
        r
        for r in query.matching_reports(view)
        if not since or (r.date and _last_day(r.date) >= since)
    )
    return Digest(query, view, since, base, today or clock.today(), found)


def _last_day(text: str) -> str:
    """A partial date at its latest, for comparison: a month counts until its end."""
    return text + "-99-99"[: 0 if len(text) >= 10 else 3 if len(text) == 7 else 6]


def _link(digest: Digest, report: Report) -> str:
    view = ViewState(lang=digest.view.lang, sel=f"report:{report.id}")
    return f"{digest.base}/veille?{encode(view)}"


# --- Atom -----------------------------------------------------------------------------


def atom_of(digest: Digest) -> bytes:
    """The feed, RFC 4287. Entries keep their id whatever the address of the server."""
    t = words(digest.view.lang)
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": digest.view.lang})
    address = encode(digest.view.with_(sel="", at=None))
    _add(feed, "id", f"urn:kharita:digest:{address or 'all'}")
    _add(feed, "title", digest.title)
    newest = max((r.date for r in digest.reports if r.date), default="")
    _add(feed, "updated", _moment(newest))
    ET.SubElement(
        feed,
        "link",
        {
            "rel": "alternate",
            "type": "text/html",
            "href": f"{digest.base}/veille?{address}".removesuffix("?"),
        },
    )
    ET.SubElement(
        feed,
        "link",
        {
            "rel": "self",
            "type": "application/atom+xml",
            "href": f"{digest.base}/digest.atom?{address}".removesuffix("?"),
        },
    )
    author = ET.SubElement(feed, "author")
    _add(author, "name", "Kharita")
    _add(feed, "subtitle", t("panel.report_note"))
    for report in digest.reports:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", f"urn:kharita:report:{report.id}")
        _add(entry, "title", f"{report.id} \u00b7 {title_of(report, t)}")
        _add(entry, "updated", _moment(report.date))
        ET.SubElement(
            entry, "link", {"rel": "alternate", "type": "text/html", "href": _link(digest, report)}
        )
        ET.SubElement(entry, "category", {"term": report.kind, "label": kind_label(report, t)})
        _add(entry, "summary", _summary(report))
    result: bytes = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, "utf-8")
    return result


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = _legal(text)
    return made


def _legal(text: str) -> str:
    """The characters that XML 1.0 can hold."""
    return "".join(
        c
        for c in text
        if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


def _moment(text: str) -> str:
    """A partial date as the first moment it names."""
    try:
        year, month, day = [*(int(p) for p in text.split("-")), 1, 1][:3]
        return datetime(year, month, day, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return _ZERO


def _summary(report: Report) -> str:
    passage = best_passage(report, None)
    return passage.text if passage else ""


# --- page and mail --------------------------------------------------------------------

_STYLE = {
    "body": "margin:0;padding:24px;background:#f6f4ef;color:#16211f;"
    "font:15px/1.55 'IBM Plex Sans Arabic',Inter,Arial,sans-serif",
    "sheet": "max-width:640px;margin:0 auto;padding:24px 28px;background:#fff;"
    "border:1px solid #e4dfd5;border-radius:8px",
    "h1": "margin:0 0 4px;font-size:21px;line-height:1.3",
    "soft": "margin:0 0 12px;color:#52605e;font-size:13px",
    "item": "margin:0;padding:16px 0;border-top:1px solid #e4dfd5",
    "h2": "margin:0 0 4px;font-size:16px;line-height:1.35",
    "p": "margin:0 0 8px",
    "a": "color:#0b5e5c",
    "foot": "margin:18px 0 0;color:#66736f;font-size:12px",
}


def html_of(digest: Digest) -> bytes:
    """One self-contained page for mail: styles are inline, as mail programs keep them."""
    t = words(digest.view.lang)
    page = ET.Element("html", {"lang": digest.view.lang, "dir": t.dir})
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width"})
    _add(head, "title", digest.title)
    body = ET.SubElement(page, "body", {"style": _STYLE["body"]})
    sheet = ET.SubElement(body, "div", {"style": _STYLE["sheet"]})
    _put(sheet, "h1", digest.title)
    since = t("digest.since", date=t.date(digest.since)) if digest.since else t("digest.all")
    _put(sheet, "p", f"{since} \u00b7 {t.n('count.reports', len(digest.reports))}", "soft")
    if not digest.reports:
        _put(sheet, "p", t("digest.none"))
    for report in digest.reports:
        _item(sheet, digest, report, t)
    _put(sheet, "p", t("panel.report_note"), "foot")
    _put(
        sheet,
        "p",
        t(
            "digest.made",
            date=t.date(digest.today.isoformat()),
            version=digest.query.catalogue.version,
        ),
        "foot",
    )
    result: bytes = b"<!doctype html>\n" + ET.tostring(page, "utf-8", method="html")
    return result


def _put(parent: ET.Element, tag: str, text: str, style: str = "", **more: str) -> ET.Element:
    made = _add(parent, tag, text)
    made.attrib.update({"style": _STYLE[style or tag], **more})
    return made


def _item(sheet: ET.Element, digest: Digest, report: Report, t: Words) -> None:
    item = ET.SubElement(sheet, "div", {"style": _STYLE["item"]})
    _put(
        item,
        "p",
        " \u00b7 ".join(map(isolate, (report.id, when(report, t), kind_label(report, t)))),
        "soft",
    )
    _put(item, "h2", title_of(report, t), dir="auto")
    _put(item, "p", _summary(report), dir="auto", lang="fr")
    markets = " \u00b7 ".join(t.country(m) for m in report.markets) or t("panel.all_markets")
    _put(item, "p", f"{markets} \u00b7 {crafts_line(report.crafts, t)}", "soft")
    link = ET.SubElement(
        ET.SubElement(item, "p", {"style": _STYLE["p"]}),
        "a",
        {"href": _link(digest, report), "style": _STYLE["a"]},
    )
    link.text = t("digest.open")
    sources = list(dict.fromkeys(s.label or s.url for n in report.notes for s in n.sources))
    if sources:
        _put(
            item,
            "p",
            f"{t('digest.sources')} : {t('ui.comma').join(sources)}"
            if t.lang == "fr"
            else f"{t('digest.sources')}: {t('ui.comma').join(sources)}",
            "soft",
        )
