"""Masking of personal data in records.

A facility's telephone and the name of who verified it are for editors and above (Moroccan law
09-08, GDPR); everybody else, and every file that leaves the app, gets the record without them.
"""

from __future__ import annotations

from dataclasses import replace

from geo.i18n.words import Words
from geo.model.records import Site

#: The role that may read personal data.
SEES = "editor"


def shown(site: Site, seen: bool) -> Site:
    """Mask the personal data of a facility, unless its reader may see them.

    Parameters
    ----------
    seen : whether the reader may read personal data.
    """
    return (
        site
        if seen or not (site.phone or site.verified_by)
        else replace(site, phone="", verified_by="")
    )


def contributor(name: str, seen: bool, t: Words) -> str:
    """The name of a contributor, or a placeholder for it."""
    return name if seen else t("privacy.someone")
