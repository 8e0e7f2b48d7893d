"""Lines that repeat are counted, through the handler that a process has."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from support.loggers import fresh_uvicorn_loggers

from voicegraph import log_repeats, logs

log = logging.getLogger("voicegraph.some")
uvicorn = logging.getLogger("uvicorn.error")


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    with fresh_uvicorn_loggers():
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(logs, "RepeatFilter", lambda: log_repeats.RepeatFilter(now=clock))
    return clock


@pytest.fixture
def handler(clock: Clock) -> Iterator[logging.Handler]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.set_up(lambda text: text)
    yield next(handler for handler in root.handlers if isinstance(handler, logs.Handler))
    root.handlers, root.level = before, level
    logging.captureWarnings(False)


@pytest.fixture
def said(handler: logging.Handler, capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """A call gives the lines since the last one."""
    return lambda: capsys.readouterr().err.splitlines()  # pyright: ignore[reportReturnType]


def test_a_text_that_repeats_is_written_three_times_and_then_counted(said, clock: Clock) -> None:
    for _ in range(1000):
        uvicorn.warning("Invalid HTTP request received.")
    assert len(said()) == 3
    clock.time += 11
    log.info("something else")
    count, other = said()
    assert "WARNING uvicorn.error: Invalid HTTP request received. … and 997 more like it" in count
    assert "something else" in other
    uvicorn.warning("Invalid HTTP request received.")
    assert len(said()) == 1


def test_lines_of_one_place_are_counted_whatever_they_say(said, clock: Clock) -> None:
    for number in range(5000):
        log.warning("Number %d", number)
    lines = said()
    assert len(lines) == log_repeats.SAME_PLACE
    clock.time += 11
    log.info("something else")
    assert "more like it" in said()[0]


def test_lines_that_differ_are_all_written(said) -> None:
    for number in range(50):
        log.info("Number %d", number)
    assert len(said()) == 50


def test_what_was_only_counted_is_told_at_the_end(said, handler: logging.Handler) -> None:
    for _ in range(10):
        log.warning("Again")
    said()
    handler.close()
    (line,) = said()
    assert line.endswith("Again … and 7 more like it")


def test_a_count_shows_no_secret_and_no_traceback(said, clock: Clock) -> None:
    """It is told when the node whose secrets were hidden is long over."""
    with logs.hiding(lambda text: text.replace("canary-4711", "[hidden]")):
        for _ in range(10):
            try:
                raise ValueError("canary-4711")
            except ValueError:
                log.exception("It is %s", "canary-4711")
    clock.time += 11
    log.info("something else")
    lines = said()
    assert "canary-4711" not in "".join(lines)
    assert "It is [hidden] … and 7 more like it" in lines[-2]


def test_very_many_kinds_of_lines_take_no_more_memory(handler: logging.Handler, clock: Clock) -> None:
    for number in range(3 * log_repeats.MAX_KEPT):
        logging.getLogger(f"voicegraph.n{number}").warning("Number %d", number)
    assert len(handler._repeats._windows) <= log_repeats.MAX_KEPT
