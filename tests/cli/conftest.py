"""Commands are run as processes; each test has a folder of its own, with a database that is up to date."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api import steps
from support.cli import Cli
from support.full_disk import small_disk
from support.history import migrated
from support.process import Serve
from support.site import Site, site_on_loopback

__all__ = ["migrated", "small_disk"]


@pytest.fixture
def cli(migrated: Path, tmp_path: Path) -> Cli:
    shutil.copytree(migrated, tmp_path / "data")
    return Cli(tmp_path, {"VOICEGRAPH_ALLOW_PRIVATE_HOSTS": "127.0.0.1"})


@pytest.fixture
def server(cli: Cli) -> Iterator[Serve]:
    """A server over the folder; it ends in good order, unless the test has ended it."""
    server = Serve(cli.home).start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log, server.log


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        site.put("/page", "<html><body><article><p>The sky is blue. It is large.</p></article></body></html>")
        site.put("/slow", "at last", "text/plain")
        yield site


@pytest.fixture
def stuck(site: Site) -> dict[str, Any]:
    """A node that stands still until the site lets go of `/slow`."""
    site.hold("/slow")
    return {"type": "http", "action": "request", "params": {"url": site.url("/slow")}}


@pytest.fixture
def as_a_step(cli: Cli) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Makes a node one that runs a saved workflow with that node alone."""

    def saved(node: dict[str, Any]) -> dict[str, Any]:
        server = Serve(cli.home).start()
        body = {"workflow": steps(node, name="Step")}
        httpx.post(f"{server.url}/api/workflows", json=body, trust_env=False).raise_for_status()
        assert server.stop() == 0
        return {"type": "workflow", "action": "run", "params": {"workflow": "Step"}}

    return saved
