"""A PostgreSQL server of the tests' own: in a folder that goes away, reachable through a Unix socket alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from voicegraph.db.connect import connect
from voicegraph.db.migrate import migrate
from voicegraph.settings import Settings

_SHAPE = """
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
    UNION ALL SELECT c.relname, t.tgname FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
    ORDER BY 1, 2
"""


def binaries() -> Path | None:
    """Where initdb and pg_ctl are: on the PATH, or where Debian keeps them (newest version)."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=lambda path: int(path.parent.name), default=None)


@dataclass
class Postgres:
    """A running server. `fresh` makes a database with the product's tables."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _template: str = ""
    _spare: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return f"postgresql://voicegraph@/{name}?host={self.socket}"

    def empty(self) -> str:
        """The URL of a new, empty database."""
        return self._create("template0")

    def fresh(self) -> str:
        """The URL of an empty database, migrated: one that was given back, or a copy of one that was migrated."""
        if self._spare:
            return self._spare.pop()
        if not self._template:
            url = self.empty()
            engine = connect(Settings(_env_file=None, database_url=url))
            migrate(engine)
            engine.dispose()
            self._template = _name(url)
        return self._create(self._template)

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected: a hundred of them would fill a small disk."""
        self.ask(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def give_back(self, url: str) -> None:
        """For the next one, with nobody connected and nothing in it; to make a new one and remove it takes longer.

        Dropped when it has not the tables of a fresh one any more.
        """
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
            shape = connection.execute(_SHAPE).fetchall()
            if shape == self._shape:
                connection.execute("SET session_replication_role = replica")  # the order of the tables does not matter
                for table in sorted({table for table, _ in shape} - {"alembic_version"}):
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                self._spare.append(url)
                return
        self.drop(url)

    @cached_property
    def _shape(self) -> list[tuple[str, str]]:
        with psycopg.connect(self.url(self._template)) as connection:
            return connection.execute(_SHAPE).fetchall()

    def ask(self, statement: str, name: str = "postgres") -> None:
        """Run a statement as the administrator."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]

    def disconnect_everybody(self, url: str) -> None:
        """End the sessions of a database, as a restart of the server does."""
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name(url)}'")


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Start a server and stop it at the end. PostgreSQL refuses to run as root, so root runs it as somebody else."""
    tools = binaries()
    assert tools, "PostgreSQL is not installed; `make test` does it"
    folder = Path(tempfile.mkdtemp(prefix="vg-pg-"))
    user = _unprivileged() if os.geteuid() == 0 else None
    if user:
        os.chown(folder, *user)
    data = folder / "data"

    def run(tool: str, *arguments: str) -> None:
        who = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
        command = [tools / tool, "-D", data, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **who)  # pyright: ignore
        assert done.returncode == 0, f"{tool}: {done.stdout}{done.stderr}"

    try:
        run("initdb", "-U", "voicegraph", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        run("pg_ctl", "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield Postgres(folder)
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise AssertionError("there is no user to run PostgreSQL as")
