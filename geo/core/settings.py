"""Settings of a deployment: environment variables KHARITA_…, validated together.

One field per variable, with what it means; the table of ``docs/operations.md`` is made from them
(``make docs``). Nothing else of the project reads KHARITA_… from the environment.
"""

from __future__ import annotations

import os
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.core.paths import DATA_DIR, PROJECT
from geo.core.roles import ROLES

LOGS = ("text", "json")
BOUNDARIES = ("regions", "natural_earth")
GEOCODERS = ("nominatim", "photon")
MAX_LOGIN_HOURS = 720
_STORE = re.compile(r"files:.+|postgis:.*|synthetic:\d+", re.DOTALL)
_HOST = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f:]{2,45}\]")
_ORIGIN = re.compile(r"https?://([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(:\d{1,5})?")
_WEB = ("https://", "http://")


# Each check takes what the environment says. Values that may hold a password are not repeated.


def _one_of(values: tuple[str, ...], *, unset: str = "") -> BeforeValidator:
    """One of a few words; an empty variable means ``unset``."""

    def check(text: str) -> str:
        if (text or unset) not in values:
            raise ValueError(f"must be one of {', '.join(values)}, not {text!r}")
        return text or unset

    return BeforeValidator(check)


def _words(form: re.Pattern[str], what: str) -> BeforeValidator:
    """Words with spaces between, each of one form, in small letters."""

    def check(text: str) -> tuple[str, ...]:
        words = tuple(text.lower().split())
        if not all(form.fullmatch(word) for word in words):
            raise ValueError(f"must be {what}, not {' '.join(words)!r}")
        return words

    return BeforeValidator(check)


def _store(text: str) -> str:
    if not _STORE.fullmatch(text):
        raise ValueError("is none of files:FOLDER, postgis:ADDRESS and synthetic:N")
    return text


def _hours(text: str) -> float:
    try:
        hours = float(text or "12")
    except ValueError:
        hours = -1.0
    if not 1 / 60 <= hours <= MAX_LOGIN_HOURS:
        raise ValueError(f"must be a number of hours up to {MAX_LOGIN_HOURS}, not {text!r}")
    return hours


