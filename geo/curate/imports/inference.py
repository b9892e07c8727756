"""Infer missing fields of a row: country, province, position, kind.

Every inferred value is kept as a guess, and its field in the row's ``inferred``: it completes a new
record and never replaces what a held one says.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.curate.imports.cell_parser import CellParser, ParsedRow
from geo.curate.imports.positions import Located
from geo.curate.imports.reference_data import Reference
from geo.i18n.words import words
from geo.model.records import LANGUAGES
from geo.places.city_index import PlaceMatch

LonLat = tuple[float, float]


class Inference:
    """Inference of the missing fields of one table's rows."""

    def __init__(
        self,
        kind: str,
        reference: Reference,
        parser: CellParser,
        located: Located,
        geocode: bool,
    ) -> None:
        self._kind, self._here, self._located, self._geocode = kind, reference, located, geocode
        self._remarks, self._guesses, self._at = (
            parser.remarks,
            parser.guesses,
            parser.at,
        )
        self._countries: np.ndarray | None = None
        self._provinces: list[str] = []
        self._by_name: dict[int, PlaceMatch] = {}
        self._columns = bool(
            {"lat", "lon"} <= self._at.keys()
            or "position" in self._at
            or {"x", "y"} <= self._at.keys()
        )

    def prepare(self, rows: Sequence[ParsedRow]) -> None:
        """Look up the areas of all positions at once."""
        lon, lat = self._located.lon, self._located.lat
        if self._kind in ("sites", "maisons"):
            self._provinces = self._here.ground.areas.provinces_at(lon, lat)
        elif any("country" not in r.values for r in rows):
            self._countries = self._here.ground.countries(lon, lat)

    def infer(self, i: int, row: ParsedRow) -> bool:
        """Complete one row; False when it was refused, with the reason in the remarks."""
        if self._located.blocked[i]:
            return False
        row.values["inferred"] = set()
        if self._kind in ("sites", "maisons"):
            good = self._site(i, row)
        elif self._kind == "markets":
            good = self._market(row)
        else:
            good = self._abroad(i, row)
        return good

    def placed(self, i: int, row: ParsedRow, *, exists: bool) -> tuple[LonLat | None, str, str]:
        """Position, precision and how it was found; a known position beats a place by its name."""
        lon, lat = float(self._located.lon[i]), float(self._located.lat[i])
        stated = row.values.get("precision", "")
        if lon == lon and lat == lat:
            precision = (
                stated
                if stated not in ("", "country", "region", "province")
                else self._precision(row, lon, lat)
            )
            return (lon, lat), precision, "file"
        if exists:
            return None, "", "held"
        found = self._by_name.get(i)
        if found and found.lon_lat:
            return found.lon_lat, found.precision, "gazetteer"
        if self._kind == "markets":
            return self._here.ground.centre(row.values["country"]), "", ""
        if self._kind in ("sites", "maisons"):
            return None, "province" if row.values.get("province") else "region", ""
        return None, "country", ""

    def _precision(self, row: ParsedRow, lon: float, lat: float) -> str:
        """Two decimals are a kilometre: the place, not the door."""
        coarse = abs(lon - round(lon, 2)) < 1e-9 and abs(lat - round(lat, 2)) < 1e-9
        place = "town" if self._kind in ("sites", "maisons") else "city"
        precision = place if coarse else "building"
        self._infer(row, "precision", "", precision, 0.5, "default", keep=False)
        return precision

    def _infer(
        self,
        row: ParsedRow,
        name: str,
        raw: str,
        code: str,
        certainty: float,
        how: str,
        *,
        keep: bool = True,
    ) -> None:
        self._guesses.note(name, raw, (code,), certainty, how, row.row.number)
        if keep:
            row.values[name] = code
            row.values["inferred"].add(name)

    # --- buyers and fairs -------------------------------------------------------------

    def _abroad(self, i: int, row: ParsedRow) -> bool:
        values, number = row.values, row.row.number
        if "country" not in values and not self._country(i, row):
            self._remarks.say(self._nowhere(i, row, "COUNTRY_UNKNOWN"), "refuse", number)
            return False
        country = values["country"]
        if self._kind == "buyers" and country not in self._here.catalogue.market_by_code:
            self._remarks.say("COUNTRY_NOT_A_MARKET", "refuse", number, value=country)
            return False
        if not self._has_position(i) and self._geocode:
            for name in (
                values.get("town", ""),
                *reversed(str(values.get("address", "")).split(",")),
            ):
                found = self._here.places.city(name, country) if name.strip() else None
                if found:
                    self._by_name[i] = found
                    self._guesses.note(
                        "position", name.strip(), (found.name,), 0.9, "place", number
                    )
                    if "town" not in values:
                        self._infer(row, "town", name.strip(), found.name, 0.8, "place")
                    break
        if self._kind == "fairs":
            self._fair(row)
        elif "kind" not in values:
            self._infer(row, "kind", "", "other", 0.3, "default")
        return True

    def _country(self, i: int, row: ParsedRow) -> bool:
        literal = row.values.get("country_literal")
        if self._countries is not None and self._countries[i]:
            self._infer(
                row,
                "country",
                literal or "",
                str(self._countries[i]),
                0.6 if literal else 0.9,
                "position",
            )
            return True
        if literal:
            row.values["country"] = literal
            return True
        if town := row.values.get("town"):
            code = self._here.places.country_of_city(town)
            if code:
                self._infer(row, "country", town, code, 0.7, "place")
                return True
        return False

    def _fair(self, row: ParsedRow) -> None:
        values = row.values
        start, end = str(values.get("start", "")), str(values.get("end", ""))
        month = str(values.pop("month", ""))
        days = [d for d in (start, end) if len(d) >= 7] or [d for d in (_month(month),) if d]
        if days:
            values["months"] = sorted({int(d[5:7]) for d in days})
        if len(start) == 10:
            values["end"] = end if len(end) == 10 and end >= start else start
        else:
            values.pop("start", None)
            values.pop("end", None)
        if "year" not in values:
            from geo.curate.imports.values import year

            found = (
                year(start or end or str(values.get("edition", ""))).value
                if start or end or values.get("edition")
                else None
            )
            if found:
                values["year"] = found
        if "kind" not in values:
            self._infer(
                row,
                "kind",
                "",
                "national" if values["country"] == "MA" else "international",
                0.8,
                "default",
            )

    # --- sites ------------------------------------------------------------------------

    def _site(self, i: int, row: ParsedRow) -> bool:
        values, number = row.values, row.row.number
        province = self._provinces[i]
        if not self._has_position(i) and self._geocode:
            province = self._named_place(i, row) or province
        area = self._here.catalogue.area_by_code.get(province)
        stated = values.get("province")
        if area and stated and stated != province:
            self._remarks.say("PROVINCE_ELSEWHERE", "warn", number, value=area.name["fr"])
            values["province"] = province
        elif area and not stated:
            self._infer(row, "province", "", province, 0.9, "position")
        known = self._here.catalogue.area_by_code.get(values.get("province", ""))
        if known and values.get("region") != known.region:
            if values.get("region"):
                self._remarks.say("PROVINCE_ELSEWHERE", "warn", number, value=known.name["fr"])
            self._infer(row, "region", "", known.region, 0.9, "position")
        if "region" not in values:
            self._remarks.say(self._nowhere(i, row, "REGION_UNKNOWN"), "refuse", number)
            return False
        self._site_defaults(row)
        return True

    def _named_place(self, i: int, row: ParsedRow) -> str:
        values, number = row.values, row.row.number
        for name in ("town", "commune", "address"):
            text = str(values.get(name, ""))
            if not text:
                continue
            found = self._here.places.moroccan(
                text, values.get("province", ""), values.get("region", "")
            )
            if found is None:
                continue
            if found.namesakes:
                self._remarks.say(
                    "PLACE_AMBIGUOUS", "warn", number, value=", ".join(found.namesakes[:3])
                )
                return ""
            self._by_name[i] = found
            self._guesses.note("position", text, (found.name,), found.certainty, "place", number)
            return found.province
        return ""

    def _site_defaults(self, row: ParsedRow) -> None:
        values = row.values
        if "kind" not in values:
            vocabulary = (
                self._here.words.kinds(self._kind)
                if self._kind == "sites"
                else self._here.words.maison_kinds
            )
            met = vocabulary.one(str(values["name"]))
            default = "maison_artisan" if self._kind == "maisons" else "autre"
            if met.codes:
                self._infer(
                    row, "kind", str(values["name"]), met.codes[0], met.certainty * 0.8, "name"
                )
            else:
                self._infer(row, "kind", "", default, 0.3, "default")
        if "status" not in values:
            self._infer(row, "status", "", "active", 0.5, "default")

    # --- markets ----------------------------------------------------------------------

    def _market(self, row: ParsedRow) -> bool:
        values, number = row.values, row.row.number
        if "country" not in values and values.get("name"):
            met = self._here.words.countries.one(values["name"])
            if met.codes:
                self._guesses.note(
                    "country", values["name"], met.codes, met.certainty, met.how, number
                )
                values["country"] = met.codes[0]
        code = values.get("country") or values.get("country_literal")
        if not code:
            self._remarks.say("COUNTRY_UNKNOWN", "refuse", number)
            return False
        values["country"] = code
        known = self._here.catalogue.market_by_code.get(code)
        if "world_region" not in values and known:
            self._infer(row, "world_region", "", known.world_region, 1.0, "default")
        elif "world_region" not in values:
            self._remarks.say("WORLD_REGION_MISSING", "refuse", number, value=code)
            return False
        if "name" in values and self._here.words.countries.one(values["name"]).codes == (code,):
            values.pop("name")  # the country by another of its names: ours stays
        for lang, key in zip(LANGUAGES, ("name", "name_ar", "name_en"), strict=True):
            if key not in values:
                self._infer(row, key, "", words(lang).country(code), 0.9, "default")
        return True

    # --- positions --------------------------------------------------------------------

    def _nowhere(self, i: int, row: ParsedRow, code: str) -> str:
        """Why a row is nowhere: a file that has coordinates lacks them here."""
        return (
            "COORD_MISSING"
            if self._columns and not self._has_position(i) and not row.row.shape
            else code
        )

    def _has_position(self, i: int) -> bool:
        return bool(np.isfinite(self._located.lon[i]) and np.isfinite(self._located.lat[i]))

    def say_position(self, i: int, row: ParsedRow) -> None:
        """Tell how a new record got its position, or that it has none."""
        if self._has_position(i) or self._kind == "markets":
            return
        if i in self._by_name and self._by_name[i].lon_lat:
            self._remarks.say("GEOCODED", "note", row.row.number, value=self._by_name[i].name)
        elif self._columns and self._kind != "fairs":
            self._remarks.say("COORD_MISSING", "warn", row.row.number)
        elif self._geocode and row.values.get("town") and self._kind != "fairs":
            self._remarks.say(
                "PLACE_UNKNOWN", "warn", row.row.number, value=str(row.values["town"])
            )


def _month(text: str) -> str:
    """The month of a text such as ``avril-mai``, as a partial date of any year."""
    from geo.curate.imports.values import day

    first = text.replace("-", " ").split()
    return day(f"{first[0]} 2000").value or "" if first else ""
