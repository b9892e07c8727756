"""The app's day stands still: its pictures must not change with the date.

Python imports this module by itself when its folder is on PYTHONPATH. Only ``date.today()`` is
stopped: deadlines and the freshness of caches are measured with other clocks.
"""

from __future__ import annotations

import datetime
import os

Real = datetime.date


class _Kind(type):
    def __instancecheck__(cls, it: object) -> bool:
        return isinstance(it, Real)

    def __subclasscheck__(cls, it: type) -> bool:
        return issubclass(it, Real)


class Still(Real, metaclass=_Kind):
    """``date``, but today is the day of KHARITA_TEST_DAY."""

    @classmethod
    def today(cls) -> Real:
        return Real.fromisoformat(os.environ["KHARITA_TEST_DAY"])


if "KHARITA_TEST_DAY" in os.environ:
    datetime.date = Still
