from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support.web import Web, answer, redirect, serving

from voicegraph.errors import ConfigError, NodeError
from voicegraph.nodes.http.guarded_client import check_url, guarded_client, send
from voicegraph.settings import Settings


def settings(*allowed: str, **more: object) -> Settings:
    return Settings(_env_file=None, allow_private_hosts=list(allowed), **more)


async def refused(client: httpx.AsyncClient, url: str) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await send(client, "GET", url)
    return caught.value


# -- who may be reached


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0177.1",
        "0x7f000001",
        "0x7f.1",
        "2130706433",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
    ],
)
async def test_no_spelling_of_loopback_reaches_it(web: Web, host: str) -> None:
    async with guarded_client(settings()) as client:
        error = await refused(client, f"http://{host}:{web.port}/")
    assert error.code in {"forbidden_address", "invalid_request", "invalid_url", "unknown_host"}
    assert not error.retryable
    assert web.connections == 0


SPECIAL = """
169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe]
[64:ff9b::169.254.169.254] [2002:a9fe:a9fe::] 10.0.0.1 192.168.1.1 172.16.0.1 100.64.0.1 100.100.100.200
168.63.129.16 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 [fe80::1] [fc00::1] [fec0::1] [ff02::1] [2001:db8::1]
"""


@pytest.mark.parametrize("host", SPECIAL.split())
async def test_private_and_special_addresses_are_refused_before_a_packet_leaves(host: str) -> None:
    async with guarded_client(settings()) as client:
        error = await refused(client, f"http://{host}/latest/meta-data/")
    assert error.code == "forbidden_address" or host.startswith("0251")
    assert "VOICEGRAPH_ALLOW_PRIVATE_HOSTS" in error.message or error.code == "invalid_request"


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1:{port}", "127.0.0.1"),
        ("localhost", "localhost"),
        ("LocalHost:{port}", "localhost"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "[::ffff:127.0.0.1]"),
    ],
)
async def test_named_private_hosts_are_open(web: Web, allowed: str, host: str) -> None:
    web.on("/", answer(body=b"welcome"))
    async with guarded_client(settings(allowed.format(port=web.port))) as client:
        response = await send(client, "GET", web.url("/", host))
    assert response.text == "welcome"


@pytest.mark.parametrize("allowed", ["127.0.0.1:1", "127.0.0.2", "example.org", "10.0.0.0/8", "localhost"])
async def test_other_hosts_and_ports_stay_closed(web: Web, allowed: str) -> None:
    async with guarded_client(settings(allowed)) as client:
        assert (await refused(client, web.url("/"))).code == "forbidden_address"
    assert web.connections == 0


@pytest.mark.parametrize("entry", ["", "http://host", "host:port", "10.0.0.0/99", "a/b"])
def test_a_wrong_entry_of_the_setting_is_said_at_the_start(entry: str) -> None:
    with pytest.raises(ConfigError, match="host:port") as caught:
        guarded_client(settings(entry))
    assert caught.value.setting == "allow_private_hosts"


async def test_a_name_that_changes_its_address_does_not_lead_inside(web: Web) -> None:
    web.on("/", answer(body=b"public"))
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2"])
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [next(answers)]

    async with serving("127.0.0.2") as inside, guarded_client(settings("127.0.0.1"), resolve) as client:
        web.on("/again", redirect(inside.url("/", "rebind.test")))
        assert (await send(client, "GET", web.url("/", "rebind.test"))).text == "public"
        assert len(asked) == 1, "a second look-up could have answered differently"
        assert (await refused(client, inside.url("/", "rebind.test"))).code == "forbidden_address"
        assert (await refused(client, web.url("/again"))).code == "forbidden_address"
        assert inside.connections == 0


async def test_the_connection_goes_to_the_judged_address_with_the_original_host(web: Web) -> None:
    web.on("/", answer(body=b"pinned"))
    answers = iter([["10.1.2.3", "127.0.0.1"]])

    async def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    async with guarded_client(settings("127.0.0.1"), resolve) as client:
        assert (await send(client, "GET", web.url("/", "name.test"))).text == "pinned"
    assert web.header("host") == f"name.test:{web.port}"


async def test_the_next_address_is_tried_when_one_does_not_answer(web: Web) -> None:
    web.on("/", answer(body=b"second"))

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with guarded_client(settings("127.0.0.0/8"), resolve) as client:
        assert (await send(client, "GET", web.url("/", "name.test"))).text == "second"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "javascript:1",
        "nonsense",
        "http://",
        "//x",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
    ],
)
async def test_only_http_and_https_are_spoken(guarded: httpx.AsyncClient, url: str) -> None:
    error = await refused(guarded, url)
    assert (error.code, error.retryable) == ("invalid_url", False)


async def test_unknown_and_impossible_names(guarded: httpx.AsyncClient) -> None:
    assert (await refused(guarded, f"http://{'a' * 70}.test/")).code == "invalid_url"
    assert (await refused(guarded, "http://\x00/")).code == "invalid_request"


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    web.on("/", answer())
    async with guarded_client(settings("127.0.0.1")) as client:
        await send(client, "GET", web.url("/"))
    assert web.header("authorization") is None


