"""What an import would do, what it then does, and that doing it again does nothing."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from geo.core.paths import DATA_DIR
from geo.curate.imports.importer import Importer
from geo.curate.imports.planner import Options, edits, plan_of
from geo.curate.imports.reader import read
from geo.curate.imports.reference_data import Reference
from geo.model.address import decode
from geo.query.current import open_store
from geo.query.engine import Query
from geo.share.export.export_columns import export_of
from geo.share.export.formats import FORMATS
from geo.store.changes import Held
from tests.curate.imports.conftest import shipped
from tests.curate.imports.hostile import rows, workbook
from tests.sizes import examples

OFFICIAL = (
    "Liste des acheteurs internationaux;;;;;;\n"
    "Mise \u00e0 jour : mars 2024;;;;;;\n"
    ";;;;;;\n"
    "N\u00b0;Raison sociale;Pays;Ville;Fili\u00e8res;Coordonn\u00e9es;Depuis\n"
    "1;Maison Atlas;E.A.U.;Duba\u00ef;Tapis & kilims / poterie;;2015\n"
    "2;Kasbah Import;Allemagne;Munich;zellige;48,1371 11,5754;mars 2018\n"
    "N\u00b0;Raison sociale;Pays;Ville;Fili\u00e8res;Coordonn\u00e9es;Depuis\n"
    "3;Riad Home;France;Lyon;bois, cuir;;\n"
    "4;;France;Lyon;bois;;\n"
    ";Total;;;4;;\n"
)


def test_a_file_as_administrations_send_it(bare: Importer):
    plan = bare.preview(OFFICIAL.encode("cp1252"), "liste.csv", "buyers")
    assert plan.counts == {"new": 3, "changed": 0, "unchanged": 0, "refused": 1, "left": 0}
    places = {p.code: p.where for p in plan.problems}
    assert (
        places["HEADER_ROW"] == "row 4"
        and places["REPEATED_HEADER"] == "row 7"
        and places["TOTAL_ROW"] == "row 10"
    )
    assert places["NAME_MISSING"] == "row 9" and places["ENCODING_CP1252"] == ""
    atlas, kasbah, riad = (i.after for i in plan.items if i.after)
    assert atlas["properties"] | {"sources": 0} == {
        "name": "Maison Atlas",
        "kind": "other",
        "country": "AE",
        "city": "Duba\u00ef",
        "crafts": ["tapis_tissage", "poterie_ceramique"],
        "relation_fr": "",
        "year": 2015,
        "website": "",
        "provenance": "imported",
        "precision": "city",
        "verified": "",
        "sources": 0,
    }
    assert atlas["properties"]["sources"] == [{"url": "", "label": "liste.csv", "date": ""}]
    assert (
        kasbah["geometry"]["coordinates"] == [11.5754, 48.1371]
        and kasbah["properties"]["year"] == 2018
    )
    assert riad["id"] == "riad-home-fr" and set(riad["properties"]["crafts"]) == {
        "bois_marqueterie",
        "cuir_maroquinerie",
    }


def test_an_arabic_workbook_with_titles_and_headings_on_two_lines(bare: Importer):
    def fill(book, sheet):
        sheet.merge_range(0, 0, 0, 4, "\u062f\u0648\u0631 \u0627\u0644\u0635\u0627\u0646\u0639")
        for c, text in enumerate(
            (
                "\u0627\u0633\u0645 \u0627\u0644\u062f\u0627\u0631",
                "\u0627\u0644\u062c\u0645\u0627\u0639\u0629",
                "\u0627\u0644\u0625\u0642\u0644\u064a\u0645",
            )
        ):
            sheet.merge_range(1, c, 2, c, text)
        sheet.merge_range(
            1, 3, 1, 4, "\u0627\u0644\u0625\u062d\u062f\u0627\u062b\u064a\u0627\u062a"
        )
        sheet.write_row(
            2,
            3,
            (
                "\u062e\u0637 \u0627\u0644\u0639\u0631\u0636",
                "\u062e\u0637 \u0627\u0644\u0637\u0648\u0644",
            ),
        )
        sheet.write_row(
            3,
            0,
            (
                "\u062f\u0627\u0631 \u0627\u0644\u0635\u0627\u0646\u0639\u0629 "
                "\u0622\u0632\u0631\u0648",
                "\u0622\u0632\u0631\u0648",
                "\u0625\u0641\u0631\u0627\u0646",
                33.43443,
                -5.22126,
            ),
        )
        sheet.write_row(4, 0, ("\u0627\u0644\u0645\u062c\u0645\u0648\u0639", "", "", "", ""))

    plan = bare.preview(
        workbook(
            sheets={
                "\u0645\u0642\u062f\u0645\u0629": rows(("\u0645\u0631\u062d\u0628\u0627",)),
                "\u0628\u064a\u0627\u0646\u0627\u062a": fill,
            }
        ),
        "x.xlsx",
        "maisons",
    )
    assert plan.counts["new"] == 1 and plan.counts["refused"] == 0, [
        (p.code, p.where) for p in plan.problems
    ]
    made = plan.items[0].after["properties"]
    assert (made["kind"], made["province"], made["region"]) == ("maison_artisane", "03.271", "03")
    assert ("kind", "name") in [(g.field, g.how) for g in plan.guesses]


def test_the_same_file_again_changes_nothing(importer: Importer):
    content = OFFICIAL.encode()
    first = importer.preview(content, "liste.csv", "buyers")
    assert importer.store(first, "a", "b").number == 1
    again = importer.preview(content, "liste.csv", "buyers")
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 3, "refused": 1, "left": 0}
    assert importer.store(again, "a", "b") is None


def test_a_changed_cell_is_told_field_by_field_and_nothing_else_moves(importer: Importer):
    importer.store(importer.preview(OFFICIAL.encode(), "liste.csv", "buyers"), "a", "b")
    plan = importer.preview(OFFICIAL.replace(";2015", ";2016").encode(), "v2.csv", "buyers")
    assert plan.counts["changed"] == 1
    item = next(i for i in plan.items if i.action == "changed")
    assert [(c.field, c.before, c.after) for c in item.changes] == [
        ("year", 2015, 2016)
    ] and item.revision == 1
    assert [s["label"] for s in item.after["properties"]["sources"]] == ["v2.csv", "liste.csv"]


def test_what_a_file_does_not_say_is_kept(importer: Importer):
    held = next(
        b
        for b in importer.catalogue.buyers
        if b.provenance == "published" and b.crafts and b.lon_lat and b.year
    )
    plan = importer.preview(
        f"id,name,country,city,website\n{held.id},{held.name},{held.country},,https://example.org\n".encode(),
        "x.csv",
        "buyers",
    )
    item = plan.items[0]
    assert [c.field for c in item.changes] == ["website"]
    kept = item.after["properties"]
    assert (tuple(kept["crafts"]), kept["year"], kept["city"], kept["kind"]) == (
        held.crafts,
        held.year,
        held.city,
        held.kind,
    )
    assert item.after["geometry"]["coordinates"] == list(held.lon_lat)


@pytest.mark.parametrize(("demo", "gone"), [("keep", 0), ("replaced", 3), ("all", None)])
def test_demo_records_leave_in_the_same_change_set(importer: Importer, demo, gone):
    plan = importer.preview(OFFICIAL.encode(), "liste.csv", "buyers")
    made = edits(plan, demo=demo)
    removed = [e for e in made if e.after is None]
    assert (
        len(removed) == (len(plan.demo) if gone is None else gone) and len(made) - len(removed) == 3
    )
    held = shipped()["buyers"]
    assert all(held[e.id]["properties"]["provenance"] == "demo" for e in removed)
    if demo == "replaced":
        assert sorted(held[e.id]["properties"]["country"] for e in removed) == ["AE", "DE", "FR"]
    assert all(id_.startswith("demo-") for id_ in plan.demo)


def test_maisons_never_remove_demo_sites(importer: Importer):
    for kind in ("sites", "maisons"):
        plan = importer.preview(b"Nom;Localite\nA;Azrou\n", "x.csv", kind)
        assert plan.demo and all(("maison" in id_) == (kind == "maisons") for id_ in plan.demo)


def test_good_rows_go_in_without_the_bad_and_only_those_chosen(importer: Importer):
    plan = importer.preview(OFFICIAL.encode(), "liste.csv", "buyers")
    assert {e.id for e in edits(plan)} == {"maison-atlas-ae", "kasbah-import-de", "riad-home-fr"}
    assert [e.id for e in edits(plan, chosen={6})] == ["kasbah-import-de"]


def test_answers_by_hand_win(bare: Importer):
    content = b"Enseigne X;Pays;Filiere\nMaison Atlas;France;banane\n"
    plan = bare.preview(
        content,
        "x.csv",
        "buyers",
        options=Options(
            columns={"Enseigne X": "name"},
            values={"crafts": {"banane": "vannerie"}},
            cells={2: {"Pays": "Espagne"}},
        ),
    )
    assert plan.outcome == "accept"
    made = plan.items[0].after["properties"]
    assert (made["name"], made["crafts"], made["country"]) == ("Maison Atlas", ["vannerie"], "ES")


def test_a_row_names_its_own_sources_after_the_file(bare: Importer):
    plan = bare.preview(
        b"Nom;Pays;Source\nMaison Atlas;France;https://example.org/a | Rapport 2024\n",
        "x.csv",
        "buyers",
        options=Options(source="Liste du minist\u00e8re", url="https://example.org", day="2024-03"),
    )
    assert plan.items[0].after["properties"]["sources"] == [
        {"url": "https://example.org", "label": "Liste du minist\u00e8re", "date": "2024-03"},
        {"url": "https://example.org/a", "label": "example.org", "date": ""},
        {"url": "", "label": "Rapport 2024", "date": ""},
    ]
    assert plan.items[0].after["properties"]["verified"] == "2024-03"


def test_fairs_and_markets_too(importer: Importer):
    fairs = importer.preview(
        (
            "Salon;Pays;Ville;Date de d\u00e9but;Date de fin;Fili\u00e8re\n"
            "Ambiente 2027;Allemagne;Francfort;05/02/2027;09/02/2027;tapis\n"
        ).encode(),
        "f.csv",
        "fairs",
    )
    made = fairs.items[0].after
    assert fairs.counts["new"] == 1, [(p.code, p.where, p.values) for p in fairs.problems]
    assert (
        made["first"],
        made["last"],
        made["months"],
        made["year"],
        made["country"],
        made["kind"],
    ) == ("2027-02-05", "2027-02-09", [2], 2027, "DE", "international")
    markets = importer.preview(
        b"Pays;Zone du monde\nFinlande;Europe\nFrance;\n", "m.csv", "markets"
    )
    assert markets.counts == {"new": 1, "changed": 0, "unchanged": 1, "refused": 0, "left": 0}, [
        (p.code, p.where, p.values) for p in markets.problems
    ]
    assert markets.items[0].after["name"]["fr"] == "Finlande" and markets.items[0].id == "FI"


@pytest.mark.parametrize("kind", ["buyers", "sites", "maisons", "fairs", "markets"])
def test_what_is_stored_is_served(kind, tmp_path: Path):
    store = open_store(f"files:{DATA_DIR}", tmp_path)
    texts = {
        "buyers": OFFICIAL,
        "sites": "Nom;Localit\u00e9;Superficie\nComplexe artisanal d'Azrou;Azrou;1 200 m\u00b2\n",
        "maisons": "Nom;Commune\nDar Sania Azrou;Azrou\n",
        "fairs": "Salon;Pays;Ville\nFoire X 2027;France;Paris\n",
        "markets": "Pays;Zone du monde\nFinlande;Europe\n",
    }
    importer = Importer(store, store.load())  # type: ignore[arg-type]
    plan = importer.preview(texts[kind].encode(), "x.csv", kind)
    assert importer.store(plan, "a", "b").changes
    after = store.load()
    ids = {i.id for i in plan.items if i.action == "new"}
    served = {
        "buyers": {b.id for b in after.buyers},
        "sites": {s.id for s in after.sites},
        "maisons": {s.id for s in after.sites},
        "fairs": {f.id for f in after.fairs},
        "markets": set(after.market_by_code),
    }[kind]
    assert ids and ids <= served and not after.problems
    again = Importer(store, after).preview(texts[kind].encode(), "x.csv", kind)  # type: ignore[arg-type]
    assert again.counts["new"] == again.counts["changed"] == 0 and again.counts["unchanged"] == len(
        ids
    )


@pytest.mark.parametrize(
    ("kind", "ending", "lang"),
    [
        ("buyers", "xlsx", "ar"),
        ("buyers", "csv", "en"),
        ("buyers", "geojson", "fr"),
        ("buyers", "gpkg", "fr"),
        ("buyers", "kmz", "en"),
        ("sites", "xlsx", "fr"),
        ("sites", "csv", "ar"),
    ],
)
def test_our_own_exports_come_back_unchanged(importer: Importer, query: Query, kind, ending, lang):
    view, notices = decode(f"lang={lang}&layers={kind}", query.catalogue)
    assert not notices
    plan = importer.preview(FORMATS[ending].make(export_of(query, view)), f"export.{ending}", kind)
    assert plan.counts["changed"] == plan.counts["new"] == 0, [
        (i.row, c) for i in plan.items for c in i.changes
    ][:5]
    assert plan.counts["unchanged"] > 100


# --- a slow twin ----------------------------------------------------------------------

line = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["", "a-1", "a-2", "a-3"]),
        "name": st.sampled_from(["", "Atelier un", "Bazar deux", "Casa tres"]),
        "country": st.sampled_from(["DE", "FR", "ZZZZ", "RO", ""]),
        "year": st.sampled_from(["", "2015", "2019", "x"]),
    }
)


def slow(lines: list[dict[str, str]], held: dict[str, Held]) -> list[tuple[str, str]]:
    """Action and id of each row, by the rules told one after another."""
    found, ids, given_ids = [], set(), set()
    for row in lines:
        if not row["name"]:
            found.append(("refused", ""))
            continue
        if row["country"] in ("", "ZZZZ", "RO"):
            found.append(("refused", ""))
            continue
        if row["id"] and row["id"] in given_ids:
            found.append(("refused", ""))
            continue
        given_ids.add(row["id"])
        id_ = row["id"] or row["name"].lower().replace(" ", "-") + "-" + row["country"].lower()
        n = 2
        base = id_
        while id_ in ids:
            id_ = f"{base}-{n}"
            n += 1
        ids.add(id_)
        if id_ not in held:
            found.append(("new", id_))
            continue
        inside = held[id_].raw["properties"]
        year = int(row["year"]) if row["year"].isdigit() else inside["year"]
        same = (inside["name"], inside["country"], inside["year"]) == (
            row["name"],
            row["country"],
            year,
        )
        found.append(("unchanged" if same else "changed", id_))
    return found


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(line, max_size=6), second=st.lists(line, min_size=1, max_size=6))
def test_the_plan_is_what_the_rules_say(reference: Reference, first, second):
    def plan(lines, held):
        out = io.StringIO()
        writer = csv.DictWriter(out, ["id", "name", "country", "year"])
        writer.writeheader()
        writer.writerows(lines)
        return plan_of(
            read(out.getvalue().encode(), "x.csv"),
            "buyers",
            held,
            reference,
            today=date(2026, 1, 1),
        )

    held: dict[str, Held] = {}
    for lines in (first, second):
        filled = [r for r in lines if any(r.values())]
        if not filled:
            continue
        made = plan(lines, held)
        assert [(i.action, i.id) for i in made.items] == slow(filled, held)
        for edit in edits(made):
            held[edit.id] = Held(edit.after, edit.revision + 1)
        again = plan(lines, held)
        assert again.counts["new"] == again.counts["changed"] == 0


def _sites(bare: Importer, heading: str, *cells: str):
    lines = [f"Nom,Région,{heading}", *(f'Lieu {i},04,"{c}"' for i, c in enumerate(cells))]
    plan = bare.preview("\n".join(lines).encode(), "lieux.csv", "sites")
    return plan, [i.after["properties"] if i.after else None for i in plan.items]


def test_a_telephone_of_a_site_is_imported(bare: Importer):
    plan, (one, long) = _sites(bare, "Téléphone", "+212 535 62 00 00", "0522 " * 12)
    assert one["phone"] == "+212 535 62 00 00" and "phone" not in long
    assert {p.code for p in plan.problems if p.column == "Téléphone"} == {"TEXT_TOO_LONG"}


@pytest.mark.parametrize("heading", ["Année", "Depuis (année)", "Année d'ouverture", "السنة"])
def test_the_year_of_a_site_is_that_of_its_opening(bare: Importer, heading):
    _, (site,) = _sites(bare, heading, "1999")
    assert site["year_opened"] == 1999


def test_the_opening_comes_before_another_year_of_a_site(bare: Importer):
    _, (site,) = _sites(bare, "Année,Année d'ouverture", '2001","1999')
    assert site["year_opened"] == 1999


def test_a_number_of_another_unit_or_half_an_artisan_is_left_empty_with_its_reason(bare: Importer):
    plan, sites = _sites(bare, "Capacité", "40 artisans", "120 personnes", "20 ha", "12,5", "0")
    assert [s["capacity_artisans"] for s in sites] == [40, 120, None, None, 0]
    assert [p.code for p in plan.problems if p.column == "Capacité"] == ["WRONG_UNIT", "NOT_WHOLE"]
    plan, sites = _sites(bare, "Surface", "2 MDH", "2 ha")
    assert [s["area_m2"] for s in sites] == [None, 20_000]
    assert [p.code for p in plan.problems if p.column == "Surface"] == ["WRONG_UNIT"]


def test_the_page_of_a_market_that_a_row_names_is_kept(bare: Importer):
    plan = bare.preview(
        b"Pays,Zone du monde,Source\nNO,Europe,https://example.org/no\n",
        "marches.csv",
        "markets",
    )
    (item,) = plan.items
    assert item.after["evidence_url"] == "https://example.org/no"
