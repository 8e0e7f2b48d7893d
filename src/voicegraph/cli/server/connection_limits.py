"""Limits on a server's connections (row 23): in all, of one address, and which goes when they are full.

A request that is not here yet costs nothing to lose, so the oldest half-sent one gives way to whoever comes. Thus a
client that holds sockets takes room from itself, and is answered all the same when it sends a request.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Protocol

log = logging.getLogger(__name__)

OPEN_FILES = 8192
"""Asked of the system; most give a process 1,024 unless it asks."""
KEPT_FILES = 512
"""For the database, uploads, child processes, and what nodes connect to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The cost that connections may have. One address gets half of the room, so that others come in."""

    in_all: int = 2560
    per_address: int = 1280
    header_bytes: int = 64 << 10
    header_seconds: float = 10
    body_seconds: float = 20
    """Before the first byte of a body, and on top of the time its bytes may take."""
    body_bytes_per_second: int = 1 << 10
    unread_seconds: float = 60
    """How long a client may leave an answer that waits in its socket."""


def limits_here() -> Limits:
    """The usual limits, or lower ones where the system gives few open files. Raises the soft limit."""
    most = _raise_open_files()
    in_all = min(Limits().in_all, max(64, most - KEPT_FILES, most // 2))
    return Limits(in_all=in_all, per_address=in_all // 2)


def _raise_open_files() -> int:
    try:
        import resource
    except ImportError:  # Windows, which counts differently
        return OPEN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return OPEN_FILES if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


class Closable(Protocol):
    """A connection that can be closed from outside."""

    def give_way(self) -> None:
        """End at once."""
        ...


@dataclass(slots=True)
class _Address:
    """The connections of one address; those whose request is not here yet in the order they began to wait."""

    number: int = 0
    half_sent: dict[Closable, None] = field(default_factory=dict[Closable, None])


class Connections:
    """All that are open."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._number = 0
        self._addresses: dict[str, _Address] = {}

    def admit(self, connection: Closable, host: str) -> bool:
        """Count one more, at the cost of one that is half sent where it must be. False when all are at work."""
        own = self._addresses.get(_key(host), _Address())
        if own.number >= self.limits.per_address and not _shed(own):
            log.warning("One address has all the connections it may have, and all are at work: its next are refused")
            return False
        if self._number >= self.limits.in_all and not _shed(max(self._addresses.values(), key=_can_shed)):
            log.warning("All connections are in use and at work: the next are refused")
            return False
        self._addresses.setdefault(_key(host), _Address()).number += 1
        self._number += 1
        return True

    def leave(self, connection: Closable, host: str) -> None:
        """An admitted one is closed."""
        address = self._addresses[_key(host)]
        address.half_sent.pop(connection, None)
        address.number -= 1
        self._number -= 1
        if not address.number:
            del self._addresses[_key(host)]

    def waits(self, connection: Closable, host: str) -> None:
        """Its next request is not here yet."""
        half_sent = self._addresses[_key(host)].half_sent
        half_sent.pop(connection, None)
        half_sent[connection] = None

    def works(self, connection: Closable, host: str) -> None:
        """Its request is here."""
        self._addresses[_key(host)].half_sent.pop(connection, None)


def _can_shed(address: _Address) -> int:
    return len(address.half_sent)


def _shed(address: _Address) -> bool:
    """Close the oldest half-sent one, which leaves."""
    oldest = next(iter(address.half_sent), None)
    if oldest is None:
        return False
    log.warning("Many connections are open: the oldest one with half a request is closed")
    oldest.give_way()
    return True


def _key(host: str) -> str:
    """An address; in IPv6 its network, of which one machine has 2^64 addresses."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address) or address.ipv4_mapped:
        return str(getattr(address, "ipv4_mapped", None) or address)
    return str(int(address) >> 64)