def _geocoders(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for item in text.split():
        kind, _, url = item.partition(":")
        if kind not in GEOCODERS or not _is_plain_address(url):
            raise ValueError(
                "must be KIND:https://HOST with spaces between, without a user, KIND one of "
                f"{', '.join(GEOCODERS)}"
            )
        found.append((kind, url.rstrip("/")))
    return tuple(found)


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return url.startswith(_WEB) and bool(parts.hostname) and not parts.username
    except ValueError:
        return False


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = None
    if text and (day is None or day.isoformat() != text):
        raise ValueError(f"must be a day as YYYY-MM-DD, not {text!r}")
    return day


def _contact(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c.isascii())[:120]


def _web_address(text: str) -> str:
    if text and not text.startswith(_WEB):
        raise ValueError("must be a web address")
    return text


def _address_and_key(text: str) -> tuple[str, str]:
    url, _, key = text.strip().partition(" ")
    key = key.strip()
    if url and (not url.startswith(_WEB) or not key.isascii() or not key.isprintable()):
        raise ValueError("must be a web address and a key, with a space between")
    return url, key if url else ""


def _setting(default: str, description: str, *, shown: str = "unset", secret: bool = False) -> Any:
    """A field whose default is text too, as in the environment.

    Parameters
    ----------
    shown : the default in the table of the docs.
    secret : whether the value may hold a key or a password, and so is left out of ``repr``.
    """
    return Field(
        default=default,
        description=description,
        validate_default=True,
        repr=not secret,
        json_schema_extra={"shown": shown},
    )


class Settings(BaseSettings):
    """Settings of a deployment; each is the environment variable KHARITA_NAME."""

    model_config = SettingsConfigDict(
        env_prefix="KHARITA_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    store: Annotated[str, BeforeValidator(_store)] = _setting(
        f"files:{DATA_DIR}",
        "where the records are: `files:FOLDER`, `postgis:postgresql://USER@HOST/DATABASE` (the "
        "password is best left to `~/.pgpass`), or `synthetic:N` for measurements",
        shown="`files:data`",
        secret=True,
    )
    var: Annotated[Path, BeforeValidator(lambda text: Path(text or PROJECT / "var"))] = _setting(
        "",
        "folder of what is written while running (change sets of a store of files, shared views, "
        "corrections, published reports, the audit log); back it up",
        shown="`var`",
    )
    log: Annotated[str, _one_of(LOGS, unset=LOGS[0])] = _setting(
        LOGS[0], "`text`, or `json`: one object per line", shown="`text`"
    )
    role: Annotated[str, _one_of(ROLES, unset=ROLES[0])] = _setting(
        ROLES[0],
        "what everybody may do while no login is configured: `reader`, `editor`, `steward` or "
        "`administrator`; above reader only on the machine's own address",
        shown="`reader`",
    )
    roles: Annotated[Path | None, BeforeValidator(lambda text: Path(text) if text else None)] = (
        _setting(
            "",
            "file of who may do what once a login is configured ([login.md](login.md)); without "
            "it everybody reads",
        )
    )
    login_hours: Annotated[float, BeforeValidator(_hours)] = _setting(
        "12", f"how long a login counts, hours up to {MAX_LOGIN_HOURS}", shown="12"
    )
    hosts: Annotated[
        tuple[str, ...],
        NoDecode,
        _words(_HOST, "host names without port, with spaces between"),
    ] = _setting(
        "",
        "names this app answers to, for instance `carte.example.ma localhost`; keep `localhost "
        "127.0.0.1` among them for health checks and Prometheus",
        shown="any",
    )
    frames: Annotated[
        tuple[str, ...],
        NoDecode,
        _words(_ORIGIN, "origins such as https://www.example.ma"),
    ] = _setting(
        "",
        "origins whose pages may show `?embed=1` in a frame, for instance "
        "`https://www.example.ma`; they are trusted as the app's own pages are",
    )
    boundaries: Annotated[str, _one_of(BOUNDARIES)] = _setting(
        BOUNDARIES[0],
        "outline of the base map: `regions`, the union of the 12 regions, or `natural_earth`, the "
        "lines of that data set",
        shown="`regions`",
    )
    geocoders: Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_geocoders)] = (
        _setting(
            "",
            "online address services, the first that answers counts: `nominatim:https://HOST "
            "photon:https://HOST`",
        )
    )
    contact: Annotated[str, BeforeValidator(_contact)] = _setting(
        "",
        "e-mail address or page that outside services get in the User-Agent, as their policies "
        "require; without it no address service is called",
    )
    osrm: Annotated[str, BeforeValidator(_web_address)] = _setting(
        "", "web address of an OSRM server; its road distances and times replace the estimates"
    )
    ors: Annotated[tuple[str, str], NoDecode, BeforeValidator(_address_and_key)] = _setting(
        "",
        "web address of an openrouteservice server and, after a space, its key: areas by road, "
        "and roads when OSRM does not answer",
        secret=True,
    )
    comtrade_key: str = _setting(
        "",
        "subscription key of UN Comtrade; without it its public preview is used",
        secret=True,
    )
    lang: str = _setting(
        "", "language of the command `kharita`: `fr`, `ar` or `en`", shown="that of `LANG`"
    )

    today: Annotated[date | None, BeforeValidator(_day)] = _setting(
        "",
        "the day that everything dated shows, as `YYYY-MM-DD`: for tests and for pictures that can "
        "be made again, never for a deployment",
        shown="that of the machine",
    )

    @property
    def usable_geocoders(self) -> tuple[tuple[str, str], ...]:
        """The kind and web address of each address service; none without a contact."""
        return self.geocoders if self.contact else ()


class SettingsError(ValueError):
    """Invalid environment variables.

    Attributes
    ----------
    faults : one sentence per variable, none of which repeats a secret.
    usable : the settings as if those variables were not set.
    """

    def __init__(self, faults: tuple[str, ...], usable: Settings) -> None:
        super().__init__(" ".join(faults))
        self.faults, self.usable = faults, usable


def variable(name: str) -> str:
    """The environment variable of a field."""
    return f"KHARITA_{name.upper()}"


def settings() -> Settings:
    """Validated settings of the current environment, cached until it changes.

    Raises
    ------
    SettingsError : at least one variable is invalid; it names all of them.
    """
    return _settings(tuple((k, os.environb[k]) for k in os.environb if k.startswith(b"KHARITA_")))


@lru_cache(maxsize=4)
def _settings(_: tuple[tuple[bytes, bytes], ...]) -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = {str(e["loc"][0]): e.get("ctx", {}).get("error", e["msg"]) for e in error.errors()}
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    raise SettingsError(
        tuple(f"{variable(name)} {fault}." for name, fault in wrong.items()), Settings(**defaults)
    )
