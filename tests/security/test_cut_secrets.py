"""A secret that a service says, where its words are cut in the middle of it: no part of it is shown."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr
from support.api import api_with
from support.site import site_on_loopback

from voicegraph.settings import Settings

SECRET = "ghp_plainTokenABCDEF0123456789xyz"
TOLD = 6
"""So many of its characters may be shown: they may be any word."""


def parts() -> list[str]:
    return [SECRET[at : at + TOLD + 1] for at in range(len(SECRET) - TOLD)]


def feed(title: str, summary: str) -> str:
    entry = f"<item><title>{title}</title><link>http://a.example/</link><description>{summary}</description></item>"
    return f"<rss version='2.0'><channel><title>News</title>{entry}</channel></rss>"


@pytest.mark.parametrize("kept", [4, 7, 12, 20, 31, 32])
async def test_what_a_cut_leaves_of_a_secret_is_shown_nowhere(settings: Settings, kept: int) -> None:
    """`kept` characters of it stand before the place where the text is cut."""
    settings = settings.model_copy(update={"github_token": SecretStr(SECRET)})
    words = {length: "z" * (length - 1 - kept) + SECRET + " and more" * 40 for length in (300, 2_000)}
    with site_on_loopback() as site:
        urls = {
            "rss": site.put("/feed", feed(words[300], words[300]), "application/rss+xml"),
            "long": site.put("/long", feed(words[2_000], words[2_000]), "application/rss+xml"),
            "refused": site.put("/refused", words[300], "text/plain", status=400),
        }
        nodes = [
            {"id": "refused", "type": "http", "action": "request", "params": {"url": urls["refused"]}},
            {"id": "rss", "type": "rss", "action": "fetch", "params": {"url": urls["rss"]}},
            {"id": "long", "type": "rss", "action": "fetch", "params": {"url": urls["long"]}},
        ]
        async with api_with(settings) as api:
            nodes = [{**node, "onError": "continue", "retry": {"attempts": 1}} for node in nodes]
            workflow = {"name": "Cut", "nodes": nodes, "edges": []}
            accepted = await api.call("POST", "/api/execute-background", {"workflow": workflow}, status=202)
            run = await api.over(accepted["runId"])
            shown = json.dumps([run, await api.events("GET", f"/api/runs/{run['id']}/events")])
            shown += (await api.client.get(f"/api/runs/{run['id']}/export")).text
    assert "zzzz" in shown
    assert run["nodes"][0]["error"]["message"].count("z") > 200
    assert [part for part in parts() if part in shown] == []
