"""Reference data of every import, built once over a catalogue and shared."""

from __future__ import annotations

from dataclasses import dataclass

from geo.curate.imports.vocabularies import Vocabularies
from geo.model.records import Catalogue
from geo.places.city_index import Places
from geo.places.point_in_area import AreaIndex


@dataclass(frozen=True)
class Reference:
    """The vocabularies, the places and the outlines of one catalogue."""

    catalogue: Catalogue
    words: Vocabularies
    places: Places
    ground: AreaIndex


def reference_of(catalogue: Catalogue) -> Reference:
    """Build the reference data; what is costly in it waits until a file needs it."""
    return Reference(catalogue, Vocabularies(catalogue), Places(catalogue), AreaIndex(catalogue))
