"""The evidence chain of a report: market, buyers there, Moroccan sites that could supply them.

Every link carries what supports it: a passage of the report, or the directory's own record with
its source. What is only inferred (a buyer of the market that shares a craft) is marked by its
``basis``. Generated records prove nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from geo.model.records import Buyer, Note, Report, Site
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.text.folding import phrase
from geo.watch.passages import Passage, figures_of, sentences_of, title_of

MARKETS, BUYERS, SITES, PROOFS = 4, 3, 2, 2


@dataclass(frozen=True, slots=True)
class Link:
    """One step: from a report, a market or a buyer (``start``) to the next entity (``end``).

    ``basis``: ``said`` (the report names it), ``covered`` (the report is about it), ``inferred``
    (shares a market and a craft, or a craft). Ends are selections such as ``market:DE``.
    """

    start: str
    end: str
    basis: str
    crafts: tuple[str, ...]
    passages: tuple[Passage, ...]
    record: Buyer | Site | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The links in walking order, and of how many markets they show how many."""

    links: tuple[Link, ...]
    markets_shown: int
    markets_total: int


def chain_of(query: Query, report: Report, view: ViewState) -> Chain:
    """The chain of a report, narrowed by the markets and crafts of a view."""
    markets = _markets(query, report, view)
    proofs = {code: _market_passages(query, report, code) for code in markets}
    # A chain that reaches a buyer comes first, then what a report says in so many words.
    ends = {
        code: bool(_buyers(query, report, code, _crafts(report, view, code))) for code in markets
    }
    order = sorted(markets, key=lambda c: (not ends[c], not proofs[c][1], markets.index(c)))
    shown = order[:MARKETS]
    links = [link for code in shown for link in _of_market(query, report, view, code, proofs[code])]
    return Chain(tuple(links), len(shown), len(order))


def _markets(query: Query, report: Report, view: ViewState) -> list[str]:
    known = query.catalogue.market_by_code
    named = [b.country for b in _named(query, report)]
    of_figures = [f.market for n in report.notes for f in n.figures]
    listed = report.markets or (*of_figures, *view.market)
    found = [c for c in dict.fromkeys((*named, *listed)) if c in known]
    return [c for c in found if not view.market or c in view.market]


def _named(query: Query, report: Report) -> list[Buyer]:
    rows = query.catalogue.buyer_row
    return [query.catalogue.buyers[rows[b]] for b in report.named if b in rows]


def _market_passages(query: Query, report: Report, code: str) -> tuple[tuple[Passage, ...], bool]:
    """What supports a market, and whether its name or a figure of it is in the report."""
    names = query.search.wanted(query.catalogue.market_by_code[code].name["fr"] + " ")
    notes = [n for n in report.notes if not n.markets or code in n.markets]
    sentences = [p for n in notes for p in (*sentences_of(n), title_of(n)) if names.score(p.text)]
    figures = [
        p for n in report.notes for p in figures_of(n) if p.figure and p.figure.market == code
    ]
    if sentences or figures:
        return (*sentences[:PROOFS], *figures[:PROOFS]), True
    about = [n for n in notes if code in n.markets] or notes
    if not about:  # the market is that of a buyer it names
        return next(
            _naming(report.notes, b.name) for b in _named(query, report) if b.country == code
        )[:1], False
    return tuple(title_of(n) for n in about[:1]), False


def _of_market(
    query: Query,
    report: Report,
    view: ViewState,
    code: str,
    proof: tuple[tuple[Passage, ...], bool],
) -> Iterator[Link]:
    passages, named = proof
    crafts = _crafts(report, view, code)
    yield Link(
        f"report:{report.id}",
        f"market:{code}",
        "said" if named else "covered",
        tuple(crafts),
        passages,
    )
    used: set[str] = set()
    for buyer, naming in _buyers(query, report, code, crafts):
        shared = tuple(c for c in buyer.crafts if not crafts or c in crafts) or buyer.crafts
        yield Link(
            f"market:{code}",
            f"buyer:{buyer.id}",
            "said" if naming else "inferred",
            shared,
            naming,
            buyer,
        )
        for site in _sites(query, shared, used):
            used.add(site.id)
            both = tuple(c for c in site.crafts if c in shared)
            yield Link(f"buyer:{buyer.id}", f"site:{site.id}", "inferred", both, (), site)


def _crafts(report: Report, view: ViewState, code: str) -> list[str]:
    notes = [n for n in report.notes if not n.markets or code in n.markets]
    found = list(dict.fromkeys(c for n in notes for c in n.crafts)) or list(report.crafts)
    return [c for c in (found or view.craft) if not view.craft or c in view.craft]


def _buyers(
    query: Query, report: Report, code: str, crafts: list[str]
) -> list[tuple[Buyer, tuple[Passage, ...]]]:
    """Buyers of a market, those that the report names first, each with where it is named."""
    named = [(b, _naming(report.notes, b.name)) for b in _named(query, report) if b.country == code]
    held = {b.id for b, _ in named}
    others = [
        b
        for b in query.catalogue.buyers
        if b.country == code
        and b.id not in held
        and b.provenance != "demo"
        and (not crafts or set(b.crafts) & set(crafts))
    ]
    others.sort(key=lambda b: (-len(set(b.crafts) & set(crafts)), b.lon_lat is None, b.name))
    return [*named, *((b, ()) for b in others)][:BUYERS]


def _naming(notes: tuple[Note, ...], name: str) -> tuple[Passage, ...]:
    """Where a buyer is named: sentences first, else the note that lists it."""
    wanted = phrase(name)
    sentences = [
        p for n in notes for p in (*sentences_of(n), title_of(n)) if wanted in phrase(p.text)
    ]
    if sentences:
        return tuple(sentences[:PROOFS])
    listed = [
        n for n in notes if any(wanted in phrase(o) or phrase(o) in wanted for o in n.organisations)
    ]
    return tuple(title_of(n) for n in (listed or notes)[:1])


def _sites(query: Query, crafts: tuple[str, ...], used: set[str]) -> list[Site]:
    wanted = set(crafts)
    found = [s for s in query.catalogue.sites if s.provenance != "demo" and wanted & set(s.crafts)]
    found.sort(
        key=lambda s: (
            s.id in used,
            s.status != "active",
            s.lon_lat is None,
            -len(wanted & set(s.crafts)),
            len(s.crafts),
            s.name,
        )
    )
    return found[:SITES]
