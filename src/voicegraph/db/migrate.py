"""Bring the database to this version's tables, with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from voicegraph.db.connect import connect
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0013"


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def open_database(settings: Settings) -> Engine:
    """Connect and bring the tables up to date. ConfigError when the database cannot be reached or written."""
    engine = connect(settings)
    try:
        migrate(engine)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        reason = str(error).splitlines()[0]
        setting = "VOICEGRAPH_DATABASE_URL" if settings.database_url else "VOICEGRAPH_DATA_DIR"
        raise ConfigError(setting, f"The database cannot be opened ({reason}). Look at {setting}.") from error
    return engine


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision. ConfigError when the database was written by a newer VoiceGraph."""
    if current_revision(engine) == HEAD:
        return  # Alembic takes a third of a second to import; an up-to-date database need not wait for it
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigError(
            "VOICEGRAPH_DATABASE_URL",
            f"The database cannot be upgraded ({error}). It may belong to a newer VoiceGraph: upgrade VoiceGraph.",
        ) from error
