"""Whether a message is for people: a whole sentence, and no word of a library in it."""

from __future__ import annotations

import re

_LIBRARIES = re.compile(
    r"\bNone\b|NoneType|Undefined|\bdict\b|\bstr\b|\btuple\b|has no attribute|Errno|Traceback|\b[A-Z]\w*(?:Exception|Error)\b"
    r"|Input should|valid (?:string|integer|number|dictionary|list)\b|Field required|Extra inputs|monty|pydantic|httpx|jmespath"
    r"|Expecting|delimiter|\(char \d|<class|<function|\bat 0x|lexical|maximum recursion|No such overload|Arithmetic|vg_"
    r"|https?://(?:errors\.pydantic|appriseit|docs\.)|Failed to decode|Invalid response"
)


def flaw(message: str, quoted: str = "") -> str:
    """What is wrong with the message; empty when nothing is. `quoted` is the user's own, which it may repeat."""
    said = message.replace(quoted, "") if quoted else message
    if found := _LIBRARIES.search(said):
        return f"“{found[0]}” in: {message}"
    if not message.endswith((".", "?", "!", "…")) or message.endswith(("..", "?.")):
        return f"not one full stop: {message}"
    return ""
