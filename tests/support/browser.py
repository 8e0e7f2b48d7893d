"""A real Chromium, and a watch over what its pages do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Playwright, Request, Response

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page tries to reach, no foreign host hears of it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def chromium() -> str:
    """The program: of VOICEGRAPH_CHROMIUM, else the system's."""
    named = os.environ.get("VOICEGRAPH_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is missing; tools/system-packages installs it"
    return found


@contextmanager
def launched(playwright: Playwright, *more: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *more])
    try:
        yield browser
    finally:
        browser.close()


class Watch:
    """Notes everything that must not happen in a page: errors, foreign requests, breaches of policy, dialogs."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.problems: list[str] = []
        self.dialogs: list[str] = []
        self._home = urlsplit(origin).netloc
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)
        context.on("dialog", self._on_dialog)

    def allow(self, *patterns: str) -> None:
        """Problems that the story of this test brings with it."""
        self._allowed += [re.compile(pattern) for pattern in patterns]

    def allow_outage(self) -> None:
        """The server goes away in this story; what the browser says about that is no news."""
        self.allow(r"net::ERR_", r"Failed to load resource")

    @property
    def unexpected(self) -> list[str]:
        return [problem for problem in self.problems if not any(known.search(problem) for known in self._allowed)]

    def _note(self, problem: str) -> None:
        self.problems.append(problem)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text} {message.location['url']}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self._home:
            self._note(f"foreign request: {request.url}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # that is a stream which the page itself let go
            self._note(f"failed request: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"server error {response.status}: {response.url}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()
