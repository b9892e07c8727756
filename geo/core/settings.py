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
KHARITA_ORS : address of an openrouteservice server and, after a space, its key; it gives what can be
    reached by road in some minutes, and the roads when OSRM does not. The key is never shown.
KHARITA_ROLE : what everybody may do while no login is configured: ``reader`` (default), ``editor``,
    ``steward`` or ``administrator``. Above reader only on the machine's own address.
KHARITA_ROLES : file that lists who may do what once a login is configured (``geo/core/roles.py``); unset:
    everybody reads.
KHARITA_LOGIN_HOURS : how long a login counts (default: 12).
KHARITA_LOG : ``text`` (default) or ``json``: one JSON object per line of the log.
KHARITA_LANG : language of the command ``kharita``: ``fr``, ``ar`` or ``en`` (default: that of LANG,
    else French).
KHARITA_COMTRADE_KEY : subscription key of UN Comtrade; without it its public preview is asked.
KHARITA_HOSTS : names this app answers to, for instance ``carte.example.ma localhost``; unset: any.
KHARITA_FRAMES : origins whose pages may show ``?embed=1`` in a frame, for instance
    ``https://www.example.ma``; unset: none but its own. Their pages are trusted as its own are.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from geo.core.paths import DATA_DIR, PROJECT
from geo.core.roles import ROLES

LOGS = ("text", "json")
BOUNDARIES = ("regions", "natural_earth")
_HOST = re.compile(r"([a-z0-9._-]{1,253}|\[[0-9a-f:]{2,45}\])\Z")
_ORIGIN = re.compile(r"https?://([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(:\d{1,5})?\Z")


def store_address() -> str:
    """Which store to open."""
    return os.environ.get("KHARITA_STORE", f"files:{DATA_DIR}")


def geocoders() -> tuple[str, str]:
    """The online address services and the contact they are told; both empty unless set."""
    services, told = os.environ.get("KHARITA_GEOCODERS", ""), contact()
    return (services, told) if services and told else ("", "")


def contact() -> str:
    """The address or page that outside services are told."""
    text = os.environ.get("KHARITA_CONTACT", "")
    return "".join(c for c in text if c.isprintable() and c.isascii())[:120]


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


def default_role() -> str:
    """What everybody may do without a login.

    Raises
    ------
    ValueError : no such role.
    """
    value = os.environ.get("KHARITA_ROLE") or ROLES[0]
    if value not in ROLES:
        raise ValueError(f"KHARITA_ROLE must be one of {ROLES}, not {value!r}")
    return value


def roles_path() -> Path | None:
    """The file of the roles; None without one."""
    path = os.environ.get("KHARITA_ROLES")
    return Path(path) if path else None


def login_hours() -> float:
    """How long a login counts.

    Raises
    ------
    ValueError : not a number of hours between a minute and thirty days.
    """
    text = os.environ.get("KHARITA_LOGIN_HOURS") or "12"
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if not 1 / 60 <= hours <= 720:
        raise ValueError(f"KHARITA_LOGIN_HOURS must be a number of hours up to 720, not {text!r}")
    return hours


def log_format() -> str:
    """How the log is written.

    Raises
    ------
    ValueError : neither ``text`` nor ``json``.
    """
    value = os.environ.get("KHARITA_LOG") or LOGS[0]
    if value not in LOGS:
        raise ValueError(f"KHARITA_LOG must be one of {LOGS}, not {value!r}")
    return value


def hosts() -> tuple[str, ...]:
    """The names this app answers to; none: any.

    Raises
    ------
    ValueError : one of them is no host name or address without a port.
    """
    names = tuple(os.environ.get("KHARITA_HOSTS", "").lower().split())
    if not all(_HOST.match(name) for name in names):
        raise ValueError(
            "KHARITA_HOSTS must be host names without port, with spaces between, not "
            f"{' '.join(names)!r}"
        )
    return names


def framers() -> tuple[str, ...]:
    """The origins whose pages may show the map in a frame.

    Raises
    ------
    ValueError : one of them is no origin: scheme, host and, if need be, port.
    """
    origins = tuple(os.environ.get("KHARITA_FRAMES", "").lower().split())
    if not all(_ORIGIN.match(origin) for origin in origins):
        raise ValueError(
            "KHARITA_FRAMES must be origins such as https://www.example.ma, not "
            f"{' '.join(origins)!r}"
        )
    return origins


def ors() -> tuple[str, str]:
    """Address and key of the openrouteservice server; both empty without one.

    Raises
    ------
    ValueError : it is no web address; the message holds neither address nor key.
    """
    url, _, key = os.environ.get("KHARITA_ORS", "").strip().partition(" ")
    key = key.strip()
    if url and (
        not url.startswith(("https://", "http://")) or not key.isascii() or not key.isprintable()
    ):
        raise ValueError("KHARITA_ORS must be a web address and a key, with a space between")
    return url, key if url else ""


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
