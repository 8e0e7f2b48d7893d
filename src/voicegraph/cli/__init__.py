"""The command line: thin doors to the pipeline. `voicegraph --help` lists them."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

from typer import Abort, TyperException

from voicegraph.cli.commands import app
from voicegraph.cli.streams import Unwritable, forget, open_what_is_closed
from voicegraph.cli.terminal import complain
from voicegraph.errors import UserError, VoiceGraphError


def main() -> None:
    """Run the command of `sys.argv`. An error of ours is one plain line and exit code 2 (1: a run that failed)."""
    gc.disable()  # while modules are loaded, nothing is garbage, and looking for it a fifth of the time
    open_what_is_closed()
    as_json = "--json" in sys.argv
    try:
        _require_text(sys.argv[1:])
        sys.exit(app(standalone_mode=False) if as_json else app())
    except TyperException as error:  # words that are no command
        message = getattr(error, "format_message", error.__str__)()
        _refuse(UserError("bad_command", message), as_json=True)
    except Abort:  # a question that was not answered
        sys.exit(1)
    except VoiceGraphError as error:
        _refuse(error, as_json=as_json and not isinstance(error, Unwritable))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.enable()


def _refuse(error: VoiceGraphError, *, as_json: bool) -> NoReturn:
    """Say why on standard output, as JSON, or in words; in words too where the output cannot be written."""
    try:
        complain(error, as_json=as_json)
    except OSError:
        forget(sys.stdout)
        with suppress(OSError):  # nobody is there to be told
            complain(error)
    sys.exit(2)


def _require_text(words: list[str]) -> None:
    """UserError for a word with bytes that are no UTF-8, unless it names a file: no database and no page takes it."""
    for word in words:
        whole = os.fsencode(word).decode("utf-8", "replace")
        if whole != word and not os.path.lexists(word):
            raise UserError("not_text", f"“{whole}” is not text in UTF-8, nor the name of a file that is there.")
