"""A condition's source as the library takes it: numbers beyond 64 bits, and `size` of a text, which it counts in bytes.

`size("Größe")` is 5, as CEL has it: so `size(…)` is written as a call of a function of ours (`functions.py`).
"""

from __future__ import annotations

from voicegraph.nodes.conditions.arithmetic import TOKEN

LEAST, MOST = -(2**63), 2**63 - 1
SIZE = "vg_size"


def with_sizes(expression: str) -> str:
    """The source with `size(…)` as the call of our function; everything else as it stands."""
    pieces: list[str] = []
    place = 0
    while token := TOKEN.match(expression, place):
        called = token["name"] == "size" and expression[token.end() :].lstrip().startswith("(")
        pieces.append(token[0].removesuffix("size") + SIZE if called else token[0])
        place = token.end()
    return "".join(pieces) + expression[place:]


def with_large_numbers(expression: str) -> str:
    """The expression with whole numbers beyond 64 bits as the library takes them: without a sign, or as doubles."""
    pieces: list[str] = []
    place, signed, ended = 0, False, False
    while token := TOKEN.match(expression, place):
        text = token[0]
        if token.lastgroup == "number" and (number := _whole_number(token["number"])) is not None:
            text = text[: len(text) - len(token["number"])] + _written(number, token["number"], signed)
        pieces.append(text)
        place, signed = token.end(), token["mark"] == "-" and not ended
        ended = token["name"] != "in" if token["mark"] is None else token["mark"] in ")]}"
    return "".join(pieces) + expression[place:]


def _whole_number(text: str) -> int | None:
    try:
        return int(text, 0 if text[:2].lower() == "0x" else 10)
    except ValueError:
        return None


def _written(number: int, text: str, negative: bool) -> str:
    if number <= MOST + negative:
        return text
    if number < 2**64 and not negative:
        return f"{number}u"
    try:
        return f"{float(number):.17e}"
    except OverflowError:
        return text
