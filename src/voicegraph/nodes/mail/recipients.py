"""Lists of e-mail addresses as people write them, and exactly whom a mail to such a list goes to.

Every address list is read here and nowhere else, so that who judges a list sees what who sends to it sees. The standard
library's reader is not asked: releases of Python differ in what they take for an address, and some find one in a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, cast

from pydantic import AfterValidator, BeforeValidator

MAX_RECIPIENTS = 50
LONGEST = 20_000
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LINE_ENDS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")

_PART = re.compile(r'(?:"(?:[^"\\]|\\[\s\S])*"|[^",;])+')
"""What stands between separators; they are none within quotes."""
_LINE = re.compile(r'(?:"(?:[^"\\]|\\[\s\S])*"|[^"\t\n\v\f\r\x85\u2028\u2029])+')
_BULLET = re.compile(r"(?:[-*•–]|\d{1,3}[.)])\s+")
_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"\s*|[^"<>()\[\]@:\\]*)<(?P<address>[^<>]*)>')


def addresses(text: str) -> list[str]:
    """The addresses in `a@x.org, Bea <b@x.org>; c@x.org`, as bare `local@domain`. ValueError says which one is wrong.

    A line end separates them too, except within a name: `Bea⏎Blau <b@x.org>` is one person. Bullets of a list are none of it.
    """
    return list(dict.fromkeys(ascii_domain(address) for address in as_written(text)))


def as_written(text: str) -> list[str]:
    """The addresses that `addresses` gives, with their domains in the letters they are written in."""
    if len(text) > LONGEST:
        raise ValueError(f"a list of addresses has at most {LONGEST:,} characters")
    found = [_address(person) for part in _parts(text) for person in _people(part)]
    if not found:
        raise ValueError(f"“{text}” is not an e-mail address")
    if len(found) > MAX_RECIPIENTS:
        raise ValueError(f"at most {MAX_RECIPIENTS} recipients, not {len(found)}")
    return found


def joined(value: object) -> object:
    """A list of addresses as the text a form shows."""
    return ", ".join(str(one) for one in cast("list[object]", value)) if isinstance(value, list) else value


def ascii_domain(address: str) -> str:
    """The address with its domain as the DNS knows it: few mail servers take `ü` in one (RFC 5891)."""
    local, _, domain = address.rpartition("@")
    try:
        return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise ValueError(f"“{address}” is not an e-mail address") from error


def _parts(text: str) -> Iterator[str]:
    if control := CONTROL.search(LINE_ENDS.sub(" ", text)):
        raise ValueError(f"an address cannot contain the control character #x{ord(control[0]):02x}")
    end = 0
    for found in _PART.finditer(text):
        if '"' in text[end : found.start()]:  # one that is never closed
            break
        end = found.end()
        yield found[0]
    if left := text[end:].strip(" ,;\t\n\v\f\r\x85\u2028\u2029"):
        raise ValueError(f"“{left}” is not an e-mail address: a quote is not closed")


def _people(part: str) -> Iterator[str]:
    """The people that line ends separate; a line without an address is the start of a name, or of what is none."""
    begun = ""
    for found in _LINE.finditer(part):
        line = LINE_ENDS.sub(" ", found[0]).strip()
        begun = f"{begun} {_BULLET.sub('', line, count=1)}".strip()
        if "@" in line and begun.count("<") == begun.count(">"):
            yield begun
            begun = ""
    if begun:
        yield begun


def _address(part: str) -> str:
    """The address of `Bea <b@x.org>`. A name with an @ in it is refused: it would seem to say where the mail goes."""
    named = _NAMED.fullmatch(part)
    address = named["address"].strip() if named else part
    if (named and "@" in named["name"]) or not ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError(f"“{part}” is not an e-mail address")
    return address


Recipients = Annotated[str, BeforeValidator(joined), AfterValidator(lambda text: ", ".join(addresses(text)))]
"""A param of addresses: checked, as `addresses` writes them."""
