"""`voicegraph serve` as its users start it: a process of its own, over a data folder that outlives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

READY = re.compile(r"runs on (http://\S+)")
START_SECONDS = 30
STOP_SECONDS = 30


class Serve:
    """One server. It keeps its port over restarts, so that an open page finds it again."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = {"VOICEGRAPH_DATA_DIR": str(home / "data"), "VOICEGRAPH_ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
        self.settings |= settings
        self.command = [sys.executable, "-m", "voicegraph"]
        self.url = ""
        self.output: list[str] = []
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        self._listening = threading.Event()
        self._reader: threading.Thread | None = None

    def start(self, inside: Sequence[str] = ()) -> Serve:
        """Return once it listens. `inside` are words before the command, that start it somewhere else."""
        self._listening.clear()
        self._process = subprocess.Popen(
            [*inside, *self.command, "serve", "--port", self._port],
            cwd=self.home,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,))
        self._reader.start()
        if not self._listening.wait(START_SECONDS):
            self.kill()
            raise AssertionError(f"the server did not start:\n{self.log}")
        return self

    def stop(self) -> int:
        """SIGTERM, as an operating system does it. The exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: it is there, holds what it holds, and does nothing. `thaw` lets it go on."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop in good order, and start again over the same data."""
        self.stop()
        self.start()

    @property
    def log(self) -> str:
        return "".join(self.output)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(STOP_SECONDS)
        if self._reader:
            self._reader.join()
        self._process = None
        return code

    def _environment(self) -> dict[str, str]:
        """What the machine needs, and nothing that configures a VoiceGraph by accident."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "PYTHONUNBUFFERED": "1", **self.settings}

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout as lines:
            for line in lines:
                self.output.append(line)
                if found := READY.search(line):
                    self.url = found[1]
                    self._port = self.url.rpartition(":")[2]
                    self._listening.set()
