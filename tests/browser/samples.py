"""Answers of the API in the shapes the components meet, with the worst text they may carry."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=2</script>${alert(1)}`"\'&amp;'
LONG = "Société internationale d’importation et de distribution de tapis noués main, Hambourg"
ARABIC = "مجمّع الصناعة التقليدية بتازناخت"
COLUMNS = [
    ("name", "Nom", "text"),
    ("kind", "Type", "text"),
    ("market", "Marché", "text"),
    ("city", "Ville", "text"),
    ("crafts", "Filières", "crafts"),
    ("since", "Depuis", "number"),
]


def facets(_: str = "") -> dict[str, Any]:
    """The part of the facets answer that the table reads."""
    counts = (("buyers", "228"), ("sites", "190"), ("maisons", "110"), ("reports", "30"))
    return {"figures": [{"key": k, "value": v, "label": k, "class": k[:-1]} for k, v in counts]}


def row(
    number: int, name: str = "", *, sel: str = "", demo: bool = False, **more: Any
) -> dict[str, Any]:
    """One buyer as a row."""
    cells = [
        name or f"Acheteur {number:03}",
        "Marque de créateur",
        "Allemagne",
        "" if number % 3 else "Berlin",
        "Tapis et tissage · Poterie et céramique",
        str(2000 + number % 25),
    ]
    return {
        "sel": sel or f"buyer:b{number}",
        "class": "buyer",
        "open": True,
        "demo": demo,
        "named": False,
        "cells": [{"text": c} for c in cells],
        "lon": None,
        "lat": None,
        **more,
    }


def rows(
    found: list[dict[str, Any]], *, text: str = "", next_: int | None = None
) -> dict[str, Any]:
    """A page of rows."""
    return {
        "total": len(found),
        "text": text or f"{len(found)} acheteurs",
        "sort": "",
        "columns": [
            {"key": k, "label": label, "sortable": True, "kind": kind} for k, label, kind in COLUMNS
        ],
        "rows": found,
        "next": next_,
        "empty": "" if found else "Le filtre « Statut : prévu » ne laisse rien.",
    }


def many(total: int) -> Any:
    """``total`` buyers, a page at a time, in the order of the address."""

    def page(address: str) -> dict[str, Any]:
        parameters = parse_qs(urlsplit(address).query)
        offset, limit = (
            int(parameters.get("offset", ["0"])[0]),
            int(parameters.get("limit", ["24"])[0]),
        )
        order = (
            range(total - 1, -1, -1)
            if parameters.get("sort", [""])[0].startswith("-")
            else range(total)
        )
        numbers = list(order)[offset : offset + limit]
        after = offset + len(numbers)
        return rows(
            [row(n) for n in numbers],
            text=f"{total} acheteurs",
            next_=after if after < total else None,
        )

    return page


def overview(**more: Any) -> dict[str, Any]:
    """The panel when nothing is selected."""
    return entity(
        **{
            "kind": "overview",
            "id": "all",
            "class": "overview",
            "title": "Vue d’ensemble",
            "tags": [],
            "filter": None,
            "sources": [],
            **more,
        }
    )


def entity(**more: Any) -> dict[str, Any]:
    """The panel of one buyer."""
    return {
        "kind": "buyer",
        "id": "limala",
        "class": "buyer",
        "title": "Limala",
        "subtitle": "Berlin, Allemagne",
        "demo": False,
        "tags": [{"text": "Marque de créateur", "tone": "plain"}],
        "lead": "Label de tapis noués main fondé par un couple maroco-allemand, fabrication au "
        "Maroc.",
        "facts": [
            {"label": "Filières", "value": "Tapis et tissage", "href": ""},
            {"label": "Relation depuis", "value": "2021", "href": ""},
            {
                "label": "Site web",
                "value": "https://limala.example/",
                "href": "https://limala.example/",
            },
            {"label": "Position", "value": "au centre de la ville", "href": ""},
            {"label": "Vérifié", "value": "février 2024", "href": ""},
        ],
        "sections": [
            {
                "key": "reports",
                "title": "Rapports de veille",
                "text": "12",
                "empty": "",
                "rows": [
                    {
                        "sel": "report:R-2024-06",
                        "class": "report",
                        "open": True,
                        "demo": False,
                        "title": "Tapis : Domotex et le salon de Casablanca",
                        "sub": "R-2024-06 · février 2024",
                        "why": "Couvre Allemagne et la filière Tapis et tissage.",
                    }
                ],
                "more": {"text": "Voir les 12", "tab": "reports", "field": "", "value": ""},
            },
            {
                "key": "suppliers",
                "title": "Qui peut fournir au Maroc",
                "text": "76",
                "empty": "",
                "rows": [
                    {
                        "sel": "site:taznakht",
                        "class": "site",
                        "open": False,
                        "demo": False,
                        "title": ARABIC,
                        "sub": "Ensemble artisanal",
                        "why": "Taznakht · en commun : Tapis et tissage",
                    },
                    {
                        "sel": "site:demo",
                        "class": "maison",
                        "open": True,
                        "demo": True,
                        "title": "Maison de l’artisan démo 012",
                        "sub": "Maison de l’artisan",
                        "why": "Fès",
                    },
                ],
                "more": {
                    "text": "Voir les 76",
                    "tab": "sites",
                    "field": "craft",
                    "value": "tapis_tissage",
                },
            },
            {
                "key": "named",
                "title": "Acteurs cités",
                "text": "0",
                "rows": [],
                "more": None,
                "empty": "Aucun acheteur de la carte n’est cité.",
            },
        ],
        "sources": [
            {"text": "kurier.at", "href": "https://kurier.at/stil", "date": "12 mars 2021"}
        ],
        "note": "",
        "lon": 13.4,
        "lat": 52.5,
        "filter": {
            "field": "market",
            "value": "DE",
            "text": "Filtrer par : Allemagne",
            "picked": False,
        },
        **more,
    }
