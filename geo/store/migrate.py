"""Migrate a database to the schema of this version: ``python -m geo.store.migrate ADDRESS``."""

from __future__ import annotations

import argparse
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from geo.core.errors import KharitaError
from geo.i18n.words import words
from geo.store.database import engine_of, store_error, transaction, url_of

FOLDER = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> str:
    """Run the missing migrations in one transaction; return the revision of the schema.

    Raises
    ------
    StoreUnavailable : the database does not answer, or does not let this role make tables.
    """
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest() -> str:
    """The revision of the schema that this version needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def main(arguments: list[str] | None = None) -> int:
    """Migrate the database of an address; the exit status is 1 when that fails."""
    parser = argparse.ArgumentParser(prog="kharita migrate", description=__doc__)
    parser.add_argument("address", help="postgis:postgresql://USER@HOST/DATABASE")
    address = parser.parse_args(arguments).address
    t = words("fr")
    try:
        at = migrate(engine_of(url_of(address.removeprefix("postgis:"))))
    except ValueError as error:
        parser.error(str(error))
    except (KharitaError, SQLAlchemyError) as error:
        failure = error if isinstance(error, KharitaError) else store_error(error)
        print(t(failure.key, **failure.values))
        return 1
    print(t("store.migrated", step=at))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
