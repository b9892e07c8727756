"""Attribution lines of every picture, as keys of the catalogue."""

from __future__ import annotations

CREDITS = ("snapshot.credit_facts", "snapshot.credit_ground", "snapshot.credit_legal")
