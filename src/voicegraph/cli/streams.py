"""Standard input, output and errors as the command was given them. Each may be closed, full, or read by nobody."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TextIO

import typer

from voicegraph.errors import UserError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Unwritable(UserError):
    """The output cannot be written: there is no room for it."""

    def __init__(self, error: OSError) -> None:
        super().__init__("disk_full", f"The output cannot be written ({error.strerror}).")


def has_no_room(error: BaseException) -> bool:
    """Whether a disk, a quota or a limit on the size of files is in the way."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def open_what_is_closed() -> None:
    """A stream that we were started without (`>&-`) goes nowhere. Else the database would be opened in its place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                if not _is_open(number):
                    os.open(os.devnull, os.O_RDWR)  # takes the first number that is free
                setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for good


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def say(message: str) -> None:
    """A word to whoever may still be there."""
    with contextlib.suppress(OSError):
        typer.echo(message, err=True)


def tell(message: str) -> None:
    """A line of output that may be missed: whoever writes it goes on without a reader."""
    try:
        typer.echo(message)
    except OSError:
        forget(sys.stdout)


def forget(*streams: TextIO) -> None:
    """Let what these still hold go nowhere."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        for stream in streams:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def let_go() -> None:
    """Write what is left, if there is anybody: the interpreter would complain at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            forget(stream)
