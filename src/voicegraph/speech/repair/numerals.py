"""Numbers from ten up and times of day in figures: "eight thirty in the morning" -> "8:30 in the morning"."""

from __future__ import annotations

from re import Match

from voicegraph.words.numbers import to_number
from voicegraph.words.patterns import either, named, rx, words
from voicegraph.words.times_of_day import SURE_TIME, TIME, write_time

_UNIT = words("one two three four five six seven eight nine")
_TEEN = words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
_BELOW_100 = either(rf"{_TENS}(?:[ -]{_UNIT})?", _TEEN, _UNIT)
_HUNDREDS = rf"(?:a|{_UNIT}) hundred(?: (?:and )?{_BELOW_100})?"
_THOUSANDS = rf"(?:{_HUNDREDS}|{_BELOW_100}|a) thousand(?:,? (?:and )?{either(_HUNDREDS, _BELOW_100)})?"
_WORD = either(_UNIT, _TEEN, _TENS, words("hundred thousand million billion half quarter dozen"))
_NUMBER = rx(rf"(?<![\w'-])(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}(?:[ -]{_UNIT})?|{_TEEN})(?![\w'])(?!-\w)(?! {_WORD}\b)")
_AFTER_NUMBER = rx(rf"\b{_WORD}[ -]$")

_HALF = r" ?(?:[ap]\.? ?m\b\.?|in the (?:early |late )?(?:morning|afternoon|evening)|at night|o'?clock)"
_RUN_TOGETHER = rx(
    r"(?<![\w.:$€£-])", named("hour", "1[0-2]|[1-9]"), r"[. ]?", named("minute", "[0-5][0-9]"), f"(?={_HALF})"
)
_SPOKEN_TIME = rx(r"(?<![\w:'-])", either(rf"(?<=\bat )(?:{TIME})", rf"(?:{SURE_TIME})"), r"(?![\w:])")
_WRITTEN = rx(r"^(?:\d|noon|midday|midnight|lunchtime)")


def write_figures(text: str) -> str:
    """The text with times and larger numbers in figures. Small numbers stay words, as in print."""
    text = _RUN_TOGETHER.sub(r"\g<hour>:\g<minute>", text)
    return _NUMBER.sub(_number, _SPOKEN_TIME.sub(_time, text))


def _time(found: Match[str]) -> str:
    written = found[0] if _WRITTEN.match(found[0]) else write_time(found[0])
    return found[0] if written.endswith(":00") else written  # "at five" is fine as it is


def _number(found: Match[str]) -> str:
    if _AFTER_NUMBER.search(found.string[: found.start()]):
        return found[0]  # "twenty twenty-five", "five ten": not one number
    value = int(to_number(found[0]))
    return f"{value:,}" if value >= 10_000 else str(value)
