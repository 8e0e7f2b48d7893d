"""A sender of webhooks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
from support.api import Api, seed, steps, template

from voicegraph.triggers.webhook_secrets import sign

HELLO = [seed(), template("Hello {{ trigger.body.name }}", id="hello")]


@dataclass
class Hook:
    api: Api
    id: str
    workflow_id: str
    secret: str = ""

    @property
    def path(self) -> str:
        return f"/api/hooks/{self.id}"

    async def rotate(self) -> str:
        self.secret = (await self.api.call("POST", f"{self.path}/rotate"))["secret"]
        return self.secret

    async def calls(self) -> list[dict[str, Any]]:
        return (await self.api.call("GET", f"{self.path}/calls"))["calls"]

    async def runs(self) -> int:
        return (await self.api.call("GET", "/api/workflow-history"))["count"]

    def signed(self, body: bytes, delivery_id: str = "msg_1", at: float | None = None) -> dict[str, str]:
        """The headers of Standard Webhooks."""
        timestamp = str(int(time.time() if at is None else at))
        signature = sign(self.secret, delivery_id, timestamp, body)
        return {"webhook-id": delivery_id, "webhook-timestamp": timestamp, "webhook-signature": signature}

    async def send(
        self, body: bytes = b'{"name": "Ada"}', headers: dict[str, str] | None = None, query: str = "", **options: Any
    ) -> httpx.Response:
        """As JSON, unless the headers say otherwise; with the secret, unless they say something of their own."""
        given = {"content-type": "application/json"}
        given |= {"authorization": f"Bearer {self.secret}"} if headers is None else headers
        return await self.api.client.post(f"{self.path}{query}", content=body, headers=given, **options)


async def hook_of(api: Api, *nodes: dict[str, Any], **more: Any) -> Hook:
    """A saved workflow with a webhook that has its secret."""
    workflow = steps(*(nodes or HELLO), **({"triggers": [{"kind": "webhook"}]} | more))
    saved = (await api.call("POST", "/api/workflows", {"workflow": workflow}, 201))["workflow"]
    (found,) = (await api.call("GET", f"/api/hooks?workflow={saved['workflowId']}"))["hooks"]
    hook = Hook(api, found["id"], saved["workflowId"])
    await hook.rotate()
    return hook
