"""Idempotency keys: a request that comes twice with one key makes one run."""

from __future__ import annotations

from voicegraph.errors import Conflict


def require_same_request(run_id: str, known: str | None, digest: str | None) -> None:
    """Conflict when both requests that came with one key are known by their digests, and differ."""
    if digest and known and digest != known:
        message = f"This Idempotency-Key was used for another request, which made the run {run_id}. Send another key."
        raise Conflict("key_used", message)
