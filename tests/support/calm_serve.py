"""`voicegraph`, with less patience for suspects: a script that tests start instead of the module."""

from __future__ import annotations

import voicegraph.engines.embedded_engine
from voicegraph.cli import main

if __name__ == "__main__":
    voicegraph.engines.embedded_engine.CALM_SECONDS = 1.0
    main()
