"""`voicegraph …` as a user types it: its output, its exit code. In this process, for starting one costs a second."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from voicegraph.cli import main, terminal

WIDTH = 200


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Of `--json`, one value a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def said(self) -> str:
        """The complaint, without the terminal's line breaks."""
        return " ".join(self.err.split())


@dataclass
class Cli:
    """Commands over one folder; `settings` are environment variables."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str) -> Done:
        """Run to the end, without a terminal and without the variables of whoever runs the tests."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "argv", ["voicegraph", *words]),
            mock.patch.object(terminal.out, "_width", WIDTH),
            mock.patch.object(terminal.err, "_width", WIDTH),
            mock.patch.object(sys, "stdin", io.StringIO()),
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                code = main()
            except SystemExit as end:
                code = end.code
        return Done(int(code or 0), out.getvalue(), err.getvalue())

    def runs(self) -> list[dict[str, Any]]:
        """The history, newest first."""
        return self("history", "--json").json["history"]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A process of its own, to be stopped or killed."""
        return subprocess.Popen(
            [sys.executable, "-m", "voicegraph", *words],
            cwd=self.home, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def write(self, name: str, content: str | bytes | dict[str, Any]) -> str:
        """A file in the folder; its name."""
        text = json.dumps(content) if isinstance(content, dict) else content
        (self.home / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return name

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "LANG": "C.UTF-8", "COLUMNS": str(WIDTH), **self.settings}
