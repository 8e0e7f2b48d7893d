"""The catalogue, one line a service, in the order the node library shows."""

from __future__ import annotations

from voicegraph.lazy_imports import importing
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.services.approval import actions as approval
from voicegraph.nodes.services.code import actions as code
from voicegraph.nodes.services.condition import actions as condition
from voicegraph.nodes.services.document import actions as document
from voicegraph.nodes.services.email import actions as email
from voicegraph.nodes.services.file import actions as file
from voicegraph.nodes.services.github import actions as github
from voicegraph.nodes.services.http import actions as http
from voicegraph.nodes.services.llm import actions as llm
from voicegraph.nodes.services.notify import actions as notify
from voicegraph.nodes.services.notion import actions as notion
from voicegraph.nodes.services.notion import create_actions as notion_create
from voicegraph.nodes.services.prompt import actions as prompt
from voicegraph.nodes.services.rss import actions as rss
from voicegraph.nodes.services.slack import actions as slack
from voicegraph.nodes.services.transform import actions as transform
from voicegraph.nodes.services.uploads import actions as uploads
from voicegraph.nodes.services.wait import actions as wait
from voicegraph.nodes.services.web_page import actions as web_page
from voicegraph.nodes.services.web_search import actions as web_search
from voicegraph.nodes.services.workflow import actions as workflow


def builtin_registry() -> Registry:
    """Every action VoiceGraph ships with."""
    return Registry.from_modules(
        [
            prompt,
            uploads,
            notion,
            notion_create,
            github,
            web_search,
            web_page,
            rss,
            http,
            llm,
            email,
            slack,
            notify,
            file,
            document,
            transform,
            code,
            condition,
            wait,
            approval,
            workflow,
        ]
    )


def warm_up() -> None:
    """Import what nearly every run needs, so that the first run does not wait for it. Takes half a second."""
    with importing("anyio"):
        import anyio

    from voicegraph.nodes.conditions.expression import evaluate
    from voicegraph.nodes.templates.template import render

    render("{{ input }}", {"input": ""})
    evaluate("true", {})
    anyio.run(anyio.sleep, 0)  # the HTTP client loads its connection to the event loop with the first request
    "localhost".encode("idna")
