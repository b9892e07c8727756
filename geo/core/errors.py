"""Exceptions with an HTTP status and a localizable message: a catalogue key and its values."""

from __future__ import annotations

from dataclasses import dataclass


class KharitaError(Exception):
    """Base class: ``key`` names the message in the catalogue, ``values`` fill it."""

    status = 400

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


class AddressTooLong(KharitaError):
    """The encoded view is longer than an address that every mail program preserves."""


class BadRequest(KharitaError):
    """A request parameter is missing or out of range."""


class NotFound(KharitaError):
    """No such record."""

    status = 404


class Expired(KharitaError):
    """The resource existed, and can no longer be read."""

    status = 410


class CrossOrigin(KharitaError):
    """Cross-origin request."""

    status = 403


class MethodNotAllowed(KharitaError):
    """The address does not support this HTTP method."""

    status = 405


class NotReady(KharitaError):
    """The result is still being computed."""

    status = 409


class TooBig(KharitaError):
    """The body is larger than the route accepts."""

    status = 413


class TooMany(KharitaError):
    """Rate limit exceeded."""

    status = 429


class InternalError(KharitaError):
    """Unexpected failure; details are only logged."""

    status = 500


class Busy(KharitaError):
    """Too many concurrent requests; the same request works later."""

    status = 503


class StoreFull(KharitaError):
    """The store has reached a limit, or the disk is full."""

    status = 507


class StoreUnavailable(KharitaError):
    """The store cannot be written now; cached data are still served."""

    status = 503


class TradeError(KharitaError):
    """A statistics service gave no usable response; ``host`` names it."""

    status = 502


@dataclass(frozen=True, slots=True)
class Notice:
    """Message for the reader: a value was dropped, an address repaired."""

    key: str
    values: tuple[tuple[str, str], ...] = ()
