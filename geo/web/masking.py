"""Masking of personal data in records.

A facility's telephone and the name of who verified it are for editors and above (Moroccan law
09-08, GDPR); everybody else, and every file that leaves the app, gets the record without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geo.i18n.words import Words
from geo.model.records import Site
from geo.model.schema import SCHEMA

#: The role that may read personal data.
SEES = "editor"
_PERSONAL = tuple(f.name for f in SCHEMA["sites"] if f.personal)


def shown(site: Site, seen: bool) -> Site:
    """Mask the personal data of a facility, unless its reader may see them.

    Parameters
    ----------
    seen : whether the reader may read personal data.
    """
    hidden: dict[str, Any] = {} if seen else {name: "" for name in _PERSONAL if getattr(site, name)}
    return replace(site, **hidden) if hidden else site


def contributor(name: str, seen: bool, t: Words) -> str:
    """The name of a contributor, or a placeholder for it."""
    return name if seen else t("privacy.someone")
