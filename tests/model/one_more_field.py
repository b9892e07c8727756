"""Add one field to a copy of the table, in a process of its own, and write down who knows it."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.model import records, schema

NAME, LABEL = "moq_pieces", "import.field.moq"


@dataclasses.dataclass(frozen=True, slots=True)
class OneMore(records.Site):
    moq_pieces: int | None = None


def added() -> None:
    """The table with the row, before anybody has read it."""
    row = schema.Field(
        NAME,
        "whole",
        column="moq",
        export="moq",
        ogc=NAME,
        fact="moq",
        quality="moq",
    )
    records.Site = OneMore
    schema.RECORD_CLASSES = MappingProxyType({**schema.RECORD_CLASSES, "sites": OneMore})
    schema.SCHEMA = MappingProxyType({**schema.SCHEMA, "sites": (*schema.SCHEMA["sites"], row)})


def found() -> dict[str, Any]:
    """What each reader of the table says of the field, given 250 pieces."""
    from geo.core.paths import DATA_DIR
    from geo.curate.api.changes import differences
    from geo.curate.imports.importer import Importer
    from geo.curate.quality import ASKED
    from geo.curate.record_form import filled, lon_lat_of, values_of
    from geo.explore.api.panel import entity_answer
    from geo.i18n.words import words
    from geo.model.parsing import RECORDS
    from geo.model.validation import ReferenceCodes, record_problems
    from geo.model.view import ViewState
    from geo.ogc.collections import COLLECTIONS, feature
    from geo.ogc.parameters import CRS84
    from geo.query.engine import Query
    from geo.share.export.export_columns import COLUMNS
    from geo.store.file_store import FileStore
    from tests.curate.imports.conftest import MemoryLedger

    t, kind = words("fr"), RECORDS["sites"]
    raws = json.loads((DATA_DIR / kind.file).read_text("utf-8"))[kind.list_key]
    raw = next(r for r in raws if r["properties"]["provenance"] == "published")
    without = [p.field for p in record_problems("site", raw, ReferenceCodes())]
    raw["properties"][NAME] = 250
    for other in raws:
        other["properties"].setdefault(NAME, None)
    site = kind.parse(raw)
    bad = json.loads(json.dumps(raw))
    bad["properties"][NAME] = "many"

    held = {r["id"]: r for r in raws}
    ledger = MemoryLedger({"buyers": {}, "sites": held, "markets": {}, "fairs": {}})
    shipped = FileStore(DATA_DIR).load()
    catalogue = dataclasses.replace(shipped, sites=tuple(kind.parse(r) for r in raws))
    query = Query(catalogue, today=date(2026, 3, 31))
    importer = Importer(ledger, catalogue)  # type: ignore[arg-type]
    answers = values_of("sites", raw) | {"verified": "2026-11-25", NAME: "12"}
    made = filled("sites", raw, answers, lon_lat_of(raw), raw["id"], ReferenceCodes())
    facts = entity_answer(query, "site", raw["id"], ViewState(), t)["facts"]
    return {
        "parsed": site.moq_pieces,
        "required": without,
        "checked": [p.field for p in record_problems("site", bad, ReferenceCodes())],
        "form": made["properties"][NAME],
        "history": [
            d["after"] for d in differences("sites", raw, made, catalogue, t) if d["name"] == NAME
        ],
        "export": [c.key for c in COLUMNS if c.key == "moq"],
        **_files(importer, site, query, t),
        "ogc": COLLECTIONS["sites"].properties[NAME]["type"],
        "ogc value": feature(query, site, CRS84)["properties"][NAME],
        "panel": [f["value"] for f in facts if f["label"] == "fact.moq"],
        "quality": ASKED["sites"]["moq"](site),
    }


def _files(importer: Any, site: Any, query: Any, t: Any) -> dict[str, Any]:
    """What an imported file, the template and our own export that comes back say of it."""
    from geo.curate.imports.workbooks import template
    from geo.model.view import ViewState
    from geo.share.export.export_columns import export_of
    from geo.share.export.formats import FORMATS

    row = f'{site.id},"{site.name}",{site.region},300'
    file = f"Identifiant,Nom,Région,{LABEL}\n{row}\n".encode()
    (item,) = importer.preview(file, "lieux.csv", "sites").items
    exported = FORMATS["csv"].make(export_of(query, ViewState(layers=("sites",))))
    again = importer.preview(exported.replace(b"250", b"77"), "export.csv", "sites")
    return {
        "imported": item.after["properties"][NAME],
        "template": LABEL in _texts(template("sites", query.catalogue, t)),
        "again": [(c.field, c.after) for i in again.items for c in i.changes if c.field == NAME],
    }


def _texts(workbook: bytes) -> set[Any]:
    import io

    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    return {cell.value for cell in next(sheet.iter_rows(max_row=1))}


if __name__ == "__main__":
    added()
    sys.stdout.write(json.dumps(found()))
