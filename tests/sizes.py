"""How many cases a property is tried with: few while one writes, all of them at night.

``HYPOTHESIS_PROFILE`` chooses: ``dev`` (the default), ``ci`` (the same cases at every run, so that
a commit is judged by itself) or ``nightly`` (random, at the full sizes).
"""

from __future__ import annotations

import os

from hypothesis import settings

#: A busy machine is slow, not wrong: no case has a deadline.
settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "dev")
settings.load_profile(PROFILE)


def examples(most: int) -> int:
    """How many cases this run tries of a property that is worth ``most`` of them."""
    return most if PROFILE == "nightly" else min(most, settings().max_examples)
