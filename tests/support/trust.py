"""The certificates that HTTP clients trust, read once."""

from __future__ import annotations

import os
import ssl
from functools import cache

import httpx
import httpx._transports.default as transports

_READ = httpx.create_ssl_context


def share_trust() -> None:
    """Let all clients of httpx in this process have one TLS context: each would read the trusted certificates anew.

    That takes longer than most tests. A context that somebody asks for with particulars is still made for them alone.
    """

    def create_ssl_context(verify: object = True, cert: object = None, trust_env: bool = True) -> ssl.SSLContext:
        if verify is True and cert is None:
            named = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")) if trust_env else ()
            return _trusted(named)
        return _READ(verify, cert, trust_env)  # pyright: ignore[reportArgumentType]

    httpx.create_ssl_context = create_ssl_context
    transports.create_ssl_context = create_ssl_context


@cache
def _trusted(named: tuple[str | None, ...]) -> ssl.SSLContext:
    return _READ(trust_env=bool(named))
