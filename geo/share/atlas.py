"""Atlas: many briefs in one PDF, rendered page by page, with progress.

Scope: the order of the pages and the bookmarks; not threads, HTTP or files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date

from geo.core.errors import BadRequest, NotFound
from geo.i18n.words import words
from geo.query.engine import Query
from geo.render.workers import Workers
from geo.share.brief import Brief, brief_pdf
from geo.share.market_brief import market_brief
from geo.share.region_brief import region_brief
from geo.text.cleaning import clean

#: Kind -> what makes one page of it.
KINDS: dict[str, Callable[..., Brief]] = {"market": market_brief, "region": region_brief}


def checked_codes(query: Query, kind: str, codes: Sequence[str]) -> list[str]:
    """The codes of an atlas, each once and in the order given; none given means all.

    Raises
    ------
    BadRequest : ``kind`` is neither markets nor regions.
    NotFound : a code is unknown.
    """
    if kind not in KINDS:
        raise BadRequest("error.body_unread", where="kind")
    known = query.codes(kind)
    for code in codes:
        if code not in known:
            raise NotFound(f"error.{kind}_unknown", code=clean(str(code), 20))
    return list(dict.fromkeys(codes)) or list(known)


def atlas_pdf(
    query: Query,
    kind: str,
    codes: Sequence[str],
    lang: str,
    workers: Workers,
    *,
    base: str = "",
    today: date | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bytes:
    """One PDF with one page per market or region, and a bookmark on each.

    Parameters
    ----------
    progress : called before every page with the pages done and their total; it ends the work by
        raising, as ``Job.progress`` does once the job is cancelled.

    Raises
    ------
    RenderFailed : a drawing process gave up.
    """
    from pypdf import PdfReader, PdfWriter  # here: only an atlas needs it
    from pypdf.generic import NameObject, TextStringObject

    t = words(lang)
    writer = PdfWriter()
    for done, code in enumerate(codes):
        progress(done, len(codes))
        brief = KINDS[kind](query, code, lang, base=base, today=today)
        writer.append(PdfReader(io.BytesIO(brief_pdf(brief, workers))), import_outline=False)
        writer.add_outline_item(title=brief.scene.title, page_number=done)
    writer.metadata = {"/Title": t(f"atlas.{kind}"), "/Author": "Kharita"}
    writer.root_object[NameObject("/Lang")] = TextStringObject(lang)
    out = io.BytesIO()
    writer.write(out)
    progress(len(codes), len(codes))
    return out.getvalue()
