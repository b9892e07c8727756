"""Response of ``/api/watch``: the list of reports, what they say together, and the timeline."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from geo.explore.api.sentence import sentence
from geo.i18n.labels import chip_label, crafts_text, kind_label, title_of, value_label
from geo.i18n.words import Words
from geo.model.records import Figure, Report
from geo.model.view import FIELDS, ViewState
from geo.query.engine import Query
from geo.query.signals import Signal, signals_of
from geo.text.stemming import SearchTerms
from geo.watch.passages import Passage, best_passage

PAGE = 30
NAMED = 3
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?\Z")
#: The facets of the page, in the order of its menus; the first one is a row of buttons.
SHOWN = ("report_kind", "market", "craft", "period")


def watch_answer(query: Query, view: ViewState, t: Words, *, offset: int = 0) -> dict[str, Any]:
    """Cards of the matching reports, counts of what each filter would leave, and the timeline."""
    reports = query.reports.ranked(view)
    wanted = query.search.wanted(view.q) if view.q else None
    counts = query.reports.facet_counts(view)
    doubted = {s.report for pair in query.reports.doubts for s in pair}
    first, *chips = sentence(query, view, t)
    return {
        "total": len(reports),
        "text": t.n("count.reports", len(reports)),
        "notes": t.n("count.notes", sum(len(r.notes) for r in reports)),
        "chips": [c for c in chips if "reports" in FIELDS[c["field"]].concerns],
        "facets": [_facet(query, name, counts[name], view, t) for name in SHOWN],
        "cards": [card(r, wanted, r.id in doubted, t) for r in reports[offset : offset + PAGE]],
        "next": offset + PAGE if offset + PAGE < len(reports) else None,
        "empty": "" if reports else _why_empty(query, view, t),
        "timeline": _timeline(reports),
        "signals": [signal_words(s, t) for r in reports[:PAGE] for s in signals_of(r)][:24],
        "doubts": [
            doubt(query, pair, t)
            for pair in query.reports.doubts
            if {pair[0].report, pair[1].report} & {r.id for r in reports}
        ],
        "note": t("panel.report_note"),
    }


def card(report: Report, wanted: SearchTerms | None, doubted: bool, t: Words) -> dict[str, Any]:
    """One report as the list shows it."""
    passage = best_passage(report, wanted)
    organisations = list(dict.fromkeys(o for n in report.notes for o in n.organisations))
    figures = [f for n in report.notes for f in n.figures]
    signals = signals_of(report)
    return {
        "id": report.id,
        "sel": f"report:{report.id}",
        "when": when(report, t),
        "kind": kind_label(report, t),
        "title": pieces(title_of(report, t), wanted),
        "extract": quote(passage, wanted, t) if passage else None,
        "markets": shortened([t.country(m) for m in report.markets], t) or t("panel.all_markets"),
        "crafts": shortened([t(f"craft.{c}") for c in report.crafts], t) or t("panel.all_crafts"),
        "organisations": shortened(organisations, t),
        "figures": [figure_words(f, t) for f in figures[:2]],
        "notes": t.n("count.notes", len(report.notes)),
        "sources": t.n("watch.sources", len({s.url for n in report.notes for s in n.sources})),
        "signs": dict(Counter(s.sign for s in signals)),
        "doubted": doubted,
    }


def when(report: Report, t: Words) -> str:
    """The period of a report in words."""
    return t.date(report.date) or t("panel.undated")


def pieces(text: str, wanted: SearchTerms | None) -> list[list[Any]]:
    """A text cut at the found words: ``[text, found]``; joined they are the text."""
    return [list(p) for p in wanted.hits(text)] if wanted else [[text, False]]


def quote(passage: Passage, wanted: SearchTerms | None, t: Words) -> dict[str, Any]:
    """A passage with its address and where it stands, in words."""
    key = (
        "watch.at_figure"
        if passage.figure
        else "watch.at_sentence"
        if passage.number
        else "watch.at_title"
    )
    text = passage.text
    if passage.figure:
        words = figure_words(passage.figure, t)
        text = " ".join(p for p in (words["value"], words["label"]) if p)
    return {
        "address": passage.address,
        "pieces": pieces(text, wanted),
        "figure": bool(passage.figure),
        "where": t(key, note=passage.note.id, n=passage.number),
    }


def figure_words(figure: Figure, t: Words) -> dict[str, str]:
    """A key figure: its value, and all that says what it measures."""
    value = t.number(float(figure.value)) if _NUMBER.match(figure.value) else figure.value
    about = [
        t.country(figure.market) if len(figure.market) == 2 else figure.market,
        *(t(f"craft.{c}") for c in figure.craft.split(";") if c),
    ]
    period = t.period(figure.period) if figure.period else ""
    named = "" if figure.label.casefold() == figure.unit.casefold() else figure.label
    label = " · ".join(p for p in (named, *about, period) if p)
    return {"value": f"{value} {figure.unit}".strip(), "label": label}


def signal_words(signal: Signal, t: Words) -> dict[str, Any]:
    """A signal: its sign, what it is about, and the figure it comes from."""
    market = t.country(signal.market) if signal.market else t("panel.all_markets")
    craft = t(f"craft.{signal.craft}") if signal.craft else t("panel.all_crafts")
    if signal.value is None:
        value = t("signal.editor")
    else:
        mark = "+" if signal.value > 0 else "\u2212" if signal.value < 0 else ""
        value = f"{mark}{t.number(abs(signal.value))} %"
    return {
        "sign": signal.sign,
        "report": signal.report,
        "sel": f"report:{signal.report}",
        "about": f"{market} · {craft}",
        "value": value,
        "period": t.period(signal.period) if signal.period else "",
        "date": t.date(signal.date),
        "address": f"{signal.note}.f{signal.figure + 1}" if signal.note else "",
    }


def doubt(query: Query, pair: tuple[Signal, Signal], t: Words) -> dict[str, Any]:
    """Two recent reports that disagree, side by side."""
    sides = []
    for signal in pair:
        report = query.catalogue.report_by_id[signal.report]
        sides.append({**signal_words(signal, t), "title": title_of(report, t)})
    return {"about": sides[0]["about"], "sides": sides}


def market_doubts(query: Query, iso2: str, t: Words) -> list[dict[str, Any]]:
    """The pairs of recent reports that disagree on a market, both sides of each."""
    return [doubt(query, pair, t) for pair in query.reports.doubts if pair[0].market == iso2]


def doubts_text(doubts: list[dict[str, Any]], t: Words) -> str:
    """One sentence for all of them; empty when there is none."""
    if not doubts:
        return ""
    return t(
        "doubt.sentence",
        about=t.all_of(d["about"] for d in doubts),
        reports=t.all_of(dict.fromkeys(s["report"] for d in doubts for s in d["sides"])),
    )


def shortened(names: list[str], t: Words) -> str:
    """The first names and how many more."""
    text = t("ui.comma").join(names[:NAMED])
    return text if len(names) <= NAMED else t.n("names.more", len(names) - NAMED, names=text)


def _facet(
    query: Query, name: str, counts: dict[str, int], view: ViewState, t: Words
) -> dict[str, Any]:
    picked = getattr(view, name)
    values: list[dict[str, Any]] = [
        {
            "value": c,
            "label": value_label(FIELDS[name], c, query.catalogue, t),
            "count": n,
            "text": t.number(n),
            "picked": c in picked,
        }
        for c, n in counts.items()
        if n or c in picked
    ]
    if name in ("market", "craft"):
        values.sort(key=lambda v: (-v["count"], v["label"]))
    return {"field": name, "label": t(f"facet.{name}"), "values": values, "picked": len(picked)}


def _timeline(reports: list[Report]) -> list[dict[str, Any]]:
    """How many reports each year holds, empty years included, oldest first."""
    years = Counter(r.year for r in reports if r.year)
    if not years:
        return []
    return [{"year": y, "n": years[y]} for y in range(min(years), max(years) + 1)]


def _why_empty(query: Query, view: ViewState, t: Words) -> str:
    blamed = query.blame("reports", view)
    if not blamed:
        return t("empty.reports")
    info, enough = blamed
    label = t.any_of(
        chip_label(info, code, query.catalogue, t)
        for i, code in view.picks()
        if i.name == info.name
    )
    key = "blame.one" if enough else "blame.several"
    return f"{t('empty.reports')} {t(key, label=t(f'facet.{info.name}'), value=label)}"


def crafts_line(crafts: tuple[str, ...], t: Words) -> str:
    """The names of crafts, or that all are meant."""
    return crafts_text(crafts, t) or t("panel.all_crafts")
