"""A limit on how often something may happen: so many a minute, all at once or spread out."""

from __future__ import annotations

import time


class Rate:
    """For each name its own count, in this process (a token bucket, kept as the time when it would be full again)."""

    def __init__(self, per_minute: int) -> None:
        self._step = 60 / per_minute
        self._full_at: dict[str, float] = {}

    def wait(self, name: str, now: float | None = None) -> float:
        """0 and it counts; or the seconds until there is room again."""
        now = time.monotonic() if now is None else now
        if len(self._full_at) > 10_000:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}
        full_at = max(now, self._full_at.get(name, now)) + self._step
        if full_at - now > 60 + 1e-9:
            return full_at - now - 60
        self._full_at[name] = full_at
        return 0.0
