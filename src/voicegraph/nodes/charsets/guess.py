"""A guess at the legacy encoding of an undeclared text: the one in which it is the likeliest text of some language.

The bytes beyond ASCII are read in every encoding of the web. Each reading is weighed as a text of the languages it could be
in, by the letters they use and how often, where capitals and signs stand, and how usual a sign of Chinese is; so readings in
different scripts compare. Where two come near each other, charset-normalizer has the casting vote.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from voicegraph.nodes.charsets.charsets import WEB, decoded, python_codec
from voicegraph.nodes.charsets.letter_frequencies import (
    ALONE,
    ARABIC,
    CYRILLIC,
    FAMILIES,
    FINAL,
    GREEK,
    HANGUL,
    HANZI,
    HEBREW,
    JOINING,
    LATER,
    LATIN,
    OPENING,
    PRINT,
    THAI,
    THAI_MARKS,
)

WESTERN = "windows-1252"
_PRIORS = {
    WESTERN: 0.0, "windows-1250": -0.7, "windows-1251": -0.3, "windows-1253": -0.7, "windows-1254": -1.0,
    "windows-1255": -0.7, "windows-1256": -0.7, "windows-1257": -2.5, "windows-874": -0.7, "iso-8859-2": -0.9,
    "iso-8859-15": -0.5, "iso-8859-5": -1.5, "iso-8859-6": -1.2, "iso-8859-7": -0.9, "iso-8859-8": -1.2,
    "koi8-r": -0.7, "koi8-u": -1.0, "ibm866": -0.9, "ibm850": -6.5, "x-mac-cyrillic": -1.8, "macintosh": -7.5, "gb18030": -0.3,
    "big5": -0.4, "shift_jis": -0.3, "euc-jp": -0.4, "euc-kr": -0.3,
}  # fmt: skip
"""How usual files in it are, as a logarithm. Of readings that are alike, the first wins."""
_BROKEN = -20.0
_NEVER = -14.0
_ENOUGH = 600
_RARE = -9.0
_FALL = 0.88
_LATIN_FALL = 0.85
_THAI_FALL = 0.94
_EAST = frozenset({"kana", "hanzi", "hangul"})


def guess(sample: bytes) -> str:
    """The WHATWG's name of the likeliest encoding; Windows-1252 where nothing speaks for another."""
    sample = _enough(sample)
    weighed = {name: _weight(decoded(sample, python_codec(name), WEB), name) + prior for name, prior in _PRIORS.items()}
    return max(weighed, key=weighed.__getitem__)


def likelihood(text: str, name: str) -> float:
    """How likely the text's characters beyond ASCII are, each, read in this encoding: a logarithm; 0 where there is none."""
    text = text[:_ENOUGH]
    beyond = sum(character > "\x7f" for character in text)
    return _weight(text, name) / beyond if beyond else 0.0


def _enough(sample: bytes) -> bytes:
    """The beginning that holds so many bytes beyond ASCII."""
    seen = 0
    for place, byte in enumerate(sample):
        seen += byte > 0x7F
        if seen > _ENOUGH and byte < 0x30:
            return sample[:place]
    return sample


def _weight(text: str, name: str = WESTERN) -> float:
    """The logarithm of how likely the characters beyond ASCII are, in the language that fits them best."""
    total = 0.0
    letters: list[tuple[str, bool, float]] = []
    cyrillic: list[tuple[str, float]] = []
    run = 0
    padded = f" {text} "
    for at, character in enumerate(text, 1):
        if character < "\x80":
            run = 0
            continue
        before, after = padded[at - 1], padded[at + 1]
        script = _script(character)
        lower = character.lower()
        if script == "latin":
            malus = -min(run, 3) * 1.6 + _case(character, before, after) + _mixed(script, before, after)
            if not (before.isalpha() or after.isalpha()):
                malus -= 6.0 if lower in _NO_WORD else 0.0 if lower in _LATIN_1 else 2.5
            letters.append((lower, not after.isalpha(), malus))
            run += 1
        elif script == "cyrillic":
            malus = _case(character, before, after) + _mixed(script, before, after)
            if lower not in ALONE and not (before.isalnum() or after.isalnum() or before == "." or after in ".-"):
                malus -= 3.0
            cyrillic.append((lower, malus))
        elif script == "sign":
            total += _sign(character, before, after)
            run = 0
        else:
            total += _other(script, lower, before, after) + (
                _case(character, before, after) if script == "greek" else 0
            )
    if letters:
        total += max(_sum_latin(letters, language) for language in FAMILIES.get(name, FAMILIES[WESTERN]))
    if cyrillic:
        total -= 2.0 * (len(cyrillic) == 1)
        total += max(
            sum(_odds(alphabet).get(c, _RARE) + malus for c, malus in cyrillic) for alphabet in CYRILLIC.values()
        )
    return total


