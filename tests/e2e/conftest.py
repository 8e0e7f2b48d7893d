"""A real browser at a real server. Every test has a server, a web site and a mailbox of its own, all on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from support.browser import Watch, launched
from support.mailbox import Mailbox, mailbox_on_loopback
from support.process import Serve
from support.site import Site, site_on_loopback
from support.studio import OpenWindow, Studio

WINDOW = {"width": 1440, "height": 900}
ARTICLE = (Path(__file__).parent / "article.html").read_text("utf-8")
"""A page with a point to make, so that a summary of it can be told from its menus."""

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The one driver of all browsers: it runs an event loop in this thread, and a thread can have only one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        site.put("/article", ARTICLE)
        yield site


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailbox_on_loopback() as mailbox:
        yield mailbox


@pytest.fixture
def settings(mailbox: Mailbox) -> dict[str, str]:
    """What the server is configured with; a test module may override it."""
    return mailbox.settings


@pytest.fixture
def server(tmp_path: Path, settings: dict[str, str]) -> Iterator[Serve]:
    server = Serve(tmp_path, **settings).start()
    yield server
    server.stop()
    print(server.log)
    assert "Traceback" not in server.log, "the server met an error that it does not explain"


@pytest.fixture
def open_window(browser: Browser, server: Serve) -> Iterator[OpenWindow]:
    """Opens a window, a browser profile of its own; at the end of the test nothing untoward may have happened in it."""
    with ExitStack() as stack:
        watches: list[Watch] = []

        def open_window(**options: object) -> Studio:
            context = browser.new_context(**{"viewport": WINDOW, "reduced_motion": "reduce", **options})
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            watch = Watch(context, server.url)
            watches.append(watch)
            return Studio(context.new_page(), server.url, watch)

        yield open_window
        assert [problem for watch in watches for problem in watch.unexpected] == []


@pytest.fixture
def studio(open_window: OpenWindow) -> Studio:
    """The page, open on an empty canvas."""
    return open_window().open()


@pytest.fixture
def page(studio: Studio) -> Page:
    return studio.page
