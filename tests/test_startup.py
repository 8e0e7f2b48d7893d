"""What starting costs: heavy libraries wait for the node or planner that needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "anthropic", "apprise", "ddgs", "feedparser", "githubkit", "google.genai", "groq", "lxml", "notion_client", "openai",
    "psycopg", "pydantic_ai", "pypdf", "slack_sdk", "tavily", "trafilatura",
}  # fmt: skip
LOADED = "import sys, voicegraph.cli, voicegraph.asgi, voicegraph.cli.server.serve; print(*sys.modules)"


def test_the_server_starts_without_heavy_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("command", ["approve", "history", "replay", "run", "schedules", "retention", "voice"])
def test_a_command_that_serves_nobody_starts_without_the_web_framework(command: str) -> None:
    code = f"import sys, voicegraph.cli.{command}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not (HEAVY | {"fastapi", "starlette", "uvicorn"}) & set(done.stdout.split())


def test_help_answers_without_the_server() -> None:
    code = "import sys, voicegraph.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not (HEAVY | {"fastapi", "sqlalchemy", "uvicorn"}) & set(done.stdout.split())
