"""Print what the Arabic and English catalogues lack against the French one.

Usage: python scripts/po_missing.py   (exit status 0 when nothing is missing or wrong)
"""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

LOCALES_DIR = Path(__file__).resolve().parent.parent / "geo" / "i18n" / "locales"
SOURCE, TRANSLATED = "fr", ("ar", "en")
PLURAL_FORMS = {"fr": 2, "ar": 6, "en": 2}
#: Arabic names zero, one and two without writing the figure.
_FIGURELESS = {"ar": {0, 1, 2}}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Po:
    """One catalogue as written, fuzzy and empty texts left out.

    Attributes
    ----------
    texts
        Key -> its text, or its plural forms in the order of the file.
    repeated
        Keys written more than once, of which readers keep one only.
    forms
        How many plural forms the header announces.
    plural
        The header's rule: a count -> the place of its form.
    """

    texts: dict[str, str | tuple[str, ...]]
    repeated: tuple[str, ...]
    forms: int
    plural: Callable[[int], int]


def load(lang: str) -> Po:
    """The catalogue of one language.

    Parameters
    ----------
    lang
        ``fr``, ``ar`` or ``en``.
    """
    path = LOCALES_DIR / f"{lang}.po"
    with path.open("rb") as file:
        po = read_po(file, locale=lang)
    header = re.search(r"nplurals=(\d+)", path.read_text(encoding="utf-8"))
    written = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in po:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else tuple(message.string or ())
        if key and text and all(text) and not message.fuzzy:
            texts[key] = text
    return Po(
        texts,
        tuple(sorted({k for k in written if written.count(k) > 1})),
        int(header[1]) if header else 0,
        gettext.c2py(po.plural_expr),
    )


def faults(lang: str, po: Po, source: Po) -> Iterator[str]:
    """What is wrong with one catalogue, one line per fault.

    Parameters
    ----------
    lang
        The language of ``po``.
    po, source
        The catalogue, and the French one it follows.
    """
    yield from (f"{lang}: repeated {key}" for key in po.repeated)
    yield from (f"{lang}: missing {key}" for key in source.texts if key not in po.texts)
    yield from (f"{lang}: unknown {key}" for key in po.texts if key not in source.texts)
    if po.forms != PLURAL_FORMS[lang]:
        yield f"{lang}: header announces {po.forms} plural forms"
    for key, text in po.texts.items():
        wanted = source.texts.get(key)
        if wanted is None:
            continue
        if isinstance(text, tuple) != isinstance(wanted, tuple):
            yield f"{lang}: {key} is plural in one language only"
            continue
        if isinstance(text, tuple) and len(text) != PLURAL_FORMS[lang]:
            yield f"{lang}: {key} has {len(text)} plural forms"
        names = placeholders(wanted if isinstance(wanted, str) else wanted[-1])
        for place, form in enumerate((text,) if isinstance(text, str) else text):
            found = placeholders(form)
            plural = isinstance(text, tuple)
            spared = {"n"} if plural and place in _FIGURELESS.get(lang, ()) else set()
            if found != names and found | spared != names:
                yield f"{lang}: {key} has placeholders {sorted(found)}, not {sorted(names)}"


def placeholders(text: str) -> set[str]:
    """The names between braces in a text."""
    return set(_PLACEHOLDER.findall(text))


def main() -> int:
    """Print every fault of every catalogue."""
    source = load(SOURCE)
    lines = [line for lang in (SOURCE, *TRANSLATED) for line in faults(lang, load(lang), source)]
    print("\n".join(lines) or f"{len(source.texts)} keys, nothing missing")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
