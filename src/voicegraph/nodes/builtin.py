"""The catalogue, one line a service, in the order the node library shows."""

from __future__ import annotations

from voicegraph.imports import importing
from voicegraph.nodes.catalogue import (
    approval,
    code,
    condition,
    document,
    email,
    file,
    github,
    http,
    llm,
    notify,
    notion,
    notion_create,
    prompt,
    rss,
    slack,
    transform,
    uploads,
    wait,
    web_page,
    web_search,
    workflow,
)
from voicegraph.nodes.registry import Registry


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

    from voicegraph.nodes.expression import evaluate
    from voicegraph.nodes.template import render

    render("{{ input }}", {"input": ""})
    evaluate("true", {})
    anyio.run(anyio.sleep, 0)  # the HTTP client loads its connection to the event loop with the first request
    "localhost".encode("idna")
