"""Wall clock: the current day and time, which KHARITA_TODAY can set.

Deadlines, expiry and pauses are measured by ``time.monotonic``, which no setting moves.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from geo.core.settings import settings


def today() -> date:
    """The day where the app runs, or that of the setting KHARITA_TODAY."""
    return settings().today or date.today()


def now() -> datetime:
    """The moment in UTC; with the setting KHARITA_TODAY, this hour of that day."""
    moment = datetime.now(UTC)
    day = settings().today
    return datetime.combine(day, moment.timetz()) if day else moment


def seconds_since(moment: datetime) -> float:
    """The true seconds since a moment that others stated; no setting moves them."""
    return (datetime.now(UTC) - moment).total_seconds()
