"""Response of ``/api/reach``: what lies within some minutes by road of a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from geo.i18n.words import Words
from geo.locate.locator import Locator
from geo.locate.road_services import Router
from geo.model.view import ViewState
from geo.places.geocoding import ATTRIBUTION

#: Degrees of a corner's grid: about ten metres.
GRID_DEG = 1e-4


def reach_answer(here: Locator, view: ViewState, t: Words, router: Router) -> dict[str, Any]:
    """Areas of 10, 20, 30 and 60 minutes, with who lives and what stands in each.

    Without a server of such areas, or when it does not answer, ``bands`` is empty and ``note``
    says that the page keeps to distances as the crow flies.
    """
    start = here.start(view.place) if view.place else here.zone_start(view)
    if start is None or view.reach != "yes":
        return {"bands": [], "note": "", "title": t("reach.title")}
    if router.ors is None:
        return {"bands": [], "note": t("reach.off"), "title": t("reach.title")}
    found = router.ors.reach(start.lon_lat)
    if not found:
        return {"bands": [], "note": t("reach.failed"), "title": t("reach.title")}
    census, passing = here.census, np.flatnonzero(here.passing(view) & np.isfinite(here.lon))
    bands = []
    for each in found:
        shapely.prepare(each.area)
        people = int(census.people[shapely.contains_xy(each.area, census.lon, census.lat)].sum())
        sites = int(shapely.contains_xy(each.area, here.lon[passing], here.lat[passing]).sum())
        shape: Any = shapely.set_precision(each.area, GRID_DEG)
        bands.append(
            {
                "minutes": each.minutes,
                "label": t("unit.minutes", n=str(each.minutes)),
                "people": t.n("unit.people", people),
                "sites": t.n("reach.sites", sites),
                "geometry": mapping(shape),
            }
        )
    return {
        "bands": bands,
        "title": t("reach.title"),
        "note": t("reach.by", who=router.ors.name, attribution=ATTRIBUTION),
    }
