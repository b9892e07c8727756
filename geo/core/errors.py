"""Every error Kharita raises on purpose. Each carries a catalogue key and its values."""

from __future__ import annotations

from dataclasses import dataclass


class KharitaError(Exception):
    """An error a reader can be told about: ``key`` names the sentence, ``values`` fill it."""

    status = 400

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


class AddressTooLong(KharitaError):
    """The view does not fit in an address that every mail program keeps whole."""


class BadRequest(KharitaError):
    """A request parameter is missing or out of range."""


class NotFound(KharitaError):
    """No such record."""

    status = 404


class Expired(KharitaError):
    """It was there, and can no longer be read."""

    status = 410


class CrossOrigin(KharitaError):
    """Sent by a page of another site."""

    status = 403


class MethodNotAllowed(KharitaError):
    """The address exists, and not with this HTTP method."""

    status = 405


class NotReady(KharitaError):
    """It is being made."""

    status = 409


class TooBig(KharitaError):
    """More was sent than the route takes."""

    status = 413


class TooMany(KharitaError):
    """More than one person, or this process, may send in a time."""

    status = 429


class InternalError(KharitaError):
    """A failure of ours; what it was is in the log only."""

    status = 500


class Busy(KharitaError):
    """Too much is asked at once; the same request works a little later."""

    status = 503


class StoreFull(KharitaError):
    """The store has reached a limit it was given."""

    status = 507


class StoreUnavailable(KharitaError):
    """The store cannot take changes now; what was read before is still served."""

    status = 503


class TradeError(KharitaError):
    """An outside service did not give a usable answer; ``key`` says how, ``host`` who."""

    status = 502


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know: a value dropped, an address repaired."""

    key: str
    values: tuple[tuple[str, str], ...] = ()
