"""`voicegraph`, and `python -m voicegraph`: the command line."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command of `sys.argv`. Ctrl+C while it is loaded, which takes a moment, ends it without a traceback."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from voicegraph.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    main()
