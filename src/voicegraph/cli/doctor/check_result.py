"""The result of one check of the doctor: a state, and a line for the user."""

from __future__ import annotations

from typing import Literal

State = Literal["ok", "note", "bad"]
"""ok: works. note: VoiceGraph works without it, less well. bad: something that is set up does not work."""
Finding = tuple[State, str]
