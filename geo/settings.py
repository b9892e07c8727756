"""The few settings of a deployment, read once from the environment.

KHARITA_STORE : ``files:FOLDER`` (default: the data folder of the project),
    ``postgis:postgresql://USER@HOST/DATABASE`` (prepared by ``python -m geo.store.migrate``; the
    password is best left to PGPASSFILE), or ``synthetic:N`` for N generated points, for
    measurements only.
KHARITA_BOUNDARIES : ``regions`` (default: the outline is the union of the 12 regions) or
    ``natural_earth`` (that data set's lines, unchanged).
KHARITA_VAR : folder of what is written while running: the change sets of a store of files, shared
    views, corrections and who accepted them (default: ``var`` in the project).
KHARITA_GEOCODERS : online address services, for instance ``nominatim:https://HOST
    photon:https://HOST``, asked in this order; unset (default): none is ever called.
KHARITA_CONTACT : address or page that those services are told, as their policies ask; without it
    none is called.
KHARITA_OSRM : address of an OSRM server; its road distances and times replace the estimates.
KHARITA_PUBLISH : ``on`` lets whoever reaches the app publish a report; anything else: nobody.
KHARITA_STEWARD_KEY : what a steward types to accept or refuse corrections; unset: nobody can.
"""
from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).parent.parent
DATA_DIR = PROJECT / "data"
SOURCES_DIR = DATA_DIR / "sources"
BOUNDARIES = ("regions", "natural_earth")


def store_address() -> str:
    """Which store to open."""
    return os.environ.get("KHARITA_STORE", f"files:{DATA_DIR}")


def geocoders() -> tuple[str, str]:
    """The online address services and the contact they are told; both empty unless set."""
    services, contact = os.environ.get("KHARITA_GEOCODERS", ""), os.environ.get("KHARITA_CONTACT", "")
    contact = "".join(c for c in contact if c.isprintable() and c.isascii())[:120]
    return (services, contact) if services and contact else ("", "")


def osrm() -> str:
    """The address of the OSRM server; empty without one.

    Raises
    ------
    ValueError : it is no web address.
    """
    url = os.environ.get("KHARITA_OSRM", "")
    if url and not url.startswith(("https://", "http://")):
        raise ValueError(f"KHARITA_OSRM must be a web address, not {url!r}")
    return url


def steward_key() -> str:
    """The stewards' key; empty: corrections cannot be accepted here."""
    return os.environ.get("KHARITA_STEWARD_KEY", "")


def boundaries() -> str:
    """Which outline the base map draws.

    Raises
    ------
    ValueError : the setting is neither ``regions`` nor ``natural_earth``.
    """
    value = os.environ.get("KHARITA_BOUNDARIES", BOUNDARIES[0])
    if value not in BOUNDARIES:
        raise ValueError(f"KHARITA_BOUNDARIES must be one of {BOUNDARIES}, not {value!r}")
    return value


def var_dir() -> Path:
    """The folder of what the app writes."""
    return Path(os.environ.get("KHARITA_VAR") or PROJECT / "var")
