"""The doctor's check of the services that nodes use: each is asked something that costs nothing and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.errors import VoiceGraphError
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.http.urls import shown
from voicegraph.nodes.services.github.client import GitHub
from voicegraph.nodes.services.notion.client import Notion
from voicegraph.nodes.services.slack import actions as slack
from voicegraph.nodes.services.web_search.tavily import try_key
from voicegraph.nodes.threads import in_thread
from voicegraph.settings import Settings

SECONDS = 10.0


async def tried(where: str, asking: Awaitable[Finding]) -> Finding:
    """The answer, within SECONDS. What is wrong is said of the address, which is often why."""
    try:
        async with asyncio.timeout(SECONDS):
            return await asking
    except TimeoutError:
        return "bad", f"{where}: nobody answered within {SECONDS:g} seconds."
    except VoiceGraphError as error:
        return "bad", f"{where}: {error.message}"
    except Exception as error:  # noqa: BLE001 - whatever a stranger answers, the other lines are told
        return "bad", f"{where}: what answers there cannot be read ({type(error).__name__}). Check the address."


async def examine_search(settings: Settings) -> Finding:
    """Tavily tells what a key has used; public search engines need none."""
    if (key := settings.tavily_api_key) is None:
        return "note", "DuckDuckGo, without a key. Set TAVILY_API_KEY for steadier results."
    where = f"Tavily at {shown(settings.tavily_base_url)}"

    async def ask() -> Finding:
        async with guarded_client(settings) as http:
            if await try_key(key.get_secret_value(), settings.tavily_base_url, http):
                return "ok", f"{where}, takes the key"
        return "note", f"{where}, answers. The key was not tried: nothing but a search would tell."

    return await tried(where, ask())


async def examine_github(settings: Settings) -> Finding:
    """GitHub tells a token's limit of calls without counting that call."""
    where = shown(settings.github_base_url)
    if (token := settings.github_token) is None:
        return "note", f"{where} without a token: public data, 60 calls an hour. Set GITHUB_TOKEN for more."

    async def ask() -> Finding:
        async with guarded_client(settings) as http:
            await GitHub.with_token(token.get_secret_value(), settings, http).try_token()
        return "ok", f"{where}, takes the token"

    return await tried(where, ask())


async def examine_notion(settings: Settings) -> Finding:
    """Notion tells whose a token is."""
    where = shown(settings.notion_base_url)
    if (token := settings.notion_api_key) is None:
        return "note", "not set up: Notion nodes fail. Set NOTION_API_KEY to the token of an integration."

    async def ask() -> Finding:
        async with guarded_client(settings) as http:
            await Notion.with_token(token.get_secret_value(), settings, http, SECONDS).try_token()
        return "ok", f"{where}, takes the token"

    return await tried(where, ask())


async def examine_slack(settings: Settings) -> Finding:
    """Slack tells whose a token is, and what it may."""
    where = shown(settings.slack_base_url)
    if settings.slack_bot_token is None:
        return "note", "not set up: Slack nodes fail. Set SLACK_BOT_TOKEN."

    async def ask() -> Finding:
        await in_thread(slack.try_token, settings, SECONDS)
        return "ok", f"{where}, takes the token"

    return await tried(where, ask())
