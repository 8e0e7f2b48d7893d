from __future__ import annotations

from support.history import history, migrated, postgres, settings, sqlite_settings

__all__ = ["history", "migrated", "postgres", "settings", "sqlite_settings"]
