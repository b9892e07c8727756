"""Response of ``/api/coverage``: who lives within reach, by area, milieu and craft."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.i18n.labels import FORMS, area_name
from geo.i18n.words import Words
from geo.locate.coverage import RADII_KM, Coverage, together
from geo.locate.locator import Locator
from geo.model.records import CRAFTS, STATUSES
from geo.model.view import ViewState

#: Lower bound of each class of the choropleth, as a share of people; below the last: none.
CLASSES = ((0.95, "all"), (0.5, "half"), (0.05, "some"), (0.0, "none"))
#: Under this share of people with a known position, an area's figure is shown as uncertain.
ENOUGH_KNOWN = 0.3


def coverage_answer(here: Locator, view: ViewState, t: Words) -> dict[str, Any]:
    """Coverage of the country, of each area and for each craft."""
    km, unit = int(view.km), view.cover if view.cover != "off" else "province"
    open_m = _metres(here, here.chosen(view, coming=False))
    all_m = _metres(here, here.chosen(view, coming=True))
    shown = all_m if view.coming == "yes" else open_m
    by = here.census.by_area(
        unit, shown, all_m if view.coming == "no" else None, km=km, milieu=view.milieu
    )
    if not by:
        return {
            "title": t("cover.title"),
            "marks": marks_key(t),
            "lead": t("cover.no_census"),
            "totals": [],
            "unplaced": "",
            "columns": [],
            "rows": [],
            "fill": {},
            "legend": [],
            "crafts": [],
            "unit": unit,
            "uncovered": [],
            "legend_title": "",
            "gain": "",
            "note": "",
            "demo": "",
            "lacking": "",
        }
    parent = {a.code: a.region for a in here.catalogue.provinces}
    inside = {
        code: v
        for code, v in by.items()
        if (not view.region or parent.get(code, code) in view.region)
        and (unit == "region" or not view.province or code in view.province)
    }
    areas = sorted(inside.items(), key=lambda pair: _order(here, pair[0]))
    country = together(inside.values())
    unknown = country.people - country.placed
    counted = here.chosen(view)
    made = sum(here.site(i).provenance == "demo" for i in np.flatnonzero(counted).tolist())
    return {
        "title": t("cover.title"),
        "marks": marks_key(t),
        "lead": t("cover.lead", what=_what(view, t)) + _where(here, view, t),
        "unit": unit,
        "totals": [_total(country, r, r == km, t) for r in sorted({*RADII_KM, km})],
        "unplaced": t(
            "cover.unplaced",
            people=t.number(unknown),
            share=percent(unknown / country.people if country.people else 0, t),
            communes=t.number(_unplaced(here, set(inside), unit, view)),
        ),
        "gain": t.n("cover.gain", country.gained) if view.coming == "no" and country.gained else "",
        "columns": _columns(view, t),
        "rows": [_row(here, c, v, view, t) for c, v in areas],
        "fill": {code: class_of(v, km) for code, v in by.items()},
        "legend_title": t("cover.legend", km=view.km),
        "legend": [{"class": name, "text": t(f"cover.class.{name}")} for _, name in CLASSES]
        + [{"class": "unknown", "text": t("cover.class.unknown")}],
        "crafts": _crafts(here, view, km, t),
        "uncovered": _uncovered(here, shown, view, km, t),
        "note": t("cover.note"),
        "lacking": t("cover.lacking", km=view.km),
        "demo": t.n("cover.demo", made) if made else "",
    }


def marks_key(t: Words) -> dict[str, list[tuple[str, str]]]:
    """The legend of facilities: what their colour and shape mean."""
    return {
        "statuses": [(s, t(f"status.{s}")) for s in STATUSES],
        "forms": [(f, t(f"form.{f}")) for f in FORMS],
    }


def class_of(coverage: Coverage, km: int) -> str:
    """The class of an area on the map; ``unknown`` when too few positions are known."""
    share = coverage.share(km)
    if share is None or coverage.placed < ENOUGH_KNOWN * coverage.people:
        return "unknown"
    return next(name for least, name in CLASSES if share >= least)


def percent(share: float, t: Words) -> str:
    """A share as whole per cent, never rounding something to nothing or to all."""
    value = round(share * 100)
    if share > 0 and value == 0:
        return t("unit.below_percent", n="1")
    if share < 1 and value == 100:
        return t("unit.above_percent", n="99")
    return t("unit.percent", n=t.number(value))


def _metres(here: Locator, chosen: np.ndarray) -> np.ndarray:
    return here.census.metres_to(here.lon[chosen], here.lat[chosen])


def _what(view: ViewState, t: Words) -> str:
    crafts = t.any_of(t(f"craft.{c}") for c in view.craft)
    key = "cover.of_all" if view.coming == "yes" else "cover.of_open"
    return t(f"{key}_craft", crafts=crafts) if crafts else t(key)


def _where(here: Locator, view: ViewState, t: Words) -> str:
    names = [area_name(here.catalogue, c, t) for c in view.province or view.region]
    names += [t("near.zone")] if view.zone else []
    return f" · {t.all_of(names)}" if names else ""


def _unplaced(here: Locator, codes: set[str], unit: str, view: ViewState) -> int:
    return sum(
        not c.lon_lat
        and (c.region if unit == "region" else c.province) in codes
        and (view.milieu == "all" or c.rural == (view.milieu == "rural"))
        for c in here.census.all
    )


def _total(c: Coverage, km: int, chosen: bool, t: Words) -> dict[str, Any]:
    share = c.share(km) or 0.0
    return {
        "km": km,
        "label": t("unit.km", n=t.number(km)),
        "share": round(share, 4),
        "chosen": chosen,
        "text": percent(share, t),
        "people": t.n("unit.people", c.reached[km]),
    }


def _columns(view: ViewState, t: Words) -> list[dict[str, Any]]:
    km = t("unit.km", n=view.km)
    return [
        {"key": "area", "label": t("cover.column.area")},
        {"key": "people", "label": t("cover.column.people")},
        *(
            {
                "key": f"km{r}",
                "label": t("cover.column.within", km=t("unit.km", n=t.number(r))),
                "chosen": str(r) == view.km,
            }
            for r in sorted({*RADII_KM, int(view.km)})
        ),
        {"key": "rural", "label": t("cover.column.rural", km=km)},
        {"key": "urban", "label": t("cover.column.urban", km=km)},
        {"key": "coming", "label": t("cover.column.coming")},
        {"key": "known", "label": t("cover.column.known")},
    ]


def _row(here: Locator, code: str, c: Coverage, view: ViewState, t: Words) -> dict[str, Any]:
    km = int(view.km)
    none = t("cover.unknown")

    def of(pair: tuple[int, int]) -> tuple[str, float]:
        placed, reached = pair
        return (percent(reached / placed, t), reached / placed) if placed else (none, -1.0)

    cells = [(area_name(here.catalogue, code, t), 0.0), (t.number(c.people), c.people)]
    for r in sorted({*RADII_KM, km}):
        share = c.share(r)
        cells.append((none, -1.0) if share is None else (percent(share, t), share))
    cells += [of(c.rural), of(c.urban), (f"+{t.number(c.gained)}" if c.gained else "", c.gained)]
    known = c.placed / c.people if c.people else 0
    cells.append((percent(known, t), known))
    return {
        "code": code,
        "class": class_of(c, km),
        "cells": [{"text": text, "sort": round(float(sort), 5)} for text, sort in cells],
    }


def _order(here: Locator, code: str) -> tuple[str, str]:
    area = here.catalogue.area_by_code.get(code)
    return (area.region if area else code[:2], code)


def _crafts(here: Locator, view: ViewState, km: int, t: Words) -> list[dict[str, Any]]:
    """The share of people within reach of each craft, most covered first."""
    found = []
    milieu = here.looked_at(view)
    people = int(here.census.people[milieu].sum())
    for craft in CRAFTS:
        chosen = here.chosen(view.with_(craft=(craft,)))
        inside = milieu & (_metres(here, chosen) <= km * 1000)
        share = int(here.census.people[inside].sum()) / people if people else 0.0
        found.append(
            {
                "craft": craft,
                "label": t(f"craft.{craft}"),
                "share": round(share, 4),
                "text": percent(share, t),
                "facilities": t.number(int(chosen.sum())),
                "picked": craft in view.craft,
            }
        )
    return sorted(found, key=lambda row: -row["share"])


def _uncovered(
    here: Locator, metres: np.ndarray, view: ViewState, km: int, t: Words
) -> list[dict[str, Any]]:
    """The largest places out of reach."""
    census = here.census
    out = np.flatnonzero((metres > km * 1000) & here.looked_at(view))
    rows = out[np.argsort(-census.people[out], kind="stable")]
    known = {town.id for town in here.catalogue.towns}
    found = []
    for i in rows:
        c = census.placed[int(i)]
        assert c.lon_lat is not None  # as the name of the list says
        at = c.lon_lat
        found.append(
            {
                "ref": f"town:{c.town}" if c.town in known else f"commune:{c.code}",
                "code": c.code,
                "name": t.pick(c.name),
                "people": t.n("unit.people", c.population_2024),
                "distance": ""
                if not np.isfinite(metres[i])
                else t("unit.km", n=t.number(round(float(metres[i]) / 1000))),
                "lon": at[0],
                "lat": at[1],
                "weight": c.population_2024,
            }
        )
        if len(found) == 40:
            break
    return found
