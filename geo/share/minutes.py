"""Minutes of a meeting: the views that were shown, and what was decided on each.

Scope: the parts of the minutes and their localized texts; DOCX and PPTX are written by
``minutes_docx`` and ``minutes_pptx``. Every text typed in the meeting stays plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from geo.core import clock
from geo.i18n.labels import area_name, title_of
from geo.i18n.words import Words, words
from geo.model.address import decode, encode
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.scene import Scene, scene_of
from geo.render.sheet_svg import map_svg
from geo.render.sheets import SLIDE
from geo.render.workers import Workers
from geo.text.cleaning import clean

MAX_SCENES, MAX_NOTES = 40, 400
TEXT_CHARS, OWNER_CHARS, DUE_CHARS, PIN_CHARS, TITLE_CHARS = 1_000, 120, 40, 140, 200
PICTURE_PIXELS = 1400


@dataclass(frozen=True, slots=True)
class MeetingNote:
    """A decision or an action as it was typed; ``pin`` is a selection such as market:DE."""

    text: str
    pin: str = ""
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One view of the meeting as it was sent."""

    title: str
    query: str
    notes: tuple[MeetingNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One line of a table of actions, in words."""

    number: str
    text: str
    pin: str
    owner: str
    due: str
    scene: str

    def cells(self, *, with_scene: bool) -> tuple[str, ...]:
        """The cells of its row."""
        cells = (self.number, self.text, self.pin, self.owner, self.due)
        return (*cells, self.scene) if with_scene else cells


@dataclass(frozen=True)
class Page:
    """One view with its picture and actions; ``ignored`` names what could not be restored."""

    heading: str
    scene: Scene
    picture: bytes
    ignored: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Minutes:
    """The minutes of one meeting."""

    lang: str
    rtl: bool
    title: str
    date: str
    pages: tuple[Page, ...]
    link: str

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action, in the order of the meeting."""
        return tuple(a for page in self.pages for a in page.actions)


def minutes_of(
    query: Query,
    lang: str,
    title: str,
    shown: Sequence[Shown],
    workers: Workers,
    *,
    base: str = "",
    today: date | None = None,
) -> Minutes:
    """The minutes, each view drawn again from the data as they are now.

    Raises
    ------
    RenderFailed : a drawing process gave up.
    """
    t = words(lang)
    today = today or clock.today()
    pages, number = [], 0
    for place, one in enumerate(shown, 1):
        view, ignored = _view(query, one.query, lang, t)
        scene = scene_of(query, view, size=SLIDE, title=one.title, base=base, today=today)
        heading = t("minutes.scene", number=t.number(place), title=scene.title)
        actions = []
        for note in one.notes:
            number += 1
            actions.append(
                Action(
                    t.number(number),
                    note.text,
                    pin_name(query, note.pin, t),
                    note.owner,
                    t.date(note.due),
                    t.number(place),
                )
            )
        pages.append(Page(heading, scene, picture_of(scene, workers), ignored, tuple(actions)))
    return Minutes(
        lang,
        t.dir == "rtl",
        clean(title, TITLE_CHARS) or t("minutes.title"),
        t("minutes.date", date=t.date(today.isoformat())),
        tuple(pages),
        base,
    )


def picture_of(scene: Scene, workers: Workers) -> bytes:
    """The map of a scene as PNG."""
    box = scene.layout.map
    return workers.png(map_svg(scene), PICTURE_PIXELS, round(PICTURE_PIXELS * box.h / box.w))


def heads(t: Words, *, with_scene: bool) -> tuple[str, ...]:
    """The heads of a table of actions."""
    keys = ("number", "action", "pin", "owner", "due", "scene")
    return tuple(t(f"minutes.col.{key}") for key in keys[: 6 if with_scene else 5])


def _view(query: Query, address: str, lang: str, t: Words) -> tuple[ViewState, str]:
    """The view of an address, and what the data no longer know of it: minutes are not lost."""
    view, notices = decode(address.lstrip("?"), query.catalogue)
    lost = [dict(n.values).get("value", "") for n in notices]
    lost = list(dict.fromkeys(clean(v, 40) for v in lost if v))
    view = view.with_(lang=lang)
    encode(view)
    return view, t("minutes.ignored", values=t("ui.comma").join(lost)) if lost else ""


def pin_name(query: Query, pin: str, t: Words) -> str:
    """The name of what a note is pinned to; what the data do not know gets a text of its own."""
    kind, _, id_ = pin.partition(":")
    if not pin:
        return ""
    namer = _NAMERS.get(kind)
    name = namer(query, id_, t) if namer else ""
    return clean(name, TITLE_CHARS) or t("minutes.pin_gone", pin=clean(pin, PIN_CHARS))


def _buyer(query: Query, id_: str, _t: Words) -> str:
    row = query.catalogue.buyer_row.get(id_)
    return "" if row is None else query.catalogue.buyers[row].name


def _site(query: Query, id_: str, _t: Words) -> str:
    row = query.catalogue.site_row.get(id_)
    return "" if row is None else query.catalogue.sites[row].name


def _market(query: Query, id_: str, t: Words) -> str:
    market = query.catalogue.market_by_code.get(id_)
    return t.pick(market.name) if market else ""


def _region(query: Query, id_: str, t: Words) -> str:
    return area_name(query.catalogue, id_, t) if id_ in query.catalogue.area_by_code else ""


def _report(query: Query, id_: str, t: Words) -> str:
    report = query.catalogue.report_by_id.get(id_)
    return title_of(report, t) if report else ""


def _craft(query: Query, id_: str, t: Words) -> str:
    return t(f"craft.{id_}") if id_ in query.codes("craft") else ""


_NAMERS: dict[str, Callable[[Query, str, Words], str]] = {
    "buyer": _buyer,
    "site": _site,
    "market": _market,
    "region": _region,
    "report": _report,
    "craft": _craft,
}
