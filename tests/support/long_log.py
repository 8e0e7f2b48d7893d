"""A run whose log is long: one that ran, with lines put into the midst of its log in the server's database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def lengthen(database: Path, run_id: str, lines: int, node_id: str) -> None:
    """Give a run that is over `lines` more events, all before its last two; `seq` stays without a gap."""
    with closing(sqlite3.connect(database, timeout=20)) as connection, connection:
        [last] = connection.execute("SELECT max(seq) FROM run_events WHERE run_id = ?", [run_id]).fetchone()
        ends = last - 1
        for seq in (last, ends):
            connection.execute("UPDATE run_events SET seq = ? WHERE run_id = ? AND seq = ?", [seq + lines, run_id, seq])
        [at] = connection.execute("SELECT min(at) FROM run_events WHERE run_id = ?", [run_id]).fetchone()
        rows = [(run_id, ends + n, at, "log", node_id, 1, f"Line {n:05} of a long log") for n in range(lines)]
        connection.executemany(
            "INSERT INTO run_events (run_id, seq, at, kind, node_id, attempt, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
