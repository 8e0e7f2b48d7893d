"""What senders of webhooks send besides JSON: forms with files, names that come twice, challenges."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from support.api import Api
from support.hooks import Hook, hook_of


@pytest.fixture
async def hook(api: Api) -> Hook:
    return await hook_of(api)


async def seen(hook: Hook, body: bytes, kind: str, query: str = "") -> dict[str, Any]:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": kind}
    response = await hook.send(body, headers, query)
    assert response.status_code in (200, 202), response.text
    return (await hook.api.over(response.json()["runId"]))["triggerData"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
async def test_a_form_with_parts_is_its_fields(hook: Hook, end: bytes) -> None:
    lines = [
        b"--X", b'Content-Disposition: form-data; name="a"', b"", b"1",
        b"--X", b'Content-Disposition: form-data; name="b"', b"", "Zürich".encode(),
        b"--X", b'Content-Disposition: form-data; name="b"', b"", b"two",
        b"--X", 'Content-Disposition: form-data; name="f"; filename="ä.txt"'.encode(), b"Content-Type: text/plain", b"", b"hi",
        b"--X", b'Content-Disposition: form-data; name="g"; filename="g.bin"', b"", b"\x00\xff",
        b"--X--",
    ]  # fmt: skip
    body = (await seen(hook, end.join(lines), "multipart/form-data; boundary=X"))["body"]
    assert body == {
        "a": "1",
        "b": ["Zürich", "two"],
        "f": {"filename": "ä.txt", "contentType": "text/plain", "size": 2, "text": "hi"},
        "g": {"filename": "g.bin", "contentType": "text/plain", "size": 2, "text": None},
    }


FORM = "multipart/form-data; boundary=X"
FIELDS = "application/x-www-form-urlencoded"
PART = b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"nothing", FORM, "The boundary that the form's type names is not in the body."),
        (PART + b"--X--", "multipart/form-data", "The form's type names no boundary between its fields."),
        (PART, FORM, "The form is cut off: the boundary at its end is missing."),
        (b"--X", FORM, "The form is cut off"),
        (b"--X\r\nContent-Disposition: form-data\r\n\r\n1\r\n--X--", FORM, "A part of the form has no name."),
        (PART * 1_001 + b"--X--", FORM, "The form has more than 1,000 fields."),
        (b"a=1&" * 2_000, FIELDS, "The form has more than 1,000 fields."),
        (gzip.compress(b"a=1", mtime=0), FIELDS, "The body is compressed (gzip)."),
    ],
)
async def test_a_form_that_is_none_is_refused_in_words(hook: Hook, body: bytes, kind: str, says: str) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": kind}
    response = await hook.send(body, headers)
    assert response.status_code == 400
    assert says in response.json()["error"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[" * 3_000 + b"]" * 3_000, "nested too deep"),
        (b"9" * 6_000, "a whole number with thousands of digits"),
        (b'{"a": 1e400}', "body.a: This number is Infinity, or too large to be told from it"),
        (b'{"a": NaN}', "body.a: JSON has no NaN"),
        (b'{"a":', "it is broken at line 1, column 6"),
        (
            gzip.compress(b"{}", mtime=0),
            "The body is compressed (gzip). Send it as it is, or name it in Content-Encoding.",
        ),
    ],
)
async def test_json_that_cannot_be_read_says_why(hook: Hook, body: bytes, says: str) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": "application/json"}
    response = await hook.send(body, headers)
    assert (response.status_code, response.json()["code"]) == (400, "broken_json")
    assert says in response.json()["error"]


async def test_a_name_that_comes_twice_keeps_both(hook: Hook) -> None:
    data = await seen(hook, b"x=1&x=2", "application/x-www-form-urlencoded", "?a=1&a=2&b=3")
    assert (data["body"], data["query"]) == ({"x": ["1", "2"]}, {"a": ["1", "2"], "b": "3"})


def in_parts(*fields: tuple[str, bytes]) -> bytes:
    parts = [f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + text for name, text in fields]
    return b"\r\n".join([*parts, b"--X--"])


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        (FIELDS, b"b=%FC", {"b": "ü"}),
        (FIELDS, b"b=\xfc&c=Gr%F6%DFe", {"b": "ü", "c": "Größe"}),
        (FIELDS, b"%FC=1", {"ü": "1"}),
        (FIELDS, b"b=%C3%BC&c=\xc3\xb6", {"b": "ü", "c": "ö"}),
        (FIELDS, b"_charset_=windows-1251&b=%CC%E8%F0", {"_charset_": "windows-1251", "b": "Мир"}),
        (FIELDS + "; charset=koi8-r", b"_charset_=windows-1251&b=%ED%C9%D2", {"_charset_": "windows-1251", "b": "Мир"}),
        (FIELDS, b"_charset_=none&b=%C3%BC", {"_charset_": "none", "b": "ü"}),
        (FORM, in_parts(("a", b"\xfc")), {"a": "ü"}),
        (FORM, in_parts(("a", "ü".encode())), {"a": "ü"}),
        (
            FORM,
            in_parts(("_charset_", b"windows-1251"), ("a", b"\xcc\xe8\xf0")),
            {"_charset_": "windows-1251", "a": "Мир"},
        ),
    ],
)
async def test_a_form_is_read_in_the_encoding_it_says_or_has(
    hook: Hook, kind: str, body: bytes, fields: dict[str, str]
) -> None:
    assert (await seen(hook, body, kind))["body"] == fields


@pytest.mark.parametrize("kind", ["text/plain; charset=UTF-8", "text/html", ""])
@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        (b'{"Type": "Notification", "Message": "hi"}', {"Type": "Notification", "Message": "hi"}),
        (b" [1, 2]\n", [1, 2]),
        (b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b"[draft] hello", "[draft] hello"),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b"12", "12"),
        (b'"x"', '"x"'),
    ],
)
async def test_json_is_data_whatever_its_type_says(hook: Hook, kind: str, body: bytes, becomes: object) -> None:
    assert (await seen(hook, body, kind))["body"] == becomes


async def test_challenges_are_said_back_and_start_nothing(hook: Hook) -> None:
    secret = {"token": hook.secret}
    client, slack = hook.api.client, {"type": "url_verification", "challenge": "3eZbr"}
    answers = [
        await client.post(hook.path, params=secret, json=slack),
        await client.post(hook.path, params={**secret, "validationToken": "3eZbr"}),
        await client.get(hook.path, params={**secret, "challenge": "3eZbr"}),
        await client.get(
            hook.path, params={"hub.mode": "subscribe", "hub.challenge": "3eZbr", "hub.verify_token": hook.secret}
        ),
    ]
    for answer in answers:
        assert (answer.status_code, answer.text) == (200, "3eZbr")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert await hook.runs() == 0
    assert [call["code"] for call in await hook.calls()] == ["challenge"] * 4


async def test_only_who_has_the_secret_is_answered_and_only_with_what_can_be_nothing_else(hook: Hook) -> None:
    client = hook.api.client
    assert (await client.get(hook.path, params={"challenge": "abc"})).status_code == 401
    assert (await client.get(hook.path, params={"hub.challenge": "a", "hub.verify_token": "no"})).status_code == 401
    for bad in ("<script>", "a" * 1_001, "ä", ""):
        assert (await client.get(hook.path, params={"challenge": bad, "token": hook.secret})).status_code == 405
    assert (await client.get(hook.path)).status_code == 405


DATA = b'{"name": "Ada"}'
GZIP = partial(gzip.compress, mtime=0)
"""Without the time in it, which would call each case otherwise in each process."""
BROTLI: Callable[[bytes], bytes] = import_module("brotli").compress


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GZIP(DATA)),
        ("X-GZIP", GZIP(DATA)),
        ("deflate", zlib.compress(DATA)),
        ("deflate", bare(DATA)),
        ("br", BROTLI(DATA)),
        ("gzip, br", BROTLI(GZIP(DATA))),
        ("identity", DATA),
        ("utf-8", DATA),
    ],
)
async def test_a_packed_body_is_unpacked_and_signed_as_it_was_sent(hook: Hook, encoding: str, body: bytes) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    for judged in (hook.signed(body), {"authorization": f"Bearer {hook.secret}", "webhook-id": "msg_2"}):
        response = await hook.send(body, headers | judged)
        assert response.status_code == 202, response.text
        run = await hook.api.over(response.json()["runId"])
        assert run["triggerData"]["body"] == {"name": "Ada"}
    response = await hook.send(body, headers | hook.signed(body + b" ", "msg_3"))
    assert response.status_code == 401


async def test_a_packed_form_is_its_fields(hook: Hook) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": FIELDS, "content-encoding": "br"}
    response = await hook.send(BROTLI(b"a=1&b=2"), headers)
    assert (await hook.api.over(response.json()["runId"]))["triggerData"]["body"] == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("encoding", "body", "status", "code", "says"),
    [
        ("zstd", b"\x28\xb5\x2f\xfd", 415, "unsupported_encoding", "in the encoding “zstd”. Send it as it is, or packed with"),
        ("gzip", DATA, 400, "broken_encoding", "it is no gzip data, or broken. Its Content-Encoding says “gzip”."),
        ("br", DATA, 400, "broken_encoding", "it is no br data, or broken."),
        ("deflate", b"not deflated", 400, "broken_encoding", "it is no deflate data, or broken."),
        ("gzip", GZIP(DATA)[:-9], 400, "broken_encoding", "it is gzip data that is cut off."),
        ("gzip", GZIP(b" " * (300 << 10)), 413, "too_large", "larger than 262,144 bytes when it is unpacked"),
        ("br", BROTLI(GZIP(b" " * (300 << 10))), 400, "broken_json", "The body is compressed (gzip)."),
        ("gzip", GZIP(b"{"), 400, "broken_json", "it is broken at line 1, column 2"),
    ],
)  # fmt: skip
async def test_a_body_that_cannot_be_unpacked_says_why(
    hook: Hook, encoding: str, body: bytes, status: int, code: str, says: str
) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    response = await hook.send(body, headers | {"authorization": f"Bearer {hook.secret}"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert says in response.json()["error"]
    (call,) = await hook.calls()
    assert (call["status"], call["code"]) == (status, code)
