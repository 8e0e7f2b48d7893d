"""Network addresses that nodes may reach: public ones, and the private ones the settings name.

A name is resolved once, and the connection goes to an address that was judged, so that a second answer of the DNS
cannot turn a public name into a private address.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from voicegraph.errors import ConfigError, NodeError
from voicegraph.nodes.http.urls import shown

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Awaitable[list[str]]]

# What `is_global` lets through, or did in some release of Python, though it leads inside: shared address space, Azure's
# host agent, protocol assignments, 6to4 relays; in IPv6 everything but global unicast, and there tunnels to IPv4.
_DENIED: tuple[Network, ...] = (
    *map(IPv4Network, ("100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")),
    *map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")),
    *map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10")),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# The system's look-up cannot be given up, and takes half a minute of a DNS that hangs: nothing else waits on its threads.
_LOOK_UPS = ThreadPoolExecutor(16, "look-up")


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet. Expects embedded IPv4 to be unwrapped."""
    if not address.is_global or address.is_multicast or any(address in network for network in _DENIED):
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST


def parse_address(text: str) -> Address:
    """The address; an IPv4 one when it is written as IPv6 (`::ffff:127.0.0.1`). ValueError when it is none."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@dataclass(frozen=True, slots=True)
class _Allowed:
    """One entry of the setting: a name or a network, with a port or for all."""

    name: str | None
    network: Network | None
    port: int | None

    def permits(self, host: str, address: Address, port: int) -> bool:
        if self.port not in (None, port):
            return False
        return address in self.network if self.network else self.name == host


class AddressGuard:
    """Resolves hosts to the addresses a node may connect to.

    `allowed` holds hosts, addresses and CIDRs, each with an optional `:port`. Raises ConfigError for another text.
    """

    def __init__(self, allowed: Iterable[str], resolve: Resolver | None = None) -> None:
        self._allowed = [_parse_allowed(entry) for entry in allowed]
        self._resolve = resolve or resolve_host

    async def addresses(self, host: str, port: int) -> list[str]:
        """The permitted addresses of `host`, best first; NodeError `forbidden_address` when there are none."""
        name = host.lower().strip("[]").rstrip(".")
        found = [parse_address(text) for text in await self._resolve(name, port)]
        permitted = [str(address) for address in found if self._permits(name, address, port)]
        if not permitted:
            target = f"{host} is a private address" if _is_address(name) else f"{host} leads to a private address"
            raise NodeError(
                "forbidden_address",
                f"{target}, which nodes may not reach; whoever runs the server can allow it by adding "
                f"{name} to VOICEGRAPH_ALLOW_PRIVATE_HOSTS.",
            )
        return permitted

    async def check(self, url: str) -> None:
        """Judge a URL for a library that makes its own connections. It resolves again, so prefer the guarded client."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:  # a bracket or a port that is none
            raise NodeError(
                "invalid_url", f"“{shown(url)}” is no web address: its host or port cannot be read."
            ) from error
        if parts.scheme not in ("http", "https") or not host:
            raise NodeError(
                "invalid_url",
                f"“{shown(url)}” is not an address of the web: it must begin with http:// or https:// and name a host.",
            )
        await self.addresses(host, port or (443 if parts.scheme == "https" else 80))

    def _permits(self, host: str, address: Address, port: int) -> bool:
        return is_public(address) or any(entry.permits(host, address, port) for entry in self._allowed)


async def resolve_host(host: str, port: int) -> list[str]:
    """The host's addresses in the system's order; also reads the odd notations of addresses (`127.1`, `0x7f000001`)."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await asyncio.get_running_loop().run_in_executor(_LOOK_UPS, look_up)
    except socket.gaierror as error:
        temporary = error.errno == socket.EAI_AGAIN
        reason = "the name could not be looked up" if temporary else "the name does not exist; check its spelling"
        raise NodeError("unknown_host", f"{host} cannot be reached: {reason}.", retryable=temporary) from error
    except UnicodeError as error:
        raise NodeError("invalid_url", f"“{host}” is no host name.") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _parse_allowed(entry: str) -> _Allowed:
    text = entry.strip().lower()
    try:
        return _Allowed(None, ip_network(text.strip("[]"), strict=False), None)
    except ValueError:
        pass
    name, colon, port = text.rpartition(":")
    if not colon:
        name, port = text, ""
    if not name or (colon and not port.isdigit()) or "/" in name:
        raise ConfigError("allow_private_hosts", f"“{entry}” is no host, host:port, address or CIDR.")
    number = int(port) if port else None
    try:
        return _Allowed(None, ip_network(name.strip("[]"), strict=False), number)
    except ValueError:
        return _Allowed(name.rstrip("."), None, number)
