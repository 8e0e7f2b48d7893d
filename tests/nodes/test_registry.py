from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Literal

import pytest

from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.params.fields import fields_of, schema_of
from voicegraph.nodes.registry import Registry


class Empty(Params):
    pass


@action("a", "one", group="tool", title="One", effect=True, attempts=5, timeout=9)
async def one(params: Empty, node: NodeContext) -> Output:
    """Does one thing.

    And says more about it.
    """
    return Output()


@action("web_search", "free", group="ai", title="Free", any_name=True)
async def free(params: Empty, node: NodeContext) -> Output:
    """Takes any name."""
    return Output()


def test_an_action_is_made_of_its_function() -> None:
    assert one.key == "a.one"
    assert one.params is Empty
    assert one.description == "Does one thing.\n\nAnd says more about it."
    assert (one.effect, one.attempts, one.timeout) == (True, 5, 9)


def test_look_ups() -> None:
    registry = Registry([one, free])
    assert registry.find("a", "one") is one
    assert registry.find("a", "two") is None
    assert registry.find("b", "one") is None
    assert registry.find("tavily", "whatever_you_like") is free
    assert registry.find("web_search", "Not Snake") is None
    assert registry.types == ["a", "web_search"]
    assert registry.names("tavily") == ["free"]
    assert (len(registry), list(registry)) == (2, [one, free])


def test_two_actions_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"a\.one is registered twice"):
        Registry([one, one])


BUILTIN = list(builtin_registry())


@pytest.mark.parametrize("each", BUILTIN, ids=lambda each: each.key)
def test_every_action_of_the_catalogue_can_be_shown_as_a_form(each) -> None:
    schema = schema_of(each.params)
    assert each.title
    assert each.description.endswith(".")
    for field in fields_of(each.params).every:
        shown = schema["properties"][field.name]
        assert shown["title"]
        assert "$ref" not in str(shown)
        assert field.why or not field.required, f"{each.key}: {field.name} does not say what it is needed for"


def test_the_catalogue_is_cheap_to_import() -> None:
    heavy = (
        "liquid cel trafilatura feedparser jmespath pydantic_ai githubkit notion_client slack_sdk apprise ddgs pypdf"
    )
    code = (
        "import sys; from voicegraph.nodes.builtin import builtin_registry; builtin_registry(); "
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_references_in_a_schema_are_resolved() -> None:
    class Inner(Params):
        size: Literal["s", "m"] = param("s", title="Size")

    class Outer(Params):
        inner: Inner = param(title="Inner", description="Mine.", why="it is shown")
        many: list[Inner] = param([], title="Many")

    schema = schema_of(Outer)
    assert schema["properties"]["inner"]["properties"]["size"]["enum"] == ["s", "m"]
    assert schema["properties"]["inner"]["description"] == "Mine."
    assert schema["properties"]["many"]["items"]["properties"]["size"]["default"] == "s"
    assert "$defs" not in schema


def test_modules_are_searched_for_actions() -> None:
    module = importlib.import_module("voicegraph.nodes.services.wait.actions")
    assert [each.key for each in Registry.from_modules([module])] == ["wait.delay", "wait.until"]
