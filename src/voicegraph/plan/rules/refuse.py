"""What is no task for a workflow: small talk and questions are off-topic, words without a task are unclear."""

from __future__ import annotations

import re

from voicegraph.errors import Refusal

EXAMPLE = "Every Monday at 9am, search the web for AI news, summarize it and email it to me"
EDIT_EXAMPLE = "Add a summary before the email"

_SMALL_TALK = re.compile(
    r"^(?:(?:well|so|ok|okay|hey|hi|hello|and|but|oh|wow)[\s,]+)*(?:"
    r"(?:hi|hello|hey|howdy|greetings|hiya|yo|good\s+(?:morning|evening|afternoon|night|day)|bye|goodbye|see\s+you|thanks?|thank\s+you|cheers|welcome|congratulations|sorry|lol|haha+|wow|cool|nice|great|awesome|amazing|perfect)\b"
    r"|(?:how|who|what|why|when|where|which|whose)(?:'s|'re|\s|$)|(?:do|does|did)\s+(?:i|you|we|they|people|dogs|cats|he|she)\b|(?:is|are|am|was|were|will|would|should|has|can|could|may|might)\s+(?:i|you|we|they|he|she|it|there|the|a|an|my|your|this|that|people|anyone|god|life)\b(?=\s+\w)"
    r"|(?:you(?:'re|\s+are)|i(?:'m|\s+am)|i\s+(?:love|like|hate|feel|think|believe|know|miss|wonder)|it(?:'s|\s+is)|that(?:'s|\s+is)|this\s+is|we(?:'re|\s+are)|my\s+name|life\s+is)\b(?!\s+(?:going|trying|looking|want))"
    r"|(?:tell|give|show|read)\s+(?:me|us)\s+(?:a|an|another|some|something|about|your|the\s+(?:meaning|truth|future|time|weather)|who|what|how|why)\b"
    r"|sing\b|dance\b|laugh\b|joke\b|talk\s+to\b|chat\b|play\b|let's\s+(?:talk|chat|play)|make\s+me\s+(?:laugh|smile|happy|a\s+sandwich|coffee)|say\s+(?:something|hi|hello)|guess\b|marry\b|entertain\b|the\s+weather|(?:nice|bad|good|lovely)\s+weather|happy\s+\w+|merry\s+\w+"
    r")",
    re.I,
)
_THERE = re.compile(r"^(?:there|everyone|you|friend|buddy|again)\b[\s!.]*$", re.I)
_COMMAND = re.compile(r"^(?:(?:please|just|now|and|then)\s+)*(?:(?P<run>(?:run|execute|start|launch)\s+(?:it|this|that|the\s+(?:workflow|flow|thing))?)|(?P<undo>undo|redo|revert|go\s+back|take\s+that\s+back))\b", re.I)


def refuse(text: str, said: str, *, editing: bool = False) -> Refusal:
    """The refusal for a text without a task. `text` is tidied; `said` is what came in."""
    example = EDIT_EXAMPLE if editing else EXAMPLE
    bare = re.sub(r"^\W+|\W+$", "", said)
    command = _COMMAND.match(text)
    if command and len(text.split()) <= 6:
        word = "run" if command["run"] else "undo"
        message = f'"{bare[:60]}" is about a workflow that is open: use the {word} button. To build a new one, say what it should do.'
        return Refusal("unclear", message, example)
    if _SMALL_TALK.match(text if len(text) > 2 else bare) or _THERE.match(text) or (not text and _SMALL_TALK.match(bare)):
        message = f"That is not a task for a workflow. Say what to fetch, what to do with it, and where to send it. For example: {example}."
        return Refusal("off_topic", message, example)
    what = f'No task could be made out in "{bare[:60]}"' if bare else "Nothing was said"
    return Refusal("unclear", f"{what}. Say what to fetch, what to do with it, and where to send it. For example: {example}.", example)
