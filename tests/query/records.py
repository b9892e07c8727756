"""Small records of one's own: what is not said is empty."""

from __future__ import annotations

from typing import Any

from geo.model.records import Area, Buyer, Figure, Note, Report, Site


def site(id_: str = "s", **fields: Any) -> Site:
    """An open site of Fès, published, without a capacity."""
    blank = dict.fromkeys(Site.__dataclass_fields__, "")
    blank |= {"crafts": (), "sources": (), "lon_lat": None, "name": id_}
    blank |= dict.fromkeys(("year_opened", "capacity_artisans", "area_m2", "budget_mad"))
    blank |= {"status": "active", "provenance": "published", "precision": "town"}
    blank |= {"province": "03.231", "region": "03", "women_only": None, "rural": None}
    return Site(**{**blank, "id": id_, "kind": "complexe_artisanal", **fields})


def buyer(id_: str = "b", **fields: Any) -> Buyer:
    """A German buyer."""
    blank = dict.fromkeys(Buyer.__dataclass_fields__, "")
    blank |= {"crafts": (), "sources": (), "lon_lat": None, "year": None, "name": id_}
    blank |= {"kind": "concept_store", "country": "DE", "provenance": "published"}
    return Buyer(**{**blank, "id": id_, **fields})


def report(id_: str = "R", date: str = "2024-05", **fields: Any) -> Report:
    """A report of no note about all markets and all crafts."""
    blank: dict[str, Any] = {"title": {"fr": id_}, "kind": "salon", "notes": (), "named": ()}
    return Report(**{**blank, "id": id_, "date": date, "markets": (), "crafts": (), **fields})


def figure(value: str, label: str = "Évolution", **fields: Any) -> Figure:
    """A growth of Germany and of zellige, in percent."""
    blank = {"unit": "%", "period": "2023", "market": "DE", "craft": "zellige"}
    return Figure(label, value, **{**blank, **fields})


def note(*figures: Figure, id_: str = "N", **fields: Any) -> Note:
    """A note with some figures."""
    blank: dict[str, Any] = {"markets": (), "crafts": (), "organisations": (), "sources": ()}
    blank |= {"date": "", "title_fr": "", "kind": "salon", "summary_fr": ""}
    return Note(**{**blank, "id": id_, "figures": figures, **fields})


def area(code: str, lon: float, lat: float) -> Area:
    """A province, or the region of its own code."""
    return Area(code, {"fr": code, "ar": code}, code[:2], 1, (lon, lat), (lon, lat, lon, lat))