def _sum_latin(letters: list[tuple[str, bool, float]], language: str) -> float:
    odds = _latin_odds(language)
    later = LATER.get(language, "")
    total = 0.0
    for letter, is_last, malus in letters:
        found = odds.get(letter)
        if found is None:
            found = -6.5 if letter in _LATIN_1 else -8.0
        elif letter in later and not is_last:
            found = -6.0
        total += found + malus
    return total


_NO_WORD = frozenset("œÿ")
"""What windows-1252 has for these in iso-8859-15, ½ and ¾, stands alone; they never do."""
_LATIN_1 = frozenset("äöüßéèêëàâçîïôùûñáíóúãõåøæœ")


@cache
def _odds(alphabet: str, fall: float = _FALL) -> Mapping[str, float]:
    return dict(zip(alphabet, _falling(len(alphabet), fall), strict=True))


@cache
def _latin_odds(language: str) -> Mapping[str, float]:
    return dict(zip(LATIN[language], _falling(len(LATIN[language]), _LATIN_FALL), strict=True))


def _falling(count: int, ratio: float) -> Iterable[float]:
    whole = sum(ratio**place for place in range(count))
    return [math.log(ratio**place / whole) for place in range(count)]


@cache
def _script(character: str) -> str:
    code = ord(character)
    if 0x3040 <= code < 0x30FF:
        return "kana"
    if 0x4E00 <= code < 0xA000:
        return "hanzi"
    if 0xAC00 <= code < 0xD7A4:
        return "hangul"
    kind = unicodedata.category(character)
    if character in PRINT or not (kind.startswith("L") or kind == "Mn"):
        return "sign"
    for script, first, last in (
        ("latin", 0xAA, 0x24F), ("greek", 0x370, 0x3FF), ("cyrillic", 0x400, 0x4FF), ("hebrew", 0x591, 0x5EA),
        ("arabic", 0x620, 0x6D2), ("thai", 0xE01, 0xE4E), ("latin", 0x1E00, 0x1EFF), ("wide", 0xFF21, 0xFF5A),
    ):  # fmt: skip
        if first <= code <= last:
            return script
    return "none"


def _case(character: str, before: str, after: str) -> float:
    """Capitals begin words, or stand among capitals."""
    if character.lower() == character:
        within = before.isupper() and before > "\x7f"
        return -3.0 if after.isupper() and (within or (after < "\x7f" and not before.isupper())) else 0.0
    if before.islower():
        return -6.0
    if before.isupper():
        return -4.0 if after.islower() else -0.6
    return -1.9


def _mixed(script: str, before: str, after: str) -> float:
    """No word is in two scripts, nor half of it in figures."""
    return -5.0 * sum(_differ(script, side) for side in (before, after))


def _differ(script: str, side: str) -> bool:
    if side < "\x80":
        return (script != "latin" and side.isalpha()) or (script not in _EAST and side.isdigit())
    other = _script(side)
    return other not in (script, "sign") and not (script in _EAST and other in _EAST)


def _sign(character: str, before: str, after: str) -> float:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cn", "Co", "Cs") or character == "\ufffd":
        return _BROKEN
    inside = before.isalpha() and after.isalpha() and character not in JOINING
    if character in PRINT:
        if character in "ªº°" and before.isalnum() and not after.isalnum():
            return -3.5
        leads = (after.isalpha() or after > "\x7f") and character not in OPENING
        return -10.0 if inside else -8.0 if leads else -4.5
    if character in "、。「」・ー（），：；！？《》“”〜～　":
        return -5.0
    return -11.0 if inside else -8.5


def _other(script: str, letter: str, before: str, after: str) -> float:
    mixed = _mixed(script, before, after)
    match script:
        case "kana":
            return (-4.2 if letter < "\u30a0" else -4.8) + mixed / 2
        case "hanzi":
            return _hanzi(letter) + mixed / 2
        case "hangul":
            return _hangul(letter) + mixed / 2
        case "thai":
            alone = _script(before) != "thai" and (
                letter in THAI_MARKS or (_script(after) != "thai" and "." not in (before, after))
            )
            return _odds(THAI, _THAI_FALL).get(letter, _RARE) + mixed - 6.0 * alone
        case "greek" | "hebrew" | "arabic":
            alphabet = {"greek": GREEK, "hebrew": HEBREW, "arabic": ARABIC}[script]
            early = letter in FINAL and after.isalpha()
            return _odds(alphabet).get(letter, _RARE) + mixed - 4.0 * early
        case _:
            return _NEVER if script == "none" else _RARE


@cache
def _hanzi(character: str) -> float:
    """By the first level of the national standards, which holds what is usual."""
    if character in HANZI:
        return -6.2
    for codec, last, first in (("gb2312", 0xD7, 0xB0), ("big5", 0xC6, 0xA4), ("euc_jp", 0xCF, 0xB0)):
        try:
            lead = character.encode(codec)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last:
            return -8.8
    return -12.0


@cache
def _hangul(character: str) -> float:
    if character in HANGUL:
        return -5.5
    try:
        character.encode("euc_kr")
    except UnicodeEncodeError:
        return -15.0
    return -8.3
