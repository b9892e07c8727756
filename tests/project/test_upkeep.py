"""What keeps the project easy to keep: nothing dead, nothing long, nothing undocumented."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from geo.core.errors import KharitaError
from geo.core.settings import Settings
from geo.i18n.words import catalogue
from geo.model.view import FIELDS, FILTERS
from scripts.write_docs import settings_table
from tests.conftest import ROOT

SOURCES = sorted([*(ROOT / "geo").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_function_class_or_constant_is_only_defined():
    """A name that is written once in the whole program is dead; tests do not keep it alive."""
    texts = {p: p.read_text("utf-8") for p in SOURCES}
    others = [
        p.read_text("utf-8")
        for p in (
            *(ROOT / "benchmarks").glob("*.py"),
            *(ROOT / "scripts").glob("*"),
            ROOT / "Makefile",
        )
        if p.is_file()
    ]
    words = Counter(re.findall(r"\w+", "\n".join([*texts.values(), *others])))
    dead = []
    for path, text in texts.items():
        for node in ast.parse(text).body:
            named = (
                [node.name]
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                else [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
                if isinstance(node, ast.Assign)
                else [node.target.id]
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
                else []
            )
            decorated = (
                bool(getattr(node, "decorator_list", None))
                and not isinstance(node, ast.ClassDef)
                and any("command" in ast.unparse(d) for d in node.decorator_list)
            )
            dead += [
                f"{name_of(path)}: {name}"
                for name in named
                if words[name] == 1 and not decorated and not name.startswith("__")
            ]
    # Called by alembic, and by ``read_{format}``.
    called = ("revision", "down_revision", "upgrade", "downgrade", "read_kmz")
    assert [d for d in dead if d.rpartition(" ")[2] not in called] == []


# --- settings -------------------------------------------------------------------------


def test_the_environment_is_read_in_one_place():
    readers = {
        name_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if ast.unparse(node) in ("os.environ", "os.environb", "os.getenv")
    }
    assert readers == {"geo/core/settings.py", "geo/cli/console.py"}
    console = (ROOT / "geo" / "cli" / "console.py").read_text("utf-8")
    assert re.findall(r"environ\S*", console) == ['environ.get("LANG",']


def test_the_table_of_settings_is_fresh():
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert settings_table() in page and page.count("| `KHARITA_") == len(Settings.model_fields)
    assert all(len(field.description or "") > 8 for field in Settings.model_fields.values())


# --- routes ---------------------------------------------------------------------------


def shown(path: str) -> str:
    return re.sub(r"\{(\w+):path\}", r"{\1}", path)


def test_every_route_is_documented_with_its_methods_and_the_other_way_round():
    from app import ROUTES

    served = {
        (method, shown(route.path))
        for route in ROUTES
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }
    page = (ROOT / "docs" / "routes.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z, ]+) \| `([^`]+)` \| (.+) \|$", page, re.MULTILINE)
    documented = [(method, path) for methods, path, _ in rows for method in methods.split(", ")]
    assert set(documented) == served
    assert len(documented) == len(set(documented)) and all(len(text) > 8 for *_, text in rows)


# --- errors and filters ---------------------------------------------------------------


def test_every_error_has_its_sentence():
    def below(kind: type) -> set[str]:
        return {kind.__name__}.union(*map(below, kind.__subclasses__()))

    import geo.curate.imports.importer
    import geo.store.backup
    import geo.watch.publish.text_extraction  # noqa: F401  the errors of these are known once they are loaded

    raised, kinds = set(), below(KharitaError)
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).rpartition(".")[2] in kinds
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
                and "." in node.args[0].value
            ):
                raised.add(node.args[0].value)
    assert len(raised) > 60
    for lang in ("fr", "ar", "en"):
        assert {key for key in raised if key not in catalogue(lang)} == set()


def test_every_filter_is_in_the_guide_under_its_own_name():
    page = (ROOT / "docs" / "filtres.fr.md").read_text("utf-8")
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \| `(\w+)` \|$", page, re.MULTILINE
    )
    assert [name for *_, name in rows] == [f.name for f in FILTERS]
    labels, named = (
        catalogue("fr"),
        {
            "buyers": "acheteurs",
            "sites": "sites",
            "maisons": "Maisons",
            "reports": "rapports",
            "fairs": "salons",
        },
    )
    for label, hint, concerns, name in rows:
        assert label == labels[f"facet.{name}"] and len(hint) > 20
        assert set(concerns.split(", ")) == {named[c] for c in FIELDS[name].concerns}


def test_every_proof_named_on_the_reliability_page_is_there():
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    proofs = re.findall(r"`(tests/[\w/]+\.py)(?: -k (\"[^\"]+\"|\w+))?`", page)
    assert len(proofs) > 25
    for name, words in proofs:
        named = re.findall(r"^def (test_\w+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        for word in words.strip('"').split(" or ") if words else ("",):
            assert any(word in test for test in named), f"{name} -k {word}"
