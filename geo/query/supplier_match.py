"""Supplier match: sites scored for a request, each with its reasons and what is missing.

Points: craft 50 (shared by how many are made), open 15, published 5, place 20 (the province),
12 (the region), the product's own word 10, capacity known 5. Plain sums, no other rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.model.records import Area, Catalogue, Site
from geo.places.nearest import distance_km
from geo.query.request_parser import Term
from geo.text.folding import fold

CRAFT, OPEN, PUBLISHED, PROVINCE, REGION, WORD, CAPACITY = 50, 15, 5, 20, 12, 10, 5
MOST = 100


@dataclass(slots=True)
class Match:
    """A candidate site: its score, and the reasons and gaps as ``(key, values)``."""

    site: Site
    points: float
    reasons: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    missing: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    km: float | None = None


def wanted(terms: Sequence[Term], kind: str) -> list[str]:
    """The codes of one kind among the terms."""
    return [t.code for t in terms if t.kind == kind]


def rank_sites(catalogue: Catalogue, terms: Sequence[Term]) -> list[Match]:
    """Rank the sites and Maisons that make at least one of the crafts, best first."""
    crafts, places = wanted(terms, "craft"), wanted(terms, "place")
    if not crafts:
        return []
    near = [catalogue.area_by_code[p] for p in places]
    request = _SupplyRequest(
        crafts,
        wanted(terms, "word"),
        near,
        near[0].label_lon_lat if near else None,
        bool(wanted(terms, "quantity")),
    )
    found = [m for s in catalogue.sites if (m := _match(s, request))]
    found.sort(
        key=lambda m: (
            m.site.provenance == "demo",
            -m.points,
            m.km if m.km is not None else 1e9,
            m.site.name,
        )
    )
    return found[:MOST]


@dataclass(frozen=True, slots=True)
class _SupplyRequest:
    """The terms of a request that the match scores."""

    crafts: list[str]
    words: list[str]
    near: list[Area]
    origin: tuple[float, float] | None
    has_quantity: bool


def _match(site: Site, request: _SupplyRequest) -> Match | None:
    crafts = request.crafts
    made = [c for c in crafts if c in site.crafts]
    if not made:
        return None
    match = Match(site, CRAFT * len(made) / len(crafts), [("makes", {"crafts": made})])
    lacking = [c for c in crafts if c not in site.crafts]
    if lacking:
        match.missing.append(("crafts", {"crafts": lacking}))
    _score_status(match)
    _score_place(match, request)
    _score_words(match, request.words)
    _score_capacity(match, request.has_quantity)
    if site.lon_lat is None or site.precision in ("province", "region"):
        match.missing.append(("position", {}))
    if site.provenance == "demo":
        match.missing.append(("demo", {}))
    return match


def _score_status(match: Match) -> None:
    site = match.site
    if site.status == "active":
        match.points += OPEN
        match.reasons.append(("open", {}))
    else:
        match.missing.append((f"status_{site.status}", {}))
    if site.provenance == "published":
        match.points += PUBLISHED


def _score_place(match: Match, request: _SupplyRequest) -> None:
    site = match.site
    if request.origin and site.lon_lat:
        match.km = distance_km(request.origin, site.lon_lat)
    if not request.near:
        return
    if any(a.code == site.province for a in request.near):
        match.points += PROVINCE
        match.reasons.append(("province", {"area": site.province}))
    elif any(a.region == site.region for a in request.near):
        match.points += REGION
        match.reasons.append(("region", {"area": site.region}))
    elif match.km is not None:
        match.missing.append(("far", {"km": round(match.km)}))


def _score_words(match: Match, words: list[str]) -> None:
    text = fold(f"{match.site.name} {match.site.fact_fr}")
    word = next((w for w in words if fold(w) in text), None)
    if word is not None:
        match.points += WORD
        match.reasons.append(("word", {"word": word}))


def _score_capacity(match: Match, has_quantity: bool) -> None:
    if match.site.capacity_artisans is not None:
        match.points += CAPACITY
        match.reasons.append(("capacity", {"n": round(match.site.capacity_artisans)}))
    elif has_quantity:
        match.missing.append(("capacity", {}))


def nearest_maisons(
    catalogue: Catalogue, origin: tuple[float, float], crafts: Sequence[str], *, count: int = 5
) -> list[tuple[float, Site]]:
    """The nearest open, published Maisons with their kilometres; those with the craft first."""
    found = [
        (distance_km(origin, s.lon_lat), s)
        for s in catalogue.sites
        if s.class_ == "maison" and s.lon_lat and s.status == "active" and s.provenance != "demo"
    ]
    return sorted(found, key=lambda f: (not set(crafts) & set(f[1].crafts), f[0]))[:count]
