"""The end of a command that does not end by itself: a signal, a terminal that hangs up, output that nobody reads.

All of them cancel the command's work, so that what it has open is closed in good order: a live run is cancelled, one in
the background handed over. The exit code is 128 and the signal's number, as shells have it.
"""

from __future__ import annotations

import asyncio
import gc
import io
import os
import select
import signal
import stat
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, NoReturn, TypeVar, cast

from typer import BadParameter
from typer.core import TyperGroup

from voicegraph.cli.streams import Unwritable, forget, has_no_room

T = TypeVar("T")

WORDS = {
    signal.SIGINT: "Ctrl+C",
    signal.SIGHUP: "the terminal was closed",
    signal.SIGPIPE: "the command's output was closed",
    signal.SIGTERM: "the command was stopped",
}
LOOK_SECONDS = 0.5


class Commands(TyperGroup):
    """As the base class; and a command whose output was closed ends without a word."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the words before the command's name, some of which print something: `--help`, `--version`."""
        with printing():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            with printing():
                return super().invoke(ctx)
        except BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")  # of the library that reads it, to no user
            raise


@contextmanager
def printing() -> Generator[None]:
    """Around what prints. SystemExit when nobody reads it; Unwritable when there is no room for it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        leave(signal.SIGPIPE)
    except SystemExit as error:  # Rich, which writes the help, has a status of its own for it
        if isinstance(error.__context__, BrokenPipeError):
            leave(signal.SIGPIPE)
        raise
    except OSError as error:
        if not has_no_room(error):
            raise
        forget(sys.stdout)
        raise Unwritable(error) from error


class _Ended:
    """The signal or the closed output that ended the command; one at a time runs in a process."""

    by: signal.Signals | None = None


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run the work of a command, until it is done or ended. SystemExit when a signal or a closed output ended it."""
    _Ended.by = None
    gc.enable()
    try:
        return asyncio.run(_until_ended(work))
    except BaseException:
        if _Ended.by is not None:
            leave(_Ended.by)
        raise


async def _until_ended(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    with hearing(lambda number: _end(task, number), signal.SIGTERM, signal.SIGHUP), _hearing_ctrl_c(task):
        return await work


@contextmanager
def _hearing_ctrl_c(task: asyncio.Task[Any] | None) -> Generator[None]:
    """Each press cancels the work, where it waits: raised in its midst, as Python does, the second could be lost there.

    When the loop has not even come to the last one, because it is stuck in a write, Python's own way is left.
    """
    loop = asyncio.get_running_loop()
    pressed = come_to = 0

    def come() -> None:
        nonlocal come_to
        come_to += 1
        _end(task, signal.SIGINT)

    def press(*_: object) -> None:
        nonlocal pressed
        if pressed > come_to:
            raise KeyboardInterrupt
        pressed += 1
        loop.call_soon_threadsafe(come)

    with _handling(press, signal.SIGINT):
        yield


@contextmanager
def asking() -> Generator[None]:
    """Around a question at the terminal, on which the loop waits, too: a signal breaks it off with KeyboardInterrupt."""

    def break_off(number: int, _: object) -> NoReturn:
        _Ended.by = signal.Signals(number)
        raise KeyboardInterrupt

    wakeup = signal.set_wakeup_fd(-1)  # the loop would hear of it once more
    try:
        with _handling(break_off, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            yield
    finally:
        signal.set_wakeup_fd(wakeup)


@contextmanager
def _handling(handler: Callable[[int, Any], None], *numbers: signal.Signals) -> Generator[None]:
    """Let Python call this handler. What is to be ignored, as in a shell's background, stays so."""
    before = {one: signal.getsignal(one) for one in numbers}
    heard = [one for one in numbers if before[one] is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def hearing(call: Callable[[signal.Signals], None], *numbers: signal.Signals) -> Generator[None]:
    """Call `call` when one of these signals comes. A hang-up that is to be ignored, as under `nohup`, stays so."""
    loop = asyncio.get_running_loop()
    heard = [one for one in numbers if one != signal.SIGHUP or signal.getsignal(one) is not signal.SIG_IGN]
    for number in heard:
        loop.add_signal_handler(number, call, number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def _end(task: asyncio.Task[Any] | None, number: signal.Signals) -> None:
    if task and (_Ended.by is None or number is signal.SIGINT):
        _Ended.by = _Ended.by or number
        task.cancel()


def why(error: BaseException) -> str:
    """What ended the work that broke off with this error."""
    number = signal.SIGPIPE if isinstance(error, BrokenPipeError) else _Ended.by
    if number:
        return WORDS[number]
    if has_no_room(error):
        return Unwritable(cast("OSError", error)).message.rstrip(".")
    return f"{type(error).__name__} while it was shown"


async def whole(work: asyncio.Task[T]) -> T:
    """Await a few writes on the way to the end. Another press changes nothing: half done, they would take longer."""
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({work})
    return work.result()


@asynccontextmanager
async def while_read() -> AsyncGenerator[None]:
    """End the command as soon as nobody reads its output any more, though it may have nothing to print for long."""
    task = asyncio.current_task()
    looking = asyncio.create_task(_look_for_readers(task))
    try:
        yield
    finally:
        looking.cancel()


async def _look_for_readers(task: asyncio.Task[Any] | None) -> None:
    poll = select.poll()
    try:
        if not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            return
        poll.register(sys.stdout.fileno(), 0)  # errors are reported unasked
    except (OSError, ValueError, AttributeError, io.UnsupportedOperation):
        return
    while not poll.poll(0):  # noqa: ASYNC110 - the loop's own selector does not report a pipe that is never full
        await asyncio.sleep(LOOK_SECONDS)
    _end(task, signal.SIGPIPE)


def leave(number: signal.Signals) -> NoReturn:
    """Exit as if the signal had done it. What was not printed yet is not tried again at the interpreter's end."""
    gone = {signal.SIGPIPE: [sys.stdout], signal.SIGHUP: [sys.stdout, sys.stderr]}
    forget(*gone.get(number, []))
    raise SystemExit(128 + number)
