"""What a process writes to its log, as its users start it and as libraries speak."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.loggers import fresh_uvicorn_loggers

from voicegraph import logs
from voicegraph.nodes.threads import in_thread

SECRET = "canary-4711"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    with fresh_uvicorn_loggers():
        yield


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.set_up(lambda text: text.replace(SECRET, "[hidden]"))
    yield capsys
    root.handlers, root.level = before, level
    logging.captureWarnings(False)


def test_our_lines_are_written_without_secrets(stderr: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"in the traceback: {SECRET}")
    except ValueError:
        logging.getLogger("voicegraph.some").exception("in the text: %s", SECRET)
    said = stderr.readouterr().err
    assert "ERROR voicegraph.some: in the text: [hidden]" in said
    assert "ValueError: in the traceback: [hidden]" in said
    assert SECRET not in said


@pytest.mark.parametrize("name", ["apprise", "httpx", "openai._base_client", "google_genai.models", "voicegraphs"])
def test_a_library_that_is_not_listed_says_nothing(name: str, stderr: pytest.CaptureFixture[str]) -> None:
    logging.getLogger(name).critical("Unparseable URL")
    assert stderr.readouterr().err == ""


def test_a_listed_library_speaks_from_its_level_on(stderr: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("uvicorn.error").info("quiet")
    logging.getLogger("uvicorn.error").warning("loud %s", SECRET)
    assert stderr.readouterr().err.endswith("WARNING uvicorn.error: loud [hidden]\n")


@given(text=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_a_second_record(text: str, stderr: pytest.CaptureFixture[str]) -> None:
    logs.set_up(str)  # anew, or the lines of one place are soon only counted
    stderr.readouterr()
    logging.getLogger("voicegraph.some").warning("%s", text.encode(errors="replace").decode())
    first, *others = stderr.readouterr().err.removesuffix("\n").split("\n")
    assert "WARNING voicegraph.some: " in first
    assert all(line.startswith("    ") for line in others)
    assert "\r" not in first


def test_a_record_that_cannot_be_written_does_not_show_its_arguments(stderr: pytest.CaptureFixture[str]) -> None:
    wrong = logging.LogRecord("voicegraph.some", logging.WARNING, __file__, 1, "%d apples", (SECRET,), None)
    logs.Handler(str).handle(wrong)
    assert stderr.readouterr().err == "WARNING voicegraph.some: a line could not be written (TypeError)\n"


async def test_secrets_of_one_node_are_hidden_in_its_task_and_threads_only(stderr: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("voicegraph.some")

    async def work(mine: str, other: str) -> None:
        with logs.hiding(lambda text: text.replace(mine, "[mine]")):
            log.warning("task %s %s", mine, other)
            await in_thread(log.warning, "thread %s %s", mine, other)

    await asyncio.gather(work("one", "two"), work("two", "one"))
    said = [line.split(": ", 1)[1] for line in stderr.readouterr().err.splitlines()]
    assert sorted(said) == ["task [mine] one", "task [mine] two", "thread [mine] one", "thread [mine] two"]


def test_no_library_brings_a_handler_of_its_own() -> None:
    """A handler beside ours would write past it."""
    source = """
import asyncio, logging
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.apprise.guarded_apprise import plugin_of
import pydantic_ai, pydantic_ai.models.openai, faster_whisper, ddgs, trafilatura, feedparser, aiosmtplib, alembic
import githubkit, notion_client, slack_sdk, tavily, inngest, uvicorn
builtin_registry()
plugin_of("json://127.0.0.1/")
for name, logger in logging.root.manager.loggerDict.items():
    for handler in getattr(logger, "handlers", ()):
        if not isinstance(handler, logging.NullHandler):
            print(name, handler)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
