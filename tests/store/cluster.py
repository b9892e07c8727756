"""A throw-away PostgreSQL with PostGIS, for the tests and the benchmark.

It belongs to an unprivileged user, listens on a socket in its own folder, and is gone at the end.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg


class NoPostgres(RuntimeError):
    """PostgreSQL or PostGIS is not installed."""


class Cluster:
    """One server.

    Parameters
    ----------
    durable : whether it waits for the disk at each commit, as a real one does.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = _binaries()
        self._user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.folder = Path(tempfile.mkdtemp(prefix="kharita-pg-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(
            "initdb",
            "-D",
            str(self.folder / "data"),
            "-A",
            "trust",
            "-U",
            "kharita",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        fast = "" if durable else " -c fsync=off -c full_page_writes=off"
        self._options = f"-k {self.folder} -c listen_addresses='' -c max_connections=150{fast}"
        self.start()
        self._made = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-o",
            self._options,
            "-l",
            str(self.folder / "log"),
            "-w",
            "-t",
            "60",
            "start",
        )

    def stop(self) -> None:
        """Stop it as a crash would."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://kharita@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """A new database like another one that nobody is connected to; its name."""
        self._made += 1
        name = f"t{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> None:
        as_user = (
            {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid}
            if os.getuid() == 0
            else {}
        )
        subprocess.run(
            [f"{self._bin}/{program}", *arguments],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            **as_user,
        )


def _binaries() -> str:
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True):
        version = Path(folder).parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return folder
    raise NoPostgres(
        "PostgreSQL with PostGIS is missing: make test-setup installs it, or apt-get install "
        "postgresql-15-postgis-3"
    )
