"""One process owns a database's background runs."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from support.postgres import Postgres

from voicegraph.db import lock as lock_module
from voicegraph.db.connect import connect
from voicegraph.db.lock import OwnerLock, is_owned
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

LockOf = Callable[[Settings], OwnerLock]

HOLDER = """
import sys
from voicegraph.db.connect import connect
from voicegraph.db.lock import OwnerLock
from voicegraph.settings import Settings
settings = Settings.model_validate_json(sys.argv[1])
lock = OwnerLock(connect(settings), settings.data_dir)
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock_of() -> Iterator[LockOf]:
    """A lock on what the settings name, as a process of its own would make it."""
    engines: list[Engine] = []

    def make(settings: Settings) -> OwnerLock:
        engines.append(connect(settings))
        return OwnerLock(engines[-1], settings.data_dir)

    yield make
    for engine in engines:
        engine.dispose()


def test_a_second_owner_is_told_what_to_do(settings: Settings, lock_of: LockOf):
    first, second = lock_of(settings), lock_of(settings)
    first.acquire()
    with pytest.raises(ConfigError, match="Another VoiceGraph command or server is running on this database"):
        second.acquire()
    second.release()
    first.release()
    second.acquire()
    second.release()


def test_a_lock_that_was_never_taken_may_be_released(settings: Settings, lock_of: LockOf):
    lock_of(settings).release()


def test_who_looks_whether_it_is_taken_takes_nothing(settings: Settings, lock_of: LockOf):
    assert not is_owned(settings)
    lock = lock_of(settings)
    lock.acquire()
    assert is_owned(settings)
    lock.release()
    assert not is_owned(settings)
    lock.acquire()
    lock.release()


def test_a_look_at_a_folder_that_is_not_there_makes_none(tmp_path: Path):
    assert not is_owned(Settings(_env_file=None, data_dir=tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_a_look_keeps_no_server_from_starting(
    sqlite_settings: Settings, lock_of: LockOf, monkeypatch: pytest.MonkeyPatch
):
    """The look holds the lock for a moment."""
    monkeypatch.setattr(lock_module, "_GLANCE_SECONDS", 30)
    lock = lock_of(sqlite_settings)
    with (lock.folder / "engine.lock").open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_EX)
        threading.Timer(0.05, fcntl.flock, (looking.fileno(), fcntl.LOCK_UN)).start()
        lock.acquire()
    lock.release()


def test_the_lock_of_a_process_that_was_killed_is_free(settings: Settings, lock_of: LockOf):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, settings.model_dump_json()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout
    assert holder.stdin
    assert holder.stdout.readline() == "held\n"
    lock = lock_of(settings)
    with pytest.raises(ConfigError):
        lock.acquire()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    holder.stdin.close()
    _acquire_soon(lock)
    lock.release()


def _acquire_soon(lock: OwnerLock) -> None:
    """PostgreSQL notices within moments that a session's process is gone."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return lock.acquire()
        except ConfigError:
            assert time.monotonic() < deadline, "the lock outlived its owner"


def test_one_sqlite_file_has_one_owner_whatever_the_data_folder(tmp_path: Path, lock_of: LockOf):
    url = f"sqlite:///{tmp_path}/shared.db"
    locks = [lock_of(Settings(_env_file=None, data_dir=tmp_path / name, database_url=url)) for name in ("a", "b")]
    locks[0].acquire()
    with pytest.raises(ConfigError):
        locks[1].acquire()
    locks[0].release()


def test_a_lock_that_the_database_dropped_is_taken_again(tmp_path: Path, postgres: Postgres, lock_of: LockOf):
    """As at a restart of PostgreSQL: the session is gone, and the lock with it."""
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=postgres.fresh())
    first, second = lock_of(settings), lock_of(settings)
    first.acquire()
    assert first.check()
    postgres.disconnect_everybody(str(settings.database_url))
    assert first.check()
    with pytest.raises(ConfigError):
        second.acquire()
    postgres.disconnect_everybody(str(settings.database_url))
    second.acquire()
    with pytest.raises(ConfigError, match="Another VoiceGraph command or server"):
        first.check()
    second.release()


def test_the_lock_on_a_file_is_always_ours(sqlite_settings: Settings, lock_of: LockOf):
    lock = lock_of(sqlite_settings)
    lock.acquire()
    assert lock.check()
    lock.release()


def test_a_database_that_is_away_for_several_looks_is_found_again(
    tmp_path: Path, postgres: Postgres, lock_of: LockOf, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=postgres.fresh())
    lock = lock_of(settings)
    lock.acquire()
    postgres.disconnect_everybody(str(settings.database_url))
    with monkeypatch.context() as away:
        away.setattr(lock._engine, "connect", _refused)
        assert [lock.check(), lock.check()] == [False, False]
    assert lock.check()
    with pytest.raises(ConfigError):
        lock_of(settings).acquire()
    lock.release()


def _refused() -> Connection:
    raise OperationalError("connect", None, ConnectionRefusedError())
