"""Localized filters of a view: one sentence, its removable pieces, a title."""

from __future__ import annotations

from geo.i18n.labels import chip_label, value_label
from geo.i18n.words import Words
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query
from geo.text.cleaning import clean

TITLE_CHARS = 200


def filters_text(query: Query, view: ViewState, t: Words, *, lead: bool = True) -> str:
    """The filters of a view in one sentence; every output and export states it.

    Parameters
    ----------
    lead : begin with a text that these are filters; False where a label beside it does.
    """
    first, *pieces = sentence(query, view, t)
    groups: dict[str, list[str]] = {}
    for piece in pieces:
        groups.setdefault(piece["label"], []).append(piece.get("title") or piece["text"])
    groups_text = [
        t("snapshot.filter", label=label, values=t.any_of(values))
        for label, values in groups.items()
    ]
    text = t("snapshot.filter_join").join(groups_text) or first["text"]
    if groups_text and lead:
        text = t("snapshot.filters", filters=text)
    hidden = [t(f"ui.layer.{name}") for name in RECORDS if name not in view.layers]
    if hidden:
        text += t("snapshot.filter_join") + t("snapshot.hidden", layers=t.all_of(hidden))
    return clean(text)


def default_title(query: Query, view: ViewState, t: Words) -> str:
    """What the view is about, for a reader who gave no title."""
    _, *pieces = sentence(query, view, t)
    texts = [p.get("title") or p["text"] for p in pieces]
    if not texts:
        return t("snapshot.title")
    return clean(" \u00b7 ".join(texts[:3]) + (" \u2026" if len(texts) > 3 else ""), TITLE_CHARS)


def sentence(query: Query, view: ViewState, t: Words) -> list[dict[str, str]]:
    """The active filters in words; a piece with a field can be removed."""
    picks = view.picks()
    if not picks:
        return [{"text": t("sentence.all")}]
    pieces = [{"text": t("sentence.some")}]
    for info, code in picks:
        piece = {
            "text": chip_label(info, code, query.catalogue, t),
            "field": info.name,
            "value": code,
            "label": t(f"facet.{info.name}"),
        }
        if info.name == "report":
            piece["title"] = value_label(info, code, query.catalogue, t)
        pieces.append(piece)
    return pieces
