"""Add up the JUnit files of a test run: `python tools/summary.py test-results`.

Exits non-zero when a suite left no file, since a suite that did not run must not look like one that passed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

SUITES = ("python", "variants", "alone", "web", "browser", "chaos", "wheel")


@dataclass(frozen=True, slots=True)
class Result:
    """Counts of one suite; seconds of wall clock as its runner gave them."""

    total: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    @classmethod
    def read(cls, path: Path) -> Result:
        """Sum the `testsuite` elements of a JUnit file (pytest and vitest write one level of them)."""
        suites = list(ET.parse(path).iter("testsuite"))  # noqa: S314 - our own runners wrote it
        return cls(
            sum(int(suite.get("tests", 0)) for suite in suites),
            sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites),
            sum(int(suite.get("skipped", 0)) for suite in suites),
            sum(float(suite.get("time", 0)) for suite in suites),
        )

    def __add__(self, other: Result) -> Result:
        return Result(
            self.total + other.total,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.seconds + other.seconds,
        )

    def __str__(self) -> str:
        passed = self.total - self.failed - self.skipped
        return f"{passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(folder: Path) -> int:
    """Print a line for each suite and one for all; return the exit code."""
    print()
    whole, complete = Result(), True
    for suite in SUITES:
        path = folder / f"{suite}.xml"
        if not path.is_file():
            print(f"{suite:>8}: did not run to its end")
            complete = False
            continue
        result = Result.read(path)
        print(f"{suite:>8}: {result}  ({result.seconds:.0f} s)")
        whole += result
    print(f"\ntotal: {whole}")
    return 0 if complete and not whole.failed else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
