"""The command line: thin doors to the pipeline. `voicegraph --help` lists them."""

from __future__ import annotations

import sys

from voicegraph.cli.commands import app
from voicegraph.cli.view import complain
from voicegraph.errors import VoiceGraphError


def main() -> None:
    """Run the command of `sys.argv`. An error of ours is one plain line and exit code 2 (1: a run that failed)."""
    try:
        app()
    except VoiceGraphError as error:
        complain(error)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
