"""The key that stands outside the database: what a stolen database is worth nothing without."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from voicegraph.db.private_files import private_folder
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

KEY_FILE = "secret.key"
MIN_LENGTH = 32


def server_key(settings: Settings) -> bytes:
    """32 bytes: of VOICEGRAPH_SECRET_KEY, else of a file in the data folder, which is made when there is none (mode 0600).

    ConfigError when the one is too short or the other cannot be read.
    """
    if settings.secret_key:
        given = settings.secret_key.get_secret_value()
        if len(given) < MIN_LENGTH:
            message = f"VOICEGRAPH_SECRET_KEY has {len(given)} characters; {MIN_LENGTH} are the least."
            raise ConfigError("VOICEGRAPH_SECRET_KEY", message)
        return hashlib.sha256(given.encode()).digest()
    path = settings.data_dir / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        kept = path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise ConfigError("VOICEGRAPH_DATA_DIR", f"The key in {path} cannot be read or made ({error}).") from error
    if len(kept) < MIN_LENGTH:
        raise ConfigError("VOICEGRAPH_DATA_DIR", f"{path} holds no key. Put it back from a backup, or remove it.")
    return hashlib.sha256(kept.encode()).digest()


def _make(path: Path) -> None:
    """Whole or not at all: of two processes that make it, both read the one that was first."""
    private_folder(path.parent)
    draft = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
