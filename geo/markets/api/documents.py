"""Printed documents of a market and of a mission, from the responses of the page."""

from __future__ import annotations

from typing import Any

from geo.i18n.words import Words
from geo.markets.api.explanation import above, why_answer
from geo.markets.api.market import page_answer
from geo.markets.api.mission import mission_answer
from geo.markets.api.scoreboard import board
from geo.model.criteria import CRITERIA, weights_of
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.text_document import Block, Document, Line


def market_document(query: Query, iso2: str, view: ViewState, t: Words) -> Document:
    """The brief of a market: its place with the weights in use, then all its sections."""
    page, why = page_answer(query, iso2, t), why_answer(query, iso2, view, t)
    parts = [
        Line(
            f"{c['text']} · {c['value']}", f"{c['points']} / {c['out_of']} · {c['how']}", c["href"]
        )
        for c in why["components"]
    ]
    rows = [
        Line(why["place"], " · ".join(x for x in (why["interval"], why["coverage"]) if x)),
        *parts,
        *([Line(t("brief.weights"), _weights(view, t))]),
    ]
    blocks = [
        Block(t("brief.score", axis=why["axis_text"]), rows, why["score_text"]),
        *_neighbour(query, iso2, view, t),
    ]
    blocks += [
        Block(s["title"], [_line(r, t) for r in s["rows"]] or [Line("", s["empty"])], s["count"])
        for s in page["sections"]
    ]
    return Document(
        t.lang, page["name"], f"{page['world']} · {page['agreement']}", t("brief.footer"), blocks
    )


def _neighbour(query: Query, iso2: str, view: ViewState, t: Words) -> list[Block]:
    b = board(query, view.axis, weights_of(view.weights))
    order = [i for i in b.order() if b.scores.rank[i]]
    me = b.of(iso2)
    if me not in order or order.index(me) == 0:
        return []
    return [Block(t("brief.above"), [Line("", above(b, order[order.index(me) - 1], me, t))])]


def _weights(view: ViewState, t: Words) -> str:
    weights = weights_of(view.weights)
    return " · ".join(
        f"{t(f'criterion.{c.key}')} {weights[c.key]}" for c in CRITERIA if c.axis == view.axis
    )


def _line(row: dict[str, Any], t: Words) -> Line:
    name = f"{row['title']} ({t('origin.demo')})" if row.get("demo") else row["title"]
    return Line(name, row["text"], row.get("href", ""))


def mission_document(query: Query, iso2: str, view: ViewState, t: Words, *, start: str) -> Document:
    """The plan of a mission, a page of visits per day."""
    plan = mission_answer(query, iso2, view, t, start=start)
    blocks = []
    for day in plan["days"]:
        lines = []
        for stop in day["stops"]:
            lines.append(Line(stop["city"], stop["km"]))
            for visit in stop["visits"]:
                lines += _visit(visit, t)
        blocks.append(Block(day["title"], lines, day["date"]))
    for key in ("left", "placeless"):
        if plan[key]:
            blocks.append(
                Block(
                    plan[f"{key}_text"],
                    [Line("", _named(r, t)) for r in plan[key]],
                    t.number(len(plan[key])),
                )
            )
    if plan["fairs"]:
        blocks.append(Block(plan["fairs_text"], [Line("", text) for text in plan["fairs"]]))
    return Document(
        t.lang,
        plan["title"],
        plan["empty"] or plan["text"],
        f"{plan['note']} {t('brief.footer')}",
        blocks,
    )


def _visit(visit: dict[str, Any], t: Words) -> list[Line]:
    name = f"{visit['name']} ({t('origin.demo')})" if visit["demo"] else visit["name"]
    found = [
        Line(name, " · ".join(x for x in (visit["kind"], visit["crafts"], visit["contact"]) if x))
    ]
    found += [Line("", visit["lead"])] if visit["lead"] else []
    for key in ("reports", "sites"):
        found += [Line("", f"{visit[f'{key}_text']} · {row['text']}") for row in visit[key]]
    return found


def _named(row: dict[str, Any], t: Words) -> str:
    return f"{row['text']} ({t('origin.demo')})" if row["demo"] else row["text"]
