"""Build the record of a report from an extracted text and the decisions of its editor."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from babel.dates import get_month_names

from geo.core.errors import BadRequest
from geo.i18n.words import LOCALES
from geo.model.records import CRAFTS, LANGUAGES, REPORT_KINDS, SIGNS, Catalogue
from geo.text.folding import fold
from geo.watch.publish.entity_tagging import Proposal

PAGE_TEXT = 3_900
MOST_NOTES = 300
MOST_SIGNALS = 400
_ISO = re.compile(r"(?<!\d)(20[0-4]\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_COMMON = {
    "fr": ("le", "la", "les", "des", "et", "est", "dans", "pour", "une", "sur"),
    "en": ("the", "of", "and", "is", "in", "to", "for", "with", "a", "on"),
}


def language_of(text: str) -> str:
    """The language most of a text is in."""
    letters = [c for c in text if c.isalpha()]
    if letters and len(_ARABIC.findall(text)) > len(letters) / 3:
        return "ar"
    held = Counter(re.findall(r"[a-z]+", fold(text[:40_000])))
    return max(_COMMON, key=lambda lang: sum(held[w] for w in _COMMON[lang]))


def date_of(pages: tuple[str, ...] | list[str], fallback: str) -> str:
    """The first date that the beginning of a text states, else what its file says of itself."""
    head = " ".join(pages)[:2_500]
    iso = _ISO.search(head)
    if iso:
        return iso.group()
    folded = fold(head)
    best: tuple[int, str] | None = None
    for lang in LANGUAGES:
        names = {
            fold(name): number
            for number, name in get_month_names("wide", locale=LOCALES[lang]).items()
        }
        pattern = rf"(?:(\d{{1,2}})(?:er)? )?({'|'.join(map(re.escape, names))})\.? (20[0-4]\d)"
        found = re.search(pattern, folded)
        if found and (best is None or found.start() < best[0]):
            day = f"-{int(found[1]):02d}" if found[1] and 1 <= int(found[1]) <= 31 else ""
            best = (found.start(), f"{found[3]}-{names[found[2]]:02d}{day}")
    return best[1] if best else fallback


def report_of(
    text: dict[str, Any],
    proposals: list[Proposal],
    decisions: dict[str, Any],
    catalogue: Catalogue,
    today: date,
) -> dict[str, Any]:
    """The record to publish.

    Parameters
    ----------
    decisions : of the editor: ``title``, ``date``, ``kind``, ``accepted`` (positions among the
        proposals), ``corrected`` (position -> another code, name or figure), ``titles`` (language
        -> the title in it; a missing one repeats the original), ``signals`` (market, craft, sign
        of what is accepted; an empty market or craft: all).

    Raises
    ------
    BadRequest : a decision that cannot stand.
    """
    title, kind, when = (str(decisions.get(k, "")).strip() for k in ("title", "kind", "date"))
    # A French text may get an Arabic title; French and English are too alike in a few words.
    lang = "ar" if language_of(title) == "ar" else language_of("\n".join(text["pages"]))
    if not title or len(title) > 200:
        raise BadRequest("intake.bad_title")
    if kind not in REPORT_KINDS:
        raise BadRequest("error.bad_parameter", name="kind", value=kind[:40])
    _check_date(when, today)
    titles = _titles(decisions, title, lang)
    kept = _decided(proposals, decisions, catalogue)
    source = {"url": "", "label": text["name"][:120] or title[:120], "date": when}
    notes = []
    for number, page in enumerate(text["pages"][:MOST_NOTES], start=1):
        here = [p for p in kept if p.page == number]
        notes.append(
            {
                "id": f"p{number}",
                "date": when,
                "title_fr": f"{title[:180]} \u00b7 {number}",
                "kind": kind,
                "markets": _ids(here, "market"),
                "crafts": _ids(here, "craft"),
                "summary_fr": page.replace("\n", " ")[:PAGE_TEXT],
                "key_figures": [dict(p.figure) for p in here if p.kind == "figure"],
                "organisations": _ids(here, "organisation")
                + [p.label for p in here if p.kind == "buyer"],
                "sources": [source],
            }
        )
    return {
        "title": titles,
        "lang": lang,
        "date": when,
        "kind": kind,
        "markets": _ids(kept, "market"),
        "crafts": _ids(kept, "craft"),
        "named": _ids(kept, "buyer"),
        "places": _ids(kept, "town"),
        "notes": notes,
        "original": text["name"],
        "signals": _signals(decisions, ["", *_ids(kept, "market")], ["", *_ids(kept, "craft")]),
    }


def _titles(decisions: dict[str, Any], title: str, lang: str) -> dict[str, str]:
    given = decisions.get("titles") or {}
    if not isinstance(given, dict) or any(
        k not in LANGUAGES or not isinstance(v, str) or len(v) > 200 for k, v in given.items()
    ):
        raise BadRequest("intake.bad_title")
    return {
        other: title if other == lang else given.get(other, "").strip() or title
        for other in LANGUAGES
    }


def _signals(
    decisions: dict[str, Any], markets: list[str], crafts: list[str]
) -> list[dict[str, str]]:
    given = decisions.get("signals") or []
    if not isinstance(given, list) or len(given) > MOST_SIGNALS:
        raise BadRequest("error.bad_parameter", name="signals", value="")
    found: dict[tuple[str, str], str] = {}
    for signal in given:
        market, craft, sign = (
            (signal.get(k) for k in ("market", "craft", "sign"))
            if isinstance(signal, dict)
            else (None,) * 3
        )
        if market not in markets or craft not in crafts or sign not in SIGNS:
            raise BadRequest("error.bad_parameter", name="signals", value=str(signal)[:40])
        found[market, craft] = sign
    return [{"market": m, "craft": c, "sign": sign} for (m, c), sign in found.items()]


def _check_date(text: str, today: date) -> None:
    if not text:
        return
    try:
        parts = [int(p) for p in text.split("-")]
        first = date(*[*parts, 1, 1][:3])
    except (ValueError, TypeError):
        raise BadRequest("error.bad_since", value=text[:40]) from None
    if first > today:
        raise BadRequest("intake.future", date=text)


def _corrected(
    proposal: Proposal, other: Any, known: dict[str, set[str]], catalogue: Catalogue
) -> Proposal:
    """A proposal as the editor corrects it: another code, another name, another figure."""
    kind = proposal.kind
    if (
        kind == "figure"
        and isinstance(other, dict)
        and set(other) <= {"label", "value", "unit", "period"}
        and all(isinstance(v, str) and len(v) <= 120 for v in other.values())
    ):
        return replace(
            proposal, figure=tuple((k, other.get(k, v).strip()) for k, v in proposal.figure)
        )
    named = isinstance(other, str) and bool(other.strip()) and len(other) <= 120
    if kind == "organisation" and named:
        return replace(proposal, id=other.strip(), label=other.strip())
    if named and other in known.get(kind, ()):
        label = (
            catalogue.buyers[catalogue.buyer_row[other]].name if kind == "buyer" else proposal.label
        )
        return replace(proposal, id=other, label=label)
    raise BadRequest("error.bad_parameter", name=kind, value=str(other)[:40])


def _decided(
    proposals: list[Proposal], decisions: dict[str, Any], catalogue: Catalogue
) -> list[Proposal]:
    accepted = decisions.get("accepted")
    corrected = decisions.get("corrected") or {}
    if not isinstance(accepted, list) or not isinstance(corrected, dict):
        raise BadRequest("error.bad_parameter", name="accepted", value="")
    known = {
        "market": set(catalogue.market_by_code),
        "craft": set(CRAFTS),
        "buyer": set(catalogue.buyer_row),
        "town": {t.name for t in catalogue.towns},
    }
    kept = []
    for position in accepted:
        if not isinstance(position, int) or not 0 <= position < len(proposals):
            raise BadRequest("error.bad_parameter", name="accepted", value=str(position)[:40])
        proposal = proposals[position]
        other = corrected.get(str(position))
        if other is not None:
            proposal = _corrected(proposal, other, known, catalogue)
        kept.append(proposal)
    return kept


def _ids(kept: list[Proposal], kind: str) -> list[str]:
    return list(dict.fromkeys(p.id for p in kept if p.kind == kind))
