"""The socket a server listens on: on this machine alone, unless the owner says that others may come."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address
from typing import Any

from voicegraph.errors import ConfigError
from voicegraph.settings import Settings


def listen(settings: Settings) -> socket.socket:
    """A listening socket. ConfigError where the address is taken, or is one that other machines reach.

    It says that it is TCP: asyncio turns Nagle's algorithm off for no other.
    """
    family, address = _resolve(settings)
    if not (settings.allow_public_address or _is_loopback(address)):
        raise ConfigError(
            "VOICEGRAPH_HOST",
            f"{settings.host or 'An empty host'} can be reached from other machines, and VoiceGraph has no accounts: "
            "whoever reaches it reads, changes and runs everything. Listen on 127.0.0.1 and put a proxy that asks for "
            "a password in front of it, or, if you want this, set VOICEGRAPH_ALLOW_PUBLIC_ADDRESS=1.",
        )
    try:
        plain = socket.create_server(address, family=family)
    except OSError as error:
        raise _refusal(settings, os.strerror(error.errno or 0)) from error
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=plain.detach())


def warning(listening: socket.socket) -> str | None:
    """What it means that others reach this socket; None where nobody else does."""
    address = listening.getsockname()
    if _is_loopback(address):
        return None
    return (
        f"Other machines reach {address[0]}, and there are no accounts: whoever uses a name of "
        "VOICEGRAPH_ALLOWED_HOSTS reads, changes and runs everything."
    )


def url_of(listening: socket.socket) -> str:
    """Where a client on this machine reaches the server; one that listens everywhere is reached on loopback."""
    bound: str = listening.getsockname()[0]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


def _resolve(settings: Settings) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """What is judged is what is bound: a name is looked up once. IPv4 first, where it has both."""
    host = settings.host.strip("[]") or None
    try:
        found = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        reason = str(error.strerror) if isinstance(error, socket.gaierror) else "no host name"
        raise _refusal(settings, reason) from error
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, address


def _is_loopback(address: tuple[Any, ...]) -> bool:
    found = ip_address(address[0])
    mapped = found.ipv4_mapped if found.version == 6 else None
    return (mapped or found).is_loopback


def _refusal(settings: Settings, reason: str) -> ConfigError:
    message = f"Cannot listen on {settings.host}:{settings.port} ({reason}). Choose another port with --port."
    return ConfigError("VOICEGRAPH_PORT", message)
