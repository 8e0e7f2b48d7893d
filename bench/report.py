"""Figures, and how they are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Report:
    """Rows of (what, figure, aim)."""

    title: str
    rows: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])

    def add(self, what: str, figure: str, aim: str = "") -> None:
        """One line."""
        self.rows.append((what, figure, aim))

    def print(self) -> None:
        """To the terminal."""
        table = Table(title=self.title, title_justify="left", box=None, padding=(0, 3, 0, 0))
        for heading in ("measured", "figure", "aim"):
            table.add_column(heading)
        for row in self.rows:
            table.add_row(*row)
        Console(width=120).print(table)
        print()


def spread(seconds: Sequence[float]) -> str:
    """`p50 / p95` in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms"
