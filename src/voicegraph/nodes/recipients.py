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

_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",;])+')
"""What stands between separators; they are none within quotes."""
_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"\s*|[^"<>()\[\]@:\\]*)<(?P<address>[^<>]*)>')


def addresses(text: str) -> list[str]:
    """The addresses in `a@x.org, Bea <b@x.org>; c@x.org`, as bare `local@domain`. ValueError says which one is wrong.

    A line end separates them too.
    """
    return list(dict.fromkeys(ascii_domain(address) for address in as_written(text)))


def as_written(text: str) -> list[str]:
    """The addresses that `addresses` gives, with their domains in the letters they are written in."""
    if len(text) > LONGEST:
        raise ValueError(f"a list of addresses has at most {LONGEST:,} characters")
    found = [_address(part) for line in LINE_ENDS.split(text) for part in _parts(line)]
    if not found:
        raise ValueError(f"{text!r} is not an e-mail address")
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
        raise ValueError(f"{address!r} is not an e-mail address") from error


def _parts(line: str) -> Iterator[str]:
    if control := CONTROL.search(line):
        raise ValueError(f"an address cannot contain the control character {control[0]!r}")
    end = 0
    for found in _PART.finditer(line):
        if line[end : found.start()].strip(" ,;"):  # a quote that is never closed
            break
        end = found.end()
        if part := found[0].strip():
            yield part
    if line[end:].strip(" ,;"):
        raise ValueError(f"{line[end:]!r} is not an e-mail address: a quote is not closed")


def _address(part: str) -> str:
    """The address of `Bea <b@x.org>`. A name with an @ in it is refused: it would seem to say where the mail goes."""
    named = _NAMED.fullmatch(part)
    address = named["address"].strip() if named else part
    if (named and "@" in named["name"]) or not ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError(f"{part!r} is not an e-mail address")
    return address


Recipients = Annotated[str, BeforeValidator(joined), AfterValidator(lambda text: ", ".join(addresses(text)))]
"""A param of addresses: checked, as `addresses` writes them."""
