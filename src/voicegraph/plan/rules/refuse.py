"""Refusals of what is no task: small talk and questions are off-topic, words without a task are unclear."""

from __future__ import annotations

import re

from voicegraph.errors import Refusal
from voicegraph.plan.page_commands import Intent, read_command
from voicegraph.words.patterns import either, rx, words

EXAMPLE = "Every Monday at 9am, search the web for AI news, summarize it and email it to me"
EDIT_EXAMPLE = "Add a summary before the email"
_SHOWN = 60

_WE = words("i you we they it he she there the a an my your this that people anyone god life")
_STATEMENT = words(
    "you_are i_am i_love i_like i_hate i_feel i_think i_believe i_know i_miss i_wonder it_is that_is this_is we_are "
    "my_name life_is"
)
_SMALL_TALK = rx(
    rf"^(?:{words('well so ok okay hey hi hello and but oh wow')}[ ,]+)*",
    either(
        words(
            "hi hello hey howdy greetings hiya yo bye goodbye see_you thanks thank_you cheers "
            "welcome congratulations sorry lol wow cool "
            "nice great awesome amazing perfect sing dance laugh joke talk_to chat play "
            "say_something say_hi say_hello guess marry "
            "entertain the_weather happy merry lovely_weather bad_weather good_weather"
        )
        + r"\b",
        r"good (?:morning|evening|afternoon|night|day)\b",
        "haha+",
        r"(?:how|who|what|why|when|where|which|whose)(?:'s|'re| |$)",
        r"(?:do|does|did) (?:i|you|we|they|people|dogs|cats|he|she)\b",
        rf"(?:is|are|am|was|were|will|would|should|has|can|could|may|might) {_WE}\b(?= \w)",
        rf"(?:{_STATEMENT}|(?:you|we)'re|i'm|it's|that's)\b(?! (?:going|trying|looking|want)\b)",
        rf"(?:tell|give|show|read) (?:me|us) (?:{words('a an another some something about your who what how why')}"
        r"|the (?:meaning|truth|future|time|weather))\b",
        "let's (?:talk|chat|play)",
        r"make me (?:laugh|smile|happy|a sandwich|coffee)\b",
    ),
)
_ASKED = rx(
    words("do does did is are was were has have should what who why when where how which"),
    r"\b(?! (?:it|that|this|the (?:thing|job|rest))\b)",
)
_GREETED = rx(r"^(?:there|everyone|you|friend|buddy|again)\b[ !.]*$")
_BUTTONS: dict[Intent, str] = {
    "undo": "undo button",
    "redo": "redo button",
    "run": "run button",
    "run_background": "run button",
    "show_history": "history button",
    "restore_last_run": "workflow history",
}


def refuse(text: str, said: str, *, editing: bool = False) -> Refusal:
    """The refusal for a text without a task. `text` is tidied; `said` is what came in."""
    example = EDIT_EXAMPLE if editing else EXAMPLE
    bare = re.sub(r"^\W+|\W+$", "", said)
    if command := read_command(said):
        what = f'"{bare[:_SHOWN]}" is for a workflow that is open: use the {_BUTTONS[command]}.'
        return Refusal("unclear", f"{what} To build a new one, say what it should do.", example)
    asked = said.rstrip().endswith("?") and _ASKED.match(bare)
    advice = f"Say what to fetch, what to do with it, and where to send it. For example: {example}."
    if asked or _SMALL_TALK.match(text.strip(" .,!?") or bare) or _SMALL_TALK.match(bare) or _GREETED.match(text):
        return Refusal("off_topic", f"That is not a task for a workflow. {advice}", example)
    what = f'No task could be made out in "{bare[:_SHOWN]}"' if bare else "Nothing was said"
    return Refusal("unclear", f"{what}. {advice}", example)
