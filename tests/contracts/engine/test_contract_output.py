from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host


async def test_a_big_text_survives_and_the_stream_stays_whole(host: Host):
    size = 2 << 20
    told = await host.run(workflow("a>b", nodes=[node("a", "big", size=size), node("b")]))
    assert told.status == "completed"
    text = told.text("a")
    assert text
    assert len(text) == size
    assert text == told.text("b")
    (success,) = [event for event in told.heard if (event.kind, event.node_id) == ("success", "b")]
    assert success.output
    assert success.output.text == text
    assert [event.seq for event in told.heard] == [*range(1, len(told.heard) + 1)]


async def test_a_talkative_node_is_heard_in_order(host: Host):
    told = await host.run(workflow("a>b", nodes=[node("a", "chatty", size=300)]))
    assert told.status == "completed"
    lines = [event.message for event in told.heard if (event.kind, event.node_id) == ("log", "a")]
    assert lines == [f"line {number}" for number in range(300)]
    assert [event.seq for event in told.heard] == [*range(1, len(told.heard) + 1)]


async def test_whatever_text_there_is_comes_back(host: Host):
    odd = "NUL \0, 𝒳, \u2028, <script>, {{ '{{' }}, \x1b[31m"
    told = await host.run(workflow("a>b", nodes=[node("a", text=odd), node("b", "chatty", size=1, label=odd[:50])]))
    assert told.status == "completed"
    assert told.text("a") == odd.replace("{{ '{{' }}", "{{")
