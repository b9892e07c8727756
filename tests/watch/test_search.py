"""Search, signals, evidence and likeness on the shipped reports, judged by hand-marked examples."""

from __future__ import annotations

import pytest

from geo.i18n.words import words
from geo.model.records import Figure, Note, Report
from geo.model.view import ViewState
from geo.query.signals import disagreements, growth_of, sign_of, signals_of
from geo.text.stemming import SearchTerms, sentences, stems
from geo.watch.api.reading import reading_answer
from geo.watch.api.reports import watch_answer
from geo.watch.evidence_chain import chain_of
from geo.watch.passages import best_passage, figures_of, sentences_of, title_of

FR = words("fr")


def passage_at(report, address):
    """The passage at an address of a report."""
    return next(
        p
        for note in report.notes
        for p in (title_of(note), *sentences_of(note), *figures_of(note))
        if p.address == address
    )


def found(query, q):
    return [r.id for r in query.reports.ranked(ViewState(q=q))]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("contrefaçon de tapis", "R-2024-05"),
        ("contrefacons tapis", "R-2024-05"),
        ("Domotex", "R-2024-06"),
        ("chrome VI", "R-2025-08"),
        ("déforestation", "R-2025-08"),
        ("Maison&Objet", "R-2026-01"),
        ("R-2024-06", "R-2024-06"),
        ("التنويع أستراليا", "R-2022-01"),
        ("e-reputation", "R-2024-07"),
    ],
)
def test_the_report_meant_comes_first(query, q, first):
    assert found(query, q)[0] == first


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("exportations", "exportation"),
        ("ARTISANALES", "artisanal"),
        ("céramiques", "ceramique"),
        ("الزرابي", "زرابي"),
        ("أستراليا", "استراليا"),
    ],
)
def test_stems_meet_whatever_the_ending_or_accent(typed, written):
    assert stems(typed) == stems(written)


@pytest.mark.parametrize(
    "q", ['"', "NEAR(", "a OR b", "*", "title:x", "-", "'; DROP", "()", "^", "\u202e", "AND"]
)
def test_no_query_is_taken_for_the_language_of_the_index(query, q):
    assert isinstance(watch_answer(query, ViewState(q=q), FR)["total"], int)


def test_highlighted_pieces_join_to_the_text_they_cut():
    wanted = SearchTerms([(["tapis"], False), (["export"], True)])
    text = "L'exportation de <b>tapis</b> & co."
    pieces = wanted.hits(text)
    assert "".join(p for p, _ in pieces) == text
    assert [p for p, hit in pieces if hit] == ["exportation", "tapis"]


def test_the_extract_is_the_sentence_that_answers(query):
    report = query.catalogue.report_by_id["R-2024-06"]
    passage = best_passage(report, query.search.wanted("stand 502"))
    assert "502" in passage.text
    assert passage_at(report, passage.address).text == passage.text


def test_sentences_keep_numbers_and_abbreviations_of_figures_whole():
    assert sentences("Hausse de 3,5 %. Élan. L'année suit !") == [
        "Hausse de 3,5 %.",
        "Élan.",
        "L'année suit !",
    ]


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_list_counts_and_facets_agree(query, lang):
    view = ViewState(lang=lang, market=("DE",))
    answer = watch_answer(query, view, words(lang))
    assert answer["total"] == query.counts(view)["reports"] == len(query.matching_reports(view))
    for facet in answer["facets"]:
        for value in facet["values"]:
            other = view.cleared(facet["field"]).with_(**{facet["field"]: (value["value"],)})
            assert value["count"] == len(query.matching_reports(other)), (facet["field"], value)


def test_the_kind_of_report_narrows_reports_only(query):
    plain, salons = query.counts(ViewState()), query.counts(ViewState(report_kind=("salon",)))
    assert salons["reports"] == 5 and salons["buyers"] == plain["buyers"]


def test_every_link_of_every_chain_resolves(query):
    catalogue = query.catalogue
    links = 0
    for report in catalogue.reports:
        reached = {f"report:{report.id}"}
        for link in chain_of(query, report, ViewState()).links:
            links += 1
            assert link.start in reached
            reached.add(link.end)
            kind, _, id_ = link.end.partition(":")
            known = {
                "market": catalogue.market_by_code,
                "buyer": catalogue.buyer_row,
                "site": catalogue.site_row,
            }[kind]
            assert id_ in known
            for passage in link.passages:
                assert passage_at(report, passage.address) == passage
                assert passage.figure or passage.text in (
                    passage.note.title_fr,
                    *sentences(passage.note.summary_fr),
                )
            if link.record:
                assert link.record.provenance != "demo"
                assert link.passages or link.record.sources
            else:
                assert link.passages
    assert links > 300


def test_the_chain_follows_the_filters(query):
    report = query.catalogue.report_by_id["R-2024-05"]
    only = chain_of(query, report, ViewState(market=("DE",)))
    assert {k.end for k in only.links if k.end.startswith("market:")} == {"market:DE"}
    assert "buyer:myrocco-de" in {k.end for k in only.links if k.basis == "said"}


def figure(label, value, unit="%", craft="vannerie"):
    return Figure(label, value, unit, "2024", "", craft)


@pytest.mark.parametrize(
    ("label", "value", "unit", "growth"),
    [
        ("évolution", "-23", "%", -23),
        ("Croissance annuelle moyenne", "17", "%", 17),
        ("baisse", "4", "%", -4),
        ("part", "36", "%", None),
        ("croissance", "12", "MDH", None),
        ("évolution", "x", "%", None),
        ("croissance ville Fès", "30", "%", None),
    ],
)
def test_only_growth_is_a_signal(label, value, unit, growth):
    assert growth_of(figure(label, value, unit)) == growth


@pytest.mark.parametrize(("value", "sign"), [(2, "+"), (1.9, "0"), (-1.9, "0"), (-2, "-")])
def test_small_changes_are_flat(value, sign):
    assert sign_of(value) == sign


def report(id_, date, value):
    note = Note(
        f"W-{id_}",
        date,
        "t",
        "salon",
        (),
        ("vannerie",),
        "s.",
        (figure("évolution", value),),
        (),
        (),
    )
    return Report(id_, date, {"fr": "t"}, "salon", (), ("vannerie",), (), (note,))


def test_recent_reports_of_opposite_signs_disagree_and_old_ones_do_not():
    new, near, far = (
        report("A", "2025-12", "-23"),
        report("B", "2022-12", "91"),
        report("C", "2022-11", "91"),
    )
    assert [(a.report, b.report) for a, b in disagreements([near, new])] == [("A", "B")]
    assert disagreements([far, new]) == [] and disagreements([report("D", "", "9"), new]) == []


def test_shipped_reports_disagree_on_basketry(query):
    assert [(a.report, b.report, a.craft) for a, b in query.reports.doubts] == [
        ("R-2025-06", "R-2022-03", "vannerie")
    ]
    assert {s.craft: s.sign for s in signals_of(query.catalogue.report_by_id["R-2025-06"])}[
        "vannerie"
    ] == "-"


def test_a_related_report_says_what_it_shares(query):
    answer = reading_answer(query, "R-2024-05", ViewState(), FR)
    assert answer["related"][0]["id"] == "R-2024-01" and answer["related"][0]["why"].startswith(
        "Citent"
    )
