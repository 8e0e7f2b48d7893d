"""Inngest's client, from our settings alone: its library would read the environment by itself."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import inngest

from voicegraph import __version__
from voicegraph.run.engine_choice import InngestSetup

DEV_EVENT_KEY = "dev"  # the dev server takes any
_ENVIRONMENT = Lock()
_BRANCH_VARIABLES = ("RAILWAY_GIT_BRANCH", "RENDER_GIT_BRANCH", "VERCEL_GIT_COMMIT_REF")


def make_client(setup: InngestSetup) -> inngest.Inngest:
    """The client of our app."""
    with only_from(setup):
        return inngest.Inngest(
            app_id=setup.app_id,
            app_version=__version__,
            api_base_url=setup.api_url,
            event_api_base_url=setup.event_url,
            event_key=setup.event_key or DEV_EVENT_KEY,
            signing_key=setup.signing_key,
            env=setup.env,
            is_production=not setup.dev,
            logger=logging.getLogger("voicegraph.inngest"),
        )


@contextmanager
def only_from(setup: InngestSetup) -> Generator[None]:
    """While the library is set up, the environment holds what our settings say and nothing else of Inngest's.

    The fallback key has no other way in; the rest must not come in behind the settings' back.
    """
    with _ENVIRONMENT:
        names = [name for name in os.environ if name.startswith("INNGEST_") or name in _BRANCH_VARIABLES]
        before = {name: os.environ.pop(name) for name in names}
        if setup.signing_key_fallback:
            os.environ["INNGEST_SIGNING_KEY_FALLBACK"] = setup.signing_key_fallback
        try:
            yield
        finally:
            os.environ.pop("INNGEST_SIGNING_KEY_FALLBACK", None)
            os.environ.update(before)


async def close_client(client: inngest.Inngest) -> None:
    """Close its connections; the library has no door for that."""
    connections: Any = client._http_client  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    await connections._http_client.aclose()  # noqa: SLF001
    connections._http_client_sync.close()  # noqa: SLF001
