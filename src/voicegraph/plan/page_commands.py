"""Short sentences that are about the page and not about a workflow: "undo that", "run it in the background".

They are recognised here and nowhere else, for what is typed and for what is said. Only a whole sentence counts:
"run it every Monday" is an edit.
"""

from __future__ import annotations

import re
from re import Pattern
from typing import Literal

from voicegraph.words.fillers import drop_fillers
from voicegraph.words.patterns import either, maybe, rx, words

Intent = Literal["undo", "redo", "run", "run_background", "show_history", "restore_last_run"]

INTENTS: dict[Intent, str] = {
    "undo": "Undo the last change.",
    "redo": "Redo the change that was undone.",
    "run": "Run the workflow.",
    "run_background": "Run the workflow in the background.",
    "show_history": "Show the workflow history.",
    "restore_last_run": "Restore the last run.",
}
"""What each means, in words."""

LONGEST = 100
"""Characters. What is longer says more than a command of the page."""

_ARTICLE = words("the my this that your our")
_IT = either(
    words("it this that"), rf"(?:{_ARTICLE} )?(?:current )?{words('workflow flow graph thing pipeline automation')}"
)
_LAST = words("last latest previous most_recent")
_LAST_CHANGE = rf"(?:{_ARTICLE} )?(?:{_LAST} )?{words('change edit step thing one command')}"
_RUN = rf"(?:{words('go_ahead_and let_us lets')} )?{words('run execute start launch')}(?: {_IT})?"
_HISTORY = rf"(?:{_ARTICLE} )?(?:workflow |run )?{words('history past_runs previous_runs old_runs runs last_runs')}"
_AGAIN = maybe(" ", words("again now please"))

_SENTENCES: dict[Intent, Pattern[str]] = {
    "undo": rx(either(rf"(?:undo|revert)(?: (?:{_IT}|{_LAST_CHANGE}))?", "take (?:that|it|this) back", "go back"), _AGAIN, "$"),
    "redo": rx(either(rf"redo(?: (?:{_IT}|{_LAST_CHANGE}))?", "put (?:that|it|this) back(?: in)?", "undo (?:the|that) undo"), _AGAIN, "$"),
    "run_background": rx(_RUN, either(" (?:in|on) (?:the )?background", " durably", " with background execution"), _AGAIN, "$"),
    "run": rx(_RUN, _AGAIN, maybe(" ", words("live here")), "$"),
    "show_history": rx(
        either(
            rf"{words('show open see view display list bring_up go_to pull_up')}(?: me| us)? {_HISTORY}",
            rf"(?:{_ARTICLE} )?(?:workflow |run )?history",
            "what (?:did i run|ran|has run)(?: before| lately| last)?",
        ),
        _AGAIN,
        "$",
    ),
    "restore_last_run": rx(
        either(
            rf"{words('restore open load reopen show bring_back go_back_to get_back')}(?: me| us)? (?:{_ARTICLE} )?{_LAST} "
            rf"{words('run workflow_run workflow execution')}"
        ),
        _AGAIN,
        "$",
    ),
}  # fmt: skip


def read_command(text: str) -> Intent | None:
    """What the page is asked to do, or None when the sentence asks for something else."""
    if len(text) > LONGEST:
        return None
    bare = re.sub(r"[.!?,;]+", " ", text.replace("’", "'"))
    bare = re.sub(r"\s+", " ", drop_fillers(re.sub(r"\s+", " ", bare).strip())).strip(" ,")
    return next((intent for intent, pattern in _SENTENCES.items() if pattern.match(bare)), None)
