"""Row 8: what an owner allowed on a node is not taken along to another target by a sentence or a model."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.graph.model import Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.plan.allowed import without_stale_permissions

REGISTRY = builtin_registry()


def mail(node_id: str = "mail", allowed: bool = True, **params: Any) -> Workflow:
    node = {"id": node_id, "type": "email", "action": "send", "label": "Mail it", "params": params}
    return parse_workflow({"nodes": [node | {"allowOutsideTarget": allowed}]})


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (mail(to="{{ input }}"), mail(to="{{ input }}"), True),
        (mail(to="{{ input }}"), mail(to="{{ input }}", subject="Other"), True),
        (mail(to="{{ input }}", cc=""), mail(to="{{ input }}"), True),
        (mail(to="a@example.com"), mail(to="{{ input }}"), False),
        (mail(to="{{ input }}"), mail(to="{{ data.author }}"), False),
        (mail(to="{{ input }}"), mail(to="{{ input }}", cc="{{ data.boss }}"), False),
        (mail(to="{{ input }}"), mail(), False),
        (mail(to="{{ input }}"), mail("copy", to="{{ input }}"), False),
        (mail(to="{{ input }}", allowed=False), mail(to="{{ input }}"), False),
    ],
)
def test_a_permission_is_kept_where_the_target_is_what_it_was(before: Workflow, after: Workflow, kept: bool) -> None:
    edited, told = without_stale_permissions(before, after, REGISTRY)
    assert edited.nodes[0].allow_outside_target is kept
    assert edited.nodes[0].params == after.nodes[0].params
    assert ["Mail it" in sentence and "Allow it again" in sentence for sentence in told] == [True] * (not kept)


def test_another_action_in_its_place_was_never_allowed() -> None:
    after = mail(to="{{ input }}")
    call = after.nodes[0].model_copy(update={"type": "http", "action": "request", "params": {"url": "{{ input }}"}})
    edited, _ = without_stale_permissions(after, after.model_copy(update={"nodes": [call]}), REGISTRY)
    assert not edited.nodes[0].allow_outside_target
