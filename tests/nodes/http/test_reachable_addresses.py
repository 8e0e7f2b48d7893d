from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.http.reachable_addresses import AddressGuard, is_public, parse_address, resolve_host


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses(text: str) -> None:
    assert is_public(parse_address(text))


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_never_public(address: IPv4Address) -> None:
    assert not is_public(address) or address.is_global


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_is_judged_as_itself_or_refused(address: IPv4Address) -> None:
    mapped = parse_address(f"::ffff:{address}")
    assert mapped == address
    packed = int(address)
    for prefix, shift in ((0x0064_FF9B << 96, 0), (0x2002 << 112, 80), (0, 0)):
        assert not is_public(IPv6Address(prefix | packed << shift))


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public_in_ipv6(address: IPv6Address) -> None:
    assert not is_public(address) or ip_address("2000::") <= address <= ip_address("3fff:ffff::")


async def test_private_addresses_are_left_out_where_a_name_has_both() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1", "8.8.8.8", "::1", "::ffff:1.1.1.1"]

    assert await AddressGuard([], resolve).addresses("Name.Test.", 80) == ["8.8.8.8", "1.1.1.1"]
    assert await AddressGuard(["name.test"], resolve).addresses("name.test", 80) == [
        "10.0.0.1",
        "8.8.8.8",
        "::1",
        "1.1.1.1",
    ]
    assert await AddressGuard(["[::1]:80"], resolve).addresses("name.test", 80) == ["8.8.8.8", "::1", "1.1.1.1"]


async def test_addresses_of_loopback() -> None:
    assert "127.0.0.1" in await resolve_host("localhost", 80)
    assert await resolve_host("127.1", 80) == ["127.0.0.1"]


async def test_a_name_of_an_odd_form_is_no_host() -> None:
    with pytest.raises(NodeError, match="no host name"):
        await resolve_host("a" * 64 + ".test", 80)


@pytest.mark.parametrize(("errno", "retryable"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
async def test_a_name_the_dns_does_not_know(monkeypatch: pytest.MonkeyPatch, errno: int, retryable: bool) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(errno, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NodeError, match=r"nosuch\.test cannot be reached") as caught:
        await resolve_host("nosuch.test", 80)
    assert (caught.value.code, caught.value.retryable) == ("unknown_host", retryable)


@pytest.mark.parametrize(
    "url", ["http://me:hunter22@name.test:99999/", "http://me:hunter22/x@name.test/", "http://[x/"]
)
async def test_an_address_that_cannot_be_read_is_said_without_its_login(url: str) -> None:
    with pytest.raises(NodeError) as caught:
        await AddressGuard(["0.0.0.0/0"]).check(url)
    assert caught.value.code == "invalid_url"
    assert "hunter22" not in caught.value.message
