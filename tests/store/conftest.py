from __future__ import annotations

from support.history import history, settings, sqlite_settings

__all__ = ["history", "settings", "sqlite_settings"]
