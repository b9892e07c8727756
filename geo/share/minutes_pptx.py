"""Minutes as a deck: each view on a slide, its actions on the next, all actions at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pptx.presentation import Presentation as Deck

from geo.i18n.words import Words, words
from geo.render.scene import Scene
from geo.render.scene_text import shown_link
from geo.render.slides import INK, add_table, map_slide, new_deck, new_slide, saved, text_box
from geo.share.minutes import Action, Minutes, heads

#: Printed lines a slide has room for, and letters on a line of the action's column.
LINES, LETTERS = 22, 58
WIDTHS = (0.8, 5.4, 2.7, 2.0, 1.533)
WIDTHS_ALL = (0.8, 4.9, 2.5, 1.9, 1.533, 0.8)


def minutes_pptx(minutes: Minutes) -> bytes:
    """The deck of a meeting."""
    t = words(minutes.lang)
    deck = new_deck(minutes.title, minutes.lang)
    first = minutes.pages[0].scene
    cover = replace(
        first,
        title=minutes.title,
        filters=minutes.date,
        demo="",
        figures=(),
        legend=(),
        link=minutes.link,
        link_text=shown_link(minutes.link),
    )
    slide = new_slide(deck, cover, minutes.title)
    size = next(
        points for most, points in ((14, 15), (24, 10), (99, 7.5)) if len(minutes.pages) <= most
    )
    text_box(
        slide,
        cover,
        0.45,
        1.5,
        12.4,
        5.0,
        [(page.heading, size, False, INK) for page in minutes.pages],
    )
    for page in minutes.pages:
        shown = map_slide(deck, page.scene, page.picture, t, page.heading)
        if page.ignored:
            text_box(shown, page.scene, 0.45, 1.14, 12.4, 0.25, [(page.ignored, 9, False, INK)])
        if page.actions:
            heading = t("snapshot.filter", label=page.heading, values=t("minutes.actions"))
            _tables(deck, page.scene, heading, page.actions, t, with_scene=False)
    if minutes.actions:
        _tables(deck, cover, t("minutes.all"), minutes.actions, t, with_scene=True)
    else:
        last = new_slide(deck, cover, t("minutes.all"))
        text_box(last, cover, 0.45, 1.5, 12.4, 0.5, [(t("minutes.none"), 15, False, INK)])
    return saved(deck)


def _tables(
    deck: Deck, scene: Scene, heading: str, actions: Sequence[Action], t: Words, *, with_scene: bool
) -> None:
    for group in _groups(actions):
        slide = new_slide(deck, scene, heading)
        lines = [heads(t, with_scene=with_scene), *(a.cells(with_scene=with_scene) for a in group)]
        add_table(slide, scene, lines, WIDTHS_ALL if with_scene else WIDTHS, bold_column=1, size=10)


def _groups(actions: Sequence[Action]) -> Iterator[list[Action]]:
    """As many actions as a slide has room for; a long one may have a slide of its own."""
    group: list[Action] = []
    used = 0.0
    for action in actions:
        tall = 0.9 + max(
            len(action.text) // LETTERS, len(action.pin) // 28, len(action.owner) // 20
        )
        if group and used + tall > LINES:
            yield group
            group, used = [], 0.0
        group.append(action)
        used += tall
    if group:
        yield group
