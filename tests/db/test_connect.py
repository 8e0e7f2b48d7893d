from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from voicegraph.db.connect import connect
from voicegraph.db.migrate import open_database
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings


def settings_of(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore[reportArgumentType]


def test_sqlite_survives_a_power_cut_and_gives_space_back(tmp_path: Path):
    engine = open_database(settings_of(data_dir=tmp_path / "deep" / "data"))
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "auto_vacuum", "foreign_keys", "busy_timeout")
        }
    full, incremental = 2, 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "auto_vacuum": incremental,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
    engine.dispose()


def test_a_new_file_that_another_process_has_is_waited_for(tmp_path: Path):
    other = sqlite3.connect(tmp_path / "voicegraph.db", isolation_level=None, check_same_thread=False)
    other.executescript("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as threads:
        opened = threads.submit(open_database, settings_of(data_dir=tmp_path))
        with pytest.raises(TimeoutError):  # it waits
            opened.result(timeout=0.5)
        other.execute("COMMIT")
        other.close()
        opened.result().dispose()


def test_the_data_folder_is_made_for_every_kind_of_database(settings: Settings):
    """Files, the lock and the server's address live there too."""
    connect(settings).dispose()
    assert settings.data_dir.is_dir()


def test_sqlite_may_be_named_by_url(tmp_path: Path):
    engine = open_database(settings_of(data_dir=tmp_path / "data", database_url=f"sqlite:///{tmp_path}/other.db"))
    engine.dispose()
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "nonsense", "http://example.org"])
def test_a_url_of_something_else_names_the_setting(tmp_path: Path, url: str):
    with pytest.raises(ConfigError) as caught:
        connect(settings_of(data_dir=tmp_path, database_url=url))
    assert caught.value.setting == "VOICEGRAPH_DATABASE_URL"


def test_a_server_that_does_not_answer_names_the_setting(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be opened") as caught:
        open_database(settings_of(data_dir=tmp_path, database_url=f"postgresql://x@/x?host={tmp_path}"))
    assert caught.value.setting == "VOICEGRAPH_DATABASE_URL"


@pytest.mark.parametrize("kind", ["a file in the way", "no database"])
def test_a_data_folder_that_cannot_be_used_names_the_setting(tmp_path: Path, kind: str):
    folder = tmp_path / "data"
    if kind == "no database":
        folder.mkdir()
        (folder / "voicegraph.db").write_bytes(b"this is no database" * 100)
    else:
        folder.write_text("a file")
    with pytest.raises(ConfigError) as caught:
        open_database(settings_of(data_dir=folder))
    assert caught.value.setting == "VOICEGRAPH_DATA_DIR"
