"""Records with their points, change sets, history by trigger, views for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, triggers and views."""
    # psycopg takes many statements at once only without parameters, which SQLAlchemy always sends.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Nothing is ever destroyed: go back by restoring a dump."""
    raise NotImplementedError