async def test_libraries_with_a_client_of_their_own_can_ask_first(web: Web) -> None:
    await check_url(web.url("/"), settings("127.0.0.1"))
    for url in (web.url("/"), "https://169.254.169.254/", "ftp://example.org/", "http:///x"):
        with pytest.raises(NodeError):
            await check_url(url, settings())
    assert web.connections == 0


# -- redirects


async def test_ten_redirects_are_followed_and_no_more(web: Web, guarded: httpx.AsyncClient) -> None:
    for hop in range(11):
        web.on(f"/{hop}", redirect(f"/{hop + 1}"))
    web.on("/11", answer(body=b"end"))
    assert (await send(guarded, "GET", web.url("/1"))).text == "end"
    error = await refused(guarded, web.url("/0"))
    assert (error.code, error.retryable) == ("too_many_redirects", False)


async def test_each_hop_is_judged(web: Web, guarded: httpx.AsyncClient) -> None:
    async with serving("127.0.0.2") as inner:
        start = web.on("/", redirect(inner.url("/secret", "127.0.0.2")))
        assert (await refused(guarded, start)).code == "forbidden_address"
        assert inner.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "data:text/plain,x"])
async def test_a_redirect_leaves_the_web_never(web: Web, guarded: httpx.AsyncClient, target: str) -> None:
    error = await refused(guarded, web.on("/", redirect(target)))
    assert error.code in {"invalid_url", "invalid_request", "unreachable"}


async def test_credentials_stay_with_their_origin(web: Web) -> None:
    secrets = {"Authorization": "Bearer s", "X-Api-Key": "s", "Cookie": "s=1", "Accept": "text/html"}
    async with serving() as other, guarded_client(settings("127.0.0.1")) as client:
        other.on("/landing", answer())
        web.on("/away", redirect(other.url("/landing")))
        web.on("/home", redirect("/landing"))
        web.on("/landing", answer())
        await send(client, "GET", web.url("/away"), headers=secrets)
        await send(client, "GET", web.url("/home"), headers=secrets)
        leaked = [other.header(name) for name in ("authorization", "x-api-key", "cookie")]
        assert leaked == [None, None, None]
        assert other.header("accept") == "text/html"
    assert (web.header("authorization"), web.header("x-api-key")) == ("Bearer s", "s")


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_stays_with_its_origin(web: Web, status: int) -> None:
    async with serving() as other, guarded_client(settings("127.0.0.1")) as client:
        other.on("/landing", answer())
        web.on("/away", redirect(other.url("/landing"), status))
        web.on("/home", redirect("/landing", status))
        web.on("/landing", answer())
        for sent in ({"json": {"password": "s"}}, {"content": b"s"}, {"data": {"a": "s"}}, {"content": pieces()}):
            with pytest.raises(NodeError) as caught:
                await send(client, "POST", web.url("/away"), **sent)
            assert (caught.value.code, caught.value.retryable) == ("foreign_redirect", False)
        assert (other.requests, other.connections) == ([], 0)
        await send(client, "POST", web.url("/home"), content=b"s")
        assert web.bodies[-1] == b"s"
        await send(client, "POST", web.url("/away"))  # which has none
        assert other.bodies == [b""]


async def pieces() -> AsyncIterator[bytes]:
    yield b"s"


async def test_a_form_that_is_answered_with_303_is_followed_without_it(web: Web) -> None:
    async with serving() as other, guarded_client(settings("127.0.0.1")) as client:
        other.on("/landing", answer())
        web.on("/away", redirect(other.url("/landing"), 303))
        await send(client, "POST", web.url("/away"), data={"a": "s"})
        assert (other.requests[-1].split()[0], other.bodies) == ("GET", [b""])


async def test_credentials_do_not_come_back_by_a_detour(web: Web) -> None:
    async with serving() as other, guarded_client(settings("127.0.0.1")) as client:
        web.on("/away", redirect(other.url("/back")))
        other.on("/back", redirect(web.url("/end")))
        web.on("/end", answer())
        await send(client, "GET", web.url("/away"), headers={"X-Api-Key": "s"})
    assert web.header("x-api-key") is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and name.test, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    key = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=name.test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:name.test"]
    made = subprocess.run([*key, *names, "-keyout", path, "-out", "/dev/stdout"], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + made.stdout)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_https_keeps_the_name_and_never_falls_back_to_http(
    web: Web, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with serving(tls=tls) as secure, guarded_client(settings("127.0.0.1"), resolve) as client:
        secure.on("/ok", answer(body=b"secret"))
        secure.on("/down", redirect(web.url("/")))
        base = f"https://name.test:{secure.port}"
        assert (await send(client, "GET", f"{base}/ok")).text == "secret"
        assert (await refused(client, f"{base}/down")).code == "insecure_redirect"
    assert web.connections == 0


async def test_a_certificate_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    async with serving(tls=tls) as secure, guarded_client(settings("127.0.0.1")) as client:
        error = await refused(client, f"https://127.0.0.1:{secure.port}/")
    assert (error.code, error.retryable) == ("bad_certificate", False)


async def test_an_answer_is_waited_for_as_long_as_the_node_may_take() -> None:
    async with guarded_client(settings()) as client:
        assert (client.timeout.read, client.timeout.write, client.timeout.pool) == (None, None, None)
        assert client.timeout.connect
