"""A run with much to do leaves room for the others, while it is at it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from support.api import Api, seed, steps, template

from voicegraph.nodes.data.large_json import WORKERS
from voicegraph.nodes.params import binding

ITEMS = 60
LONG = "{{ input | size }} " + "x" * binding.AT_ONCE_CHARACTERS
"""Long enough to be filled on a thread."""


async def test_an_each_node_of_many_heavy_items_lets_another_run_have_its_turn(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, full, go = list[str](), threading.Event(), threading.Event()
    bind = binding.bind_params

    def noted(action: Any, node: Any, config: Any, settings: Any, scope: Any) -> Any:
        begun.append(node.id)
        if len(begun) == WORKERS:
            full.set()
        go.wait()
        return bind(action, node, config, settings, scope)

    monkeypatch.setattr(binding, "bind_params", noted)
    lines = seed("\n".join(f"line {number}" for number in range(ITEMS)))
    many = steps(lines, template(LONG, id="item", each=True, concurrency=100))
    one = steps(seed(), template(LONG, id="other"))
    try:
        large = (await api.call("POST", "/api/execute-background", {"workflow": many}, 202))["runId"]
        while not full.is_set():
            await api.until(large, "running")
        small = (await api.call("POST", "/api/execute-background", {"workflow": one}, 202))["runId"]
        while len((await api.call("GET", f"/api/runs/{small}"))["nodes"]) < 2:
            pass  # the other has not begun
    finally:
        go.set()
    assert (await api.over(small))["status"] == "completed"
    assert (await api.over(large))["status"] == "completed"
    assert begun.count("item") >= ITEMS
    assert begun.index("other") < ITEMS / 4, "it is not behind all items"
