"""Row 16: forged, stale and repeated calls of a webhook."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import stat
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from support.api import Api, api_with, settings_in
from support.hooks import Hook, hook_of

BODY = b'{"name": "Ada"}'


@pytest.fixture
async def hook(api: Api) -> Hook:
    return await hook_of(api)


async def refused(hook: Hook, code: str = "unauthorized", status: int = 401, **sent) -> None:
    response = await hook.send(**sent)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert await hook.runs() == 0
    last = (await hook.calls())[0]
    assert (last["status"], last["code"], last["runId"]) == (status, code, None)
    assert last["message"] == response.json()["error"]


async def test_a_signed_call_is_let_in_and_so_is_the_secret(hook: Hook) -> None:
    for number, sent in enumerate(
        [
            {"headers": hook.signed(BODY)},
            {"headers": {"authorization": f"bearer {hook.secret}"}},
            {"headers": {}, "query": f"?token={quote(hook.secret, safe='')}"},
            {"headers": {}, "query": f"?token={hook.secret}"},
        ],
        1,
    ):
        response = await hook.send(BODY, **sent)
        assert response.status_code == 202, response.text
        assert await hook.runs() == number


async def test_a_secret_is_let_in_with_every_sign_that_base64_has_as_it_stands_in_an_address(hook: Hook) -> None:
    while not {"+", "/"} <= {*hook.secret}:
        await hook.rotate()
    assert (await hook.send(BODY, headers={}, query=f"?token={hook.secret}")).status_code == 202
    wrong = hook.secret.replace("+", "-")
    assert (await hook.send(BODY, headers={}, query=f"?token={wrong}")).status_code == 401


async def test_every_forgery_is_refused(hook: Hook) -> None:
    good = hook.signed(BODY)
    other = base64.b64encode(b"x" * 32).decode()
    forged = [
        {},
        {"authorization": "Bearer "},
        {"authorization": f"Basic {hook.secret}"},
        {"authorization": f"Bearer {hook.secret[:-1]}"},
        {"authorization": f"Bearer {hook.secret}x"},
        {"authorization": b"Bearer \xff"},
        good | {"webhook-id": "msg_2"},
        good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)},
        good | {"webhook-signature": f"v1,{other}"},
        good | {"webhook-signature": ""},
        good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
        good | {"webhook-signature": good["webhook-signature"].removeprefix("v1,")},
        good | {"webhook-timestamp": ""},
        good | {"webhook-timestamp": "1e9"},
        good | {"webhook-timestamp": "-1"},
        good | {"webhook-timestamp": "9" * 30},
        good | {"webhook-id": ""},
        good | {"webhook-id": "x" * 129},
        good | {"webhook-id": "a b"},
        hook.signed(BODY, "msg_1.2"),
        # A wrong signature is not mended by a token that is right.
        good | {"webhook-signature": f"v1,{other}", "authorization": f"Bearer {hook.secret}"},
    ]
    for headers in forged:
        response = await hook.send(BODY, headers=headers)
        assert response.status_code == 401, headers
    assert (await hook.send(BODY + b" ", headers=good)).status_code == 401, "the body was changed"
    assert (await hook.send(f"{good['webhook-timestamp']}.x".encode(), headers=good)).status_code == 401
    assert await hook.runs() == 0
    assert (await hook.send(BODY, headers=good)).status_code == 202
    many = good | {"webhook-id": "msg_9"}
    many = hook.signed(BODY, "msg_9") | {
        "webhook-signature": f"v1,{other} {hook.signed(BODY, 'msg_9')['webhook-signature']}"
    }
    assert (await hook.send(BODY, headers=many)).status_code == 202, "one of several signatures fits"


@pytest.mark.parametrize("off", [-301, 302, -86_400, 10**9])
async def test_a_stale_or_future_signature_is_refused(hook: Hook, off: int) -> None:
    await refused(hook, body=BODY, headers=hook.signed(BODY, at=time.time() + off))


@pytest.mark.parametrize("off", [-290, 290])
async def test_clocks_may_differ_a_little(hook: Hook, off: int) -> None:
    assert (await hook.send(BODY, headers=hook.signed(BODY, at=time.time() + off))).status_code == 202


async def test_the_same_delivery_a_hundred_times_is_one_run(hook: Hook) -> None:
    hook.api.app.state.triggers.webhooks._rate._step = 0  # the limit is another test's
    headers = hook.signed(BODY)
    answers = await asyncio.gather(*(hook.send(BODY, headers=headers) for _ in range(100)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["runId"] for answer in answers}) == 1
    assert sum(not answer.json()["duplicate"] for answer in answers) == 1
    assert await hook.runs() == 1
    token = {"authorization": f"Bearer {hook.secret}", "idempotency-key": "order-7"}
    first, second = [await hook.send(BODY, headers=token) for _ in range(2)]
    assert first.json()["runId"] == second.json()["runId"]
    assert await hook.runs() == 2


async def test_the_delivery_of_one_webhook_says_nothing_to_another(hook: Hook) -> None:
    other = await hook_of(hook.api)
    headers = hook.signed(BODY)
    assert (await hook.send(BODY, headers=headers)).status_code == 202
    assert (await other.send(BODY, headers=headers)).status_code == 401
    assert (await other.send(BODY, headers=other.signed(BODY))).json()["duplicate"] is False


async def test_a_rotated_secret_is_worth_nothing(hook: Hook) -> None:
    old, signed = hook.secret, hook.signed(BODY)
    await hook.rotate()
    assert hook.secret != old
    for headers in ({"authorization": f"Bearer {old}"}, signed):
        assert (await hook.send(BODY, headers=headers)).status_code == 401
    assert (await hook.send(BODY)).status_code == 202


async def test_too_many_calls_are_asked_to_come_back(hook: Hook) -> None:
    answers = [(await hook.send(BODY, headers={"authorization": "Bearer wrong"})).status_code for _ in range(70)]
    assert set(answers) == {401}, "strangers do not use up what the owner may call"
    hook.api.app.state.triggers.webhooks._rate._step = 1e6  # a minute takes one call, however slow this machine is
    assert (await hook.send(BODY)).status_code == 429
    hook.api.app.state.triggers.webhooks._rate._step = 30
    first, second, third = [await hook.send(BODY) for _ in range(3)]
    assert (first.status_code, second.status_code, third.status_code) == (202, 202, 429)
    assert 1 <= int(third.headers["retry-after"]) <= 61
    assert await hook.runs() == 2
    assert len(await hook.calls()) <= 100


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"x" * (256 * 1024 + 1), "text/plain", 413, "too_large"),
        (b"{", "application/json", 400, "broken_json"),
        (b'{"a": NaN}', "application/json", 400, "broken_json"),
        (b"[" * 5_000, "application/json", 400, "broken_json"),
        (b'{"a": "\\ud800"}', "application/json", 400, "broken_json"),
        (b"\xff", "text/plain", 400, "broken_text"),
        (b"a=1&" * 2_000, "application/x-www-form-urlencoded", 400, "broken_form"),
        (b"PK\x03\x04", "application/zip", 415, "unsupported_media_type"),
        (b"--x", "multipart/form-data; boundary=x", 400, "broken_form"),
    ],
)
async def test_bodies_that_no_run_could_use(hook: Hook, body: bytes, kind: str, status: int, code: str) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": kind}
    response = await hook.send(body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert await hook.runs() == 0


async def test_the_largest_body_is_taken(hook: Hook) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": "text/plain"}
    assert (await hook.send(b"x" * 256 * 1024, headers=headers)).status_code == 202


@pytest.mark.parametrize(
    "page", [{"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
async def test_a_page_of_another_site_is_refused_even_with_the_secret(hook: Hook, page: dict[str, str]) -> None:
    response = await hook.send(BODY, headers={"authorization": f"Bearer {hook.secret}"} | page)
    assert (response.status_code, response.json()["code"]) == (403, "foreign_origin")
    assert await hook.runs() == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_only_post_starts_a_run(hook: Hook, method: str) -> None:
    query = {"token": hook.secret}
    response = await hook.api.client.request(method, hook.path, params=query)
    assert response.status_code == 405
    assert await hook.runs() == 0


async def test_no_secret_is_kept_told_or_handed_to_the_run(hook: Hook) -> None:
    token = hook.secret.replace("+", "%2B").replace("=", "%3D")
    headers = {
        "authorization": f"Bearer {hook.secret}",
        "x-api-key": "canary-1",
        "x-auth": "canary-2",
        "cookie": "canary-3",
        "x-kind": "order",
        "user-agent": "shop/1",
    }
    query = f"?token={token}&access_token=canary-4&colour=red&wait=0"
    run_id = (await hook.send(BODY, headers=headers, query=query)).json()["runId"]
    run = await hook.api.over(run_id)
    assert run["triggerData"]["headers"] == {
        "content-type": "application/json", "x-kind": "order", "user-agent": "shop/1",
    }  # fmt: skip
    assert run["triggerData"]["query"] == {"colour": "red"}
    answers = [
        (await hook.api.client.get(path)).text
        for path in (f"/api/runs/{run_id}", "/api/hooks", f"{hook.path}/calls", f"/api/workflows/{hook.workflow_id}")
    ]
    folder = hook.api.app.state.pipeline.settings.data_dir
    stored = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    core = hook.secret.removeprefix("whsec_")
    for secret in (core, base64.b64decode(core).hex(), token, "canary-1", "canary-2", "canary-3", "canary-4"):
        assert not [text for text in answers if secret in text], secret
        assert not [content for content in stored if secret.encode() in content], secret
    assert hashlib.sha256(hook.secret.encode()).hexdigest() in b"".join(stored).decode("latin-1")


HARMLESS = [
    "x-github-event", "x-github-delivery", "x-github-hook-installation-target-type", "x-gitlab-event",
    "x-gitlab-event-uuid", "x-gitlab-instance", "x-event-key", "x-hook-uuid", "x-slack-request-timestamp",
    "x-slack-retry-num", "x-slack-retry-reason", "x-shopify-topic", "x-shopify-shop-domain", "x-shopify-webhook-id",
    "x-shopify-api-version", "x-shopify-triggered-at", "linear-event", "sentry-hook-resource", "x-request-id",
    "x-wc-webhook-topic", "x-goog-resource-state", "x-amz-sns-message-type", "svix-id", "svix-timestamp", "webhook-id",
    "webhook-timestamp", "ce-type", "ce-source", "x-order-kind",
]  # fmt: skip
SECRET = [
    "x-apikey", "apikey", "api-key", "x-custom-pwd", "x-pw", "x-passcode", "x-passphrase", "x-auth", "x-auth-id",
    "x-goog-channel-token", "x-gitlab-token", "x-hub-signature-256", "stripe-signature", "x-shopify-hmac-sha256",
    "x-session-id", "x-sid", "x-access-key-id", "x-secret-name", "x-amz-security-token", "x-otp", "proxy-authorization",
    "cookie", "x-credential-id", "x-jwt", "x-anything-else", "x-forwarded-for", "x-real-ip",
]  # fmt: skip
SECRET_PARAMETERS = [
    "apikey", "apiKey", "api_key", "APIKEY", "key", "subscription-key", "pwd", "pw", "pass", "userpass", "passwd",
    "sig", "signature", "accessToken", "token2", "Secret", "client_secret", "auth", "Authorization", "oauth_nonce",
    "jwt", "sessionid", "PHPSESSID", "X-Amz-Credential", "hmac", "pin",
]  # fmt: skip
HARMLESS_PARAMETERS = [
    "colour",
    "keyword",
    "author",
    "authorName",
    "design",
    "signal",
    "monkeys",
    "country",
    "id",
    "sort",
]


async def test_of_headers_and_parameters_those_are_seen_whose_names_are_harmless(hook: Hook) -> None:
    headers = dict.fromkeys(SECRET, "canary-header") | dict.fromkeys(HARMLESS, "seen")
    headers |= {"authorization": f"Bearer {hook.secret}", "x-own-id": hook.secret}
    query = "&".join(
        [*(f"{name}=canary-query" for name in SECRET_PARAMETERS), *(f"{n}=1" for n in HARMLESS_PARAMETERS)]
    )
    run = await hook.api.over((await hook.send(BODY, headers=headers, query=f"?{query}")).json()["runId"])
    assert set(run["triggerData"]["headers"]) - {"content-type", "user-agent"} == headers.keys() & set(HARMLESS)
    assert [*run["triggerData"]["query"]] == HARMLESS_PARAMETERS
    folder = hook.api.app.state.pipeline.settings.data_dir
    assert not [path for path in folder.rglob("*") if path.is_file() and b"canary-" in path.read_bytes()]


async def test_a_stolen_database_signs_nothing_and_another_key_says_so(tmp_path: Path, monkeypatch) -> None:
    first = settings_in(tmp_path, monkeypatch)
    async with api_with(first) as api:
        hook = await hook_of(api)
        key = first.data_dir / "secret.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    async with api_with(first) as api:
        hook.api = api
        response = await hook.send(BODY, headers=hook.signed(BODY))
        assert response.status_code == 401
        assert "key has changed" in response.json()["error"]
        assert (await hook.send(BODY)).status_code == 202, "the secret itself is judged by its hash"


async def test_without_a_secret_nobody_comes_in(api: Api) -> None:
    workflow = {
        "nodes": [{"type": "prompt", "action": "seed", "params": {"text": "x"}}],
        "triggers": [{"kind": "webhook"}],
    }
    await api.call("POST", "/api/workflows", {"workflow": workflow}, 201)
    (hook,) = (await api.call("GET", "/api/hooks"))["hooks"]
    assert hook["hasSecret"] is False
    for headers in ({}, {"authorization": "Bearer None"}, {"webhook-signature": "v1,x"}):
        response = await api.client.post(f"/api/hooks/{hook['id']}", headers=headers)
        assert response.status_code == 401
        assert "no secret yet" in response.json()["error"]


async def test_no_part_of_a_signed_call_can_become_another(hook: Hook) -> None:
    """Two calls of which the same text is signed: the body of one starts with what the other has for a timestamp."""
    now = str(int(time.time()))
    body = f"{now}.5".encode()
    honest = hook.signed(body, "msg_1")
    moved = honest | {"webhook-id": f"msg_1.{honest['webhook-timestamp']}", "webhook-timestamp": now}
    assert (await hook.send(b"5", headers=moved)).status_code == 401
    assert await hook.runs() == 0
    assert (await hook.send(body, headers=honest)).status_code == 202
