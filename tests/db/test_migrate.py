"""The tables as migrations make them are the tables the code reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from support.postgres import Postgres

from voicegraph.db import file_tables, notice_tables, tables, workflow_tables
from voicegraph.db.connect import connect
from voicegraph.db.inspection import look, reading
from voicegraph.db.migrate import HEAD, MIGRATIONS, current_revision, migrate, open_database
from voicegraph.db.search_tables import OWN_TABLES
from voicegraph.db.tables import RUN_STATUSES, TERMINAL_STATUSES
from voicegraph.errors import ConfigError
from voicegraph.run.state import RunStatus
from voicegraph.settings import Settings

(metadata,) = {part.metadata for part in (tables, file_tables, notice_tables, workflow_tables)}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a database nobody has opened yet."""
    if request.param == "sqlite":
        yield Settings(_env_file=None, data_dir=tmp_path / "data")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.empty()
    yield Settings(_env_file=None, data_dir=tmp_path / "data", database_url=url)
    server.drop(url)


def _is_of_the_metadata(name: str | None, kind: str, _: object) -> bool:
    """What the search keeps differs between the databases, and is not compared."""
    return kind != "table" or not str(name).startswith(OWN_TABLES)


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _is_of_the_metadata}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_an_empty_database_is_brought_to_the_tables_of_the_code(empty: Settings):
    engine = connect(empty)
    assert current_revision(engine) is None
    migrate(engine)
    assert current_revision(engine) == HEAD
    assert differences(engine) == []
    migrate(engine)  # a second time changes nothing
    engine.dispose()


def test_several_processes_may_find_it_empty_at_once(empty: Settings):
    program = (
        "import sys; from voicegraph.db.migrate import open_database; from voicegraph.settings import Settings; "
        "settings = Settings.model_validate_json(sys.argv[1]); print('ready', flush=True); sys.stdin.readline(); "
        "open_database(settings)"
    )
    command = [sys.executable, "-c", program, empty.model_dump_json()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]  # pyright: ignore[reportCallIssue, reportArgumentType]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("now\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    engine = connect(empty)
    assert differences(engine) == []
    engine.dispose()


def test_the_comparison_would_see_a_difference(empty: Settings):
    engine = open_database(empty)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE runs ADD COLUMN mistake INTEGER"))
    assert len(differences(engine)) == 1
    engine.dispose()


