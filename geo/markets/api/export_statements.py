"""Export statements as table rows: what, when, how much, which source."""

from __future__ import annotations

from typing import Any

from geo.i18n.words import Words
from geo.model.export_statistics import ExportStatement


def statement(row: ExportStatement, t: Words) -> dict[str, Any]:
    """One published statement."""
    return {
        "id": row.id,
        "period": t.period(row.period),
        "part": "" if row.whole_year else t("export.part_year"),
        "about": about(row, t),
        "value": "" if row.value_mdh is None else t("unit.mdh", n=t.number(row.value_mdh)),
        "share": share(row, t),
        "growth": "" if row.growth_pct is None else signed(row.growth_pct, t),
        "approximate": t("export.approximate") if row.approximate else "",
        "note": row.note_fr,
        "href": row.url,
    }


def about(row: ExportStatement, t: Words) -> str:
    """What a statement is about, in words."""
    parts = [t.country(row.market)] if row.market else []
    parts += [t(f"group.{row.group}")] if row.group else []
    parts += [" + ".join(t(f"craft.{c}") for c in row.crafts)] if row.crafts else []
    parts += [t("export.from_city", city=row.city)] if row.city else []
    return " · ".join(parts) or t("export.all")


def share(row: ExportStatement, t: Words) -> str:
    """A share and what it is a share of."""
    if row.share_pct is None:
        return ""
    base = (
        t(f"share_of.{row.share_base}")
        if row.share_base in ("total", "see_note")
        else row.share_base
    )
    return f"{t('unit.pct', n=t.number(row.share_pct))} {base}".strip()


def signed(value: float, t: Words) -> str:
    """A growth with its sign."""
    return t("unit.pct", n=("+" if value > 0 else "") + t.number(value))
