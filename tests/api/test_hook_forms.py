"""What senders of webhooks send besides JSON: forms with files, names that come twice, challenges."""

from __future__ import annotations

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


@pytest.mark.parametrize("body", [b"nothing", b"--X\r\nContent-Disposition: form-data\r\n\r\n1\r\n--X--", b"--X"])
async def test_a_form_that_is_none_is_refused_in_words(hook: Hook, body: bytes) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": "multipart/form-data; boundary=X"}
    response = await hook.send(body, headers)
    assert (response.status_code, response.json()["code"]) == (400, "broken_form")


async def test_a_name_that_comes_twice_keeps_both(hook: Hook) -> None:
    data = await seen(hook, b"x=1&x=2", "application/x-www-form-urlencoded", "?a=1&a=2&b=3")
    assert (data["body"], data["query"]) == ({"x": ["1", "2"]}, {"a": ["1", "2"], "b": "3"})


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
