"""Web addresses: as people type them, and as messages may show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import httpx
from pydantic import AfterValidator

from voicegraph.nodes.data.jsonable import has_half

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")

MAX_LENGTH = 65_536
"""Of an address; the library takes no longer one."""


def normal_url(text: str) -> str:
    """The address with `https://` put before what has no scheme (`example.org/feed`). ValueError for another scheme."""
    text = text.strip()
    if has_half(text) or any(ord(character) < 32 or character == "\x7f" for character in text):
        raise ValueError("this is no web address: it holds a line end, or another character that cannot be sent")
    if not _SCHEME.match(text):
        text = f"https://{text.removeprefix('//')}"
    if not text.lower().startswith(("http://", "https://")):
        raise ValueError("only http and https addresses can be fetched")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"this is no web address: it is longer than {MAX_LENGTH:,} characters")
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter of a name like `xn--`
        raise ValueError("this is no web address: its host or port cannot be read") from error
    if not is_port(url.port):
        raise ValueError("this is no web address: its port is not between 1 and 65535")
    if not host or re.search(r"[\s%\[]", host):
        raise ValueError("this is no web address: it names no host")
    return text


def with_query(url: str, query: Mapping[str, str | int | float | bool]) -> str:
    """The address with more behind its query, which stays as it is written: signatures are made of its very letters."""
    if not query:
        return url
    head, mark, fragment = url.partition("#")
    joint = "" if head.endswith(("?", "&")) else "&" if "?" in head else "?"
    return f"{head}{joint}{httpx.QueryParams(query)}{mark}{fragment}"


def joined(base: httpx.URL, reference: str) -> httpx.URL:
    """Where a redirect to this reference leads. An empty query (`/x?`) is one, which the library's own way drops.

    httpx.InvalidURL.
    """
    url = base.join(reference)
    written = reference.partition("#")[0]
    return url.copy_with(query=b"") if written.endswith("?") and written.count("?") == 1 else url


def is_port(port: int | None) -> bool:
    """Whether one can connect to it; None is the scheme's own. httpx takes any number."""
    return port is None or 0 < port < 65_536


Url = Annotated[str, AfterValidator(normal_url)]
"""A param that is an http or https address."""


def shown(url: httpx.URL | str) -> str:
    """A URL for messages, every one: without what may be secret (user, password, query)."""
    try:
        url = httpx.URL(url)
        url.host  # noqa: B018  # pyright: ignore[reportUnusedExpression]
    except (httpx.InvalidURL, UnicodeError):
        return "the address"
    scheme = f"{url.scheme}:" if url.scheme else ""
    host = f"//[{url.host}]" if ":" in url.host else f"//{url.host}" if url.host else ""
    port = f":{url.port}" if url.port else ""
    return f"{scheme}{host}{port}{url.path if host else url.path.lstrip('/')}"