def test_a_migration_can_be_taken_back(empty: Settings):
    engine = open_database(empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    assert differences(engine) == []
    engine.dispose()


def test_head_names_the_newest_migration():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_left_alone(empty: Settings):
    engine = open_database(empty)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer VoiceGraph"):
        migrate(engine)
    assert current_revision(engine) == "9999"
    engine.dispose()


@pytest.mark.parametrize("status", TERMINAL_STATUSES)
@pytest.mark.parametrize("later", RUN_STATUSES)
def test_the_database_itself_refuses_to_change_a_terminal_status(settings: Settings, status: str, later: str):
    engine = connect(settings)
    insert = text(
        "INSERT INTO runs (id, workflow_id, name, status, engine, trigger, command, node_count, created_at) "
        "VALUES ('run_1', 'wf_1', 'Test', :status, 'live', 'manual', '', 0, 1.0)"
    )
    change = text("UPDATE runs SET status = :status, error = 'x' WHERE id = 'run_1'")
    with engine.begin() as connection:
        connection.execute(insert, {"status": status})
    if later == status:
        with engine.begin() as connection:
            connection.execute(change, {"status": later})
    else:
        with pytest.raises(DBAPIError, match="a terminal status never changes"), engine.begin() as connection:
            connection.execute(change, {"status": later})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT status FROM runs")).scalar() == status
    engine.dispose()


def test_the_statuses_of_the_tables_are_those_of_the_machine():
    assert list(RUN_STATUSES) == [*RunStatus]
    assert list(TERMINAL_STATUSES) == [status for status in RunStatus if status.terminal]


def test_files_that_are_there_already_are_told_apart(empty: Settings):
    """What came after the run that shows it was made by it; what came before was uploaded."""
    engine = open_database(empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    command.downgrade(config, "0011")
    upload, made, item, pinned = (f"file_{letter * 26}" for letter in "abcd")
    times = {upload: 1.0, made: 3.0, item: 3.0, pinned: 1.0}
    with engine.begin() as connection:
        for file_id, at in times.items():
            row = {"id": file_id, "at": at}
            insert = (
                "INSERT INTO files (id, name, media_type, size, sha256, created_at) VALUES (:id, 'a', 'b', 1, '', :at)"
            )
            connection.execute(text(insert), row)
        connection.execute(
            text(
                "INSERT INTO runs (id, workflow_id, name, status, engine, trigger, command, node_count, created_at) "
                "VALUES ('run_1', 'wf_1', 'Test', 'completed', 'live', 'manual', '', 0, 2.0)"
            )
        )
        named = {"workflow": f'{{"params":{{"fileId":"{upload}"}}}}', "other": "file_" + "z" * 26}
        connection.execute(text("INSERT INTO run_payloads VALUES ('run_1', :workflow, '{}', :other)"), named)
        for table, file_id in (("node_runs", made), ("item_runs", item)):
            place = ", item" if table == "item_runs" else ""
            row = {"output": f'{{"files":[{{"id":"{upload}"}},{{"id":"{file_id}"}}]}}'}
            statement = f"INSERT INTO {table} (run_id, node_id{place}, status, attempt, starts, output) "
            values = f"VALUES ('run_1', 'a'{', 0' if place else ''}, 'completed', 1, 1, :output)"
            connection.execute(text(statement + values), row)
        saved = {"definition": f'{{"pin":"{pinned}"}}'}
        connection.execute(text("INSERT INTO workflows VALUES ('wf_1', 'Test', 0, :definition, 1, 1)"), saved)
    migrate(engine)
    with engine.connect() as connection:
        makers = dict(connection.execute(text("SELECT id, run_id FROM files")).all())
        using = {*connection.execute(text("SELECT run_id, file_id FROM run_files")).all()}
        naming = [*connection.execute(text("SELECT workflow_id, file_id FROM workflow_files")).all()]
    assert makers == {upload: None, made: "run_1", item: "run_1", pinned: None}
    assert using == {("run_1", upload), ("run_1", made), ("run_1", item)}
    assert naming == [("wf_1", pinned)]
    engine.dispose()


def test_what_is_saved_already_is_the_first_version(empty: Settings):
    engine = open_database(empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    command.downgrade(config, "0017")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO workflows VALUES ('wf_1', 'Mine', 2, '{}', 1, 3)"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM workflows")).all() == [(1,)]
        kept = connection.execute(text("SELECT * FROM workflow_versions")).all()
    assert kept == [("wf_1", 1, "Mine", 2, "{}", 3.0, None)]
    engine.dispose()


def test_threads_that_find_it_empty_at_once_migrate_it_once(empty: Settings) -> None:
    with ThreadPoolExecutor(4) as threads:
        for engine in threads.map(open_database, [empty] * 4):
            assert current_revision(engine) == HEAD
            engine.dispose()


def test_who_waits_too_long_for_a_migration_is_told_so(empty: Settings) -> None:
    engine = connect(empty)
    with _migrating(engine), pytest.raises(ConfigError, match=r"another process uses it or upgrades it, for 0 s now"):
        migrate(engine, 0.05)
    assert current_revision(engine) is None
    migrate(engine)
    assert current_revision(engine) == HEAD
    engine.dispose()


@contextmanager
def _migrating(engine: Engine) -> Generator[None]:
    """What another process holds while it migrates."""
    if engine.dialect.name == "sqlite":
        with FileLock(Path(str(engine.url.database)).with_name("migrate.lock")):
            yield
        return
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x566F6963654D6967})
        yield


def test_a_look_names_the_age_of_a_database_and_changes_nothing(empty: Settings, tmp_path: Path) -> None:
    assert look(empty).age == "absent"
    assert list(tmp_path.iterdir()) == [], "not even a folder"
    engine = open_database(empty)
    for revision, age in ((HEAD, "current"), ("0001", "older"), ("9999", "newer")):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
        seen = look(empty)
        assert (seen.age, seen.revision) == (age, revision)
        assert seen.size > 0
        assert current_revision(engine) == revision
    engine.dispose()
    before = _files(tmp_path)
    assert look(empty).age == "newer"
    assert _files(tmp_path) == before
    delete = text("DELETE FROM alembic_version")
    with reading(empty) as there, pytest.raises(DBAPIError, match=r"read.?only"):
        there.execute(delete)  # pyright: ignore[reportOptionalMemberAccess]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
