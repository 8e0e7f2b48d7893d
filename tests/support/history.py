"""The history on a real database: SQLite in a folder, or PostgreSQL. Import the fixtures you need into a conftest."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from support.postgres import Postgres, binaries, postgres_server

from voicegraph import clock
from voicegraph.db.connect import connect
from voicegraph.db.migrate import migrate
from voicegraph.graph.model import RunId, Workflow, new_id
from voicegraph.run.events import EngineName, NewRun
from voicegraph.settings import Settings
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.contents import Contents
from voicegraph.store.files.stored_files import StoredFiles
from voicegraph.store.runs.stored_runs import StoredRuns
from voicegraph.store.upkeep.removal import Removals
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.workflows.saved_workflows import SavedWorkflows


@dataclass
class History:
    """Everything that keeps runs, on one database."""

    settings: Settings
    engine: Engine
    feed: EventFeed
    journal: Journal
    reader: Reader
    store: StoredRuns
    queries: RunQueries
    files: StoredFiles
    workflows: SavedWorkflows

    @property
    def removals(self) -> Removals:
        return Removals(
            self.reader, self.journal, Contents(self.settings.data_dir / "files", self.reader, self.journal)
        )

    def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        """What a connection of its own sees: what is on disk."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncIterator[History]:
    """As the app opens it. Open it again on the same settings for a restart."""
    engine = connect(settings)
    migrate(engine)
    feed = EventFeed()
    journal = Journal(engine, feed)
    reader = Reader(engine)
    journal.open()
    try:
        yield History(
            settings, engine, feed, journal, reader,
            StoredRuns(reader, journal), RunQueries(reader),
            StoredFiles(settings.data_dir / "files", reader, journal), SavedWorkflows(reader, journal),
        )  # fmt: skip
    finally:
        await journal.close()
        await reader.close()
        engine.dispose()


def new_run(graph: Workflow | None = None, engine: EngineName = "embedded", **given: object) -> NewRun:
    """A run that is to be made."""
    run_id = RunId(new_id("run"))
    return NewRun(run_id, graph or Workflow(name="Test"), engine, clock.now(), **given)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the session. Skipped where PostgreSQL is not installed, but never in CI."""
    if binaries() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed")
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated SQLite database, to be copied: quicker than migrating each."""
    folder = tmp_path_factory.mktemp("migrated")
    engine = connect(Settings(_env_file=None, data_dir=folder))
    migrate(engine)
    engine.dispose()
    return folder


@pytest.fixture
def sqlite_settings(migrated: Path, tmp_path: Path) -> Settings:
    """Settings with an empty, migrated SQLite database."""
    shutil.copytree(migrated, tmp_path / "data")
    return Settings(_env_file=None, data_dir=tmp_path / "data")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an empty, migrated database: the test runs once on each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_settings")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    yield Settings(_env_file=None, data_dir=tmp_path / "data", database_url=url)
    server.give_back(url)


@pytest.fixture
async def history(settings: Settings) -> AsyncIterator[History]:
    """An open history on either kind of database."""
    async with open_history(settings) as history:
        yield history
