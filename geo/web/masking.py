"""What a record tells about persons, and who reads it.

A facility's telephone and the name of who verified it are for editors and above (Moroccan law
09-08, GDPR); everybody else, and every file that leaves the app, gets the record without them.
Whoever shows a record asks here; without an answer from the access module, the reader sees least.
"""

from __future__ import annotations

from dataclasses import replace

from geo.i18n.words import Words
from geo.model.records import Site

#: The role that reads personal data.
SEES = "editor"


def shown(site: Site, seen: bool) -> Site:
    """A facility as its reader may see it.

    Parameters
    ----------
    seen : whether the reader may read personal data.
    """
    return (
        site
        if seen or not (site.phone or site.verified_by)
        else replace(site, phone="", verified_by="")
    )


def person(name: str, seen: bool, t: Words) -> str:
    """The name of a contributor, or that there is one."""
    return name if seen else t("privacy.someone")
