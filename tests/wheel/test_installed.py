"""VoiceGraph as people install it: from the source distribution, with an old pip, no lock files and no Node, in an
environment of its own. Then it does the main job of the README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from support.mailbox import mailbox_on_loopback
from support.process import Serve
from support.site import site_on_loopback

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
OLD_PIP = "pip==23.0" if sys.version_info < (3, 12) else "pip==23.2.1"
"""As systems bring it; no pip is that old and runs on later Pythons."""
ARTICLE = (ROOT / "tests/e2e/article.html").read_text("utf-8")


def run(programs: Path, *words: object) -> str:
    """What the command says. It finds nothing on PATH but those programs, and nothing of this checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env = kept | {"PATH": str(programs)}
    done = subprocess.run([*map(str, words)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}:\n{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of a clean environment. The wheel is built as `pip install .` builds it: apart from what is installed."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder], cwd=ROOT, check=True)
    (source,) = folder.glob("*.tar.gz")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    programs = folder / "venv/bin"
    pip = [programs / "python", "-m", "pip", "--disable-pip-version-check"]
    run(programs, *pip, "install", OLD_PIP)
    run(programs, *pip, "wheel", "--no-deps", "-w", folder, source)
    (wheel,) = folder.glob("*.whl")
    run(programs, *pip, "install", wheel)
    return programs


class Installed(Serve):
    """Its server: nothing on PATH but its own programs, nothing of this checkout."""

    def __init__(self, programs: Path, home: Path, **settings: str) -> None:
        super().__init__(home, **settings)
        self.command = [str(programs / "voicegraph")]
        self.path = str(programs)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in super()._environment().items() if name != "PYTHONPATH"}
        return kept | {"PATH": self.path}


def test_nothing_is_missing(programs: Path) -> None:
    run(programs, programs / "python", "-m", "pip", "check")
    assert shutil.which("node", path=str(programs)) is None
    assert "voicegraph" in run(programs, programs / "voicegraph", "--help")


def test_the_main_job_of_the_readme(programs: Path, tmp_path: Path) -> None:
    with site_on_loopback() as site, mailbox_on_loopback() as mailbox:
        page = site.put("/news", ARTICLE)
        server = Installed(programs, tmp_path, **mailbox.settings).start()
        try:
            with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
                start = client.get("/").text
                assert '<div id="root">' in start
                script = client.get(re.search(r'src="(/assets/[^"]+)"', start)[1], headers={"Accept-Encoding": "gzip"})
                assert script.headers["content-encoding"] == "gzip"
                command = f"Read {page} and email me the key points"
                plan = client.post("/api/parse", json={"text": command}).json()
                assert plan["success"], plan
                body = {"transcribedText": command, "workflow": plan["workflow"]}
                asked = client.post("/api/execute-background", json=body)
                assert (asked.status_code, asked.json()["code"]) == (422, "missing_values")
                body["config"] = {"recipientEmail": "reader@example.org"}
                accepted = client.post("/api/execute-background", json=body)
                assert accepted.status_code == 202, accepted.text
                result = ended(client, accepted.json()["runId"])
            assert result["status"] == "completed", result
            (mail,) = mailbox.mails
            assert mail.recipients == ["reader@example.org"]
            assert "batter" in mail.text()
        finally:
            assert server.stop() == 0
        assert "Traceback" not in server.log, server.log


def ended(client: httpx.Client, run_id: str) -> dict[str, object]:
    """The run, when it is over."""
    deadline = time.monotonic() + 120
    while (found := client.get(f"/api/runs/{run_id}").json())["status"] in ("queued", "running", "waiting"):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found
