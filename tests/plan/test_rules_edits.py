"""Edits by voice: what they change, what they tell, and what they refuse. Whole edits are in the corpus."""

from __future__ import annotations

import pytest

from voicegraph.errors import Refusal, UserError
from voicegraph.graph.model import Edge, Node, Position, Schedule, Workflow
from voicegraph.plan.rules import RulesPlanner
from voicegraph.plan.rules.edits.edit_commands import edit
from voicegraph.plan.rules.refuse import EDIT_EXAMPLE
from voicegraph.plan.rules.rules_planner import plan

DIGEST = "Get my Notion notes, summarize them and email them to a@example.com"
ISSUES = "Get the open issues of octo/demo, summarize them and post them to #dev"
FAN = "Get my Notion notes, summarize them, email them to me and post them to Slack"
SEARCH = "Search the web for hotels in Rome and email me the results"


def changed(command, *texts):
    """The workflow of a command after some edits."""
    workflow = plan(command).workflow
    for text in texts:
        workflow = edit(text, workflow).workflow
    return workflow


def kinds(workflow):
    """The nodes in the order they are listed, "type.action" each."""
    return [f"{node.type}.{node.action}" for node in workflow.nodes]


def links(workflow):
    """The edges, by the types of their nodes."""
    names = {node.id: f"{node.type}.{node.action}" for node in workflow.nodes}
    return sorted((names[edge.source], names[edge.target]) for edge in workflow.edges)


@pytest.mark.parametrize(
    ("command", "text", "node", "params"),
    [
        (DIGEST, "change the recipient to b@example.com", 2, {"to": "b@example.com"}),
        (DIGEST, "the recipient should be b@example.com", 2, {"to": "b@example.com"}),
        (DIGEST, "set the subject to Weekly news", 2, {"to": "a@example.com", "subject": "Weekly news"}),
        (DIGEST, "make the summary shorter", 1, {"length": "short"}),
        (DIGEST, "a longer summary", 1, {"length": "long"}),
        (DIGEST, "change the length of the summary to short", 1, {"length": "short"}),
        (DIGEST, "set the prompt to Only what matters", 1, {"instruction": "Only what matters"}),
        (DIGEST, "replace a@example.com with b@example.com", 2, {"to": "b@example.com"}),
        (ISSUES, "use the repo octo/other", 0, {"repo": "octo/other", "state": "open"}),
        (ISSUES, "use https://github.com/octo/other instead", 0, {"repo": "octo/other", "state": "open"}),
        (ISSUES, "set the repo to octo/other", 0, {"repo": "octo/other", "state": "open"}),
        (ISSUES, "only the closed ones", 0, {"repo": "octo/demo", "state": "closed"}),
        (ISSUES, "change the state to all", 0, {"repo": "octo/demo", "state": "all"}),
        (ISSUES, "post it to #ops instead", 2, {"channel": "#ops"}),
        (ISSUES, "change the channel to ops", 2, {"channel": "#ops"}),
        (ISSUES, "change the channel to #ops", 2, {"channel": "#ops"}),
        (ISSUES, "use #ops", 2, {"channel": "#ops"}),
        (SEARCH, "change the search to for hotels in Milan", 0, {"query": "hotels in Milan"}),
        (SEARCH, "change Rome to Milan", 0, {"query": "hotels in Milan"}),
        (SEARCH, "replace the search with something quite different", 0, {"query": "something quite different"}),
        ("Get gaearon's repos", "change the user to torvalds", 0, {"username": "torvalds"}),
        (
            "Call https://example.com/a and email me",
            "set the method to put",
            0,
            {"url": "https://example.com/a", "method": "PUT"},
        ),
        (
            "Read https://example.com/a and email me",
            "set the url to https://example.com/b",
            0,
            {"url": "https://example.com/b"},
        ),
        ("Get the AI news, wait an hour and email me", "change the delay to 5 minutes", 1, {"duration": "5m"}),
        (
            "Get the AI news and translate it to French",
            "change the language to German",
            1,
            {"instruction": "Translate to German", "language": "German"},
        ),
        (
            "Get the AI news and email me if there are more than ten",
            "change the condition to more than twenty",
            1,
            {"expression": "size(data) > 20"},
        ),
        (
            "Write a poem, ask me first and email it to me",
            "set the message to Is this fine?",
            1,
            {"message": "Is this fine"},
        ),
    ],
)
def test_a_param_changes_and_the_others_stay(command, text, node, params):
    before = plan(command).workflow
    after = changed(command, text)
    assert after.nodes[node].params == params
    assert [n for i, n in enumerate(after.nodes) if i != node] == [n for i, n in enumerate(before.nodes) if i != node]
    assert after.edges == before.edges


def test_the_label_of_an_email_names_its_recipient():
    assert changed(DIGEST, "change the recipient to b@example.com").nodes[2].label == "Email b@example.com"


@pytest.mark.parametrize(
    ("command", "text", "left"),
    [
        (DIGEST, "remove step 2", ["notion.fetch_page", "email.send"]),
        (DIGEST, "delete the second to last step", ["notion.fetch_page", "email.send"]),
        (DIGEST, "remove the beginning", ["llm.summarize", "email.send"]),
        (DIGEST, "take the email out", ["notion.fetch_page", "llm.summarize"]),
        (DIGEST, "stop emailing me", ["notion.fetch_page", "llm.summarize"]),
        (FAN, "remove the email and Slack steps", ["notion.fetch_page", "llm.summarize"]),
        (FAN, "remove the email and the Jira step", ["notion.fetch_page", "llm.summarize", "slack.post_message"]),
        ("Get the AI news and the news about cats and email me", "remove both searches", ["email.send"]),
        ("Get the AI news and the news about cats and email me", "remove the news", None),
    ],
)
def test_steps_are_removed(command, text, left):
    after = changed(command, text)
    if left is None:
        assert len(after.nodes) == 2
    else:
        assert kinds(after) == left


def test_a_step_that_is_not_there_is_said_when_others_are():
    result = edit("remove the email and the Jira step", plan(DIGEST).workflow)
    assert result.assumptions == ["There is no step like “the Jira step”."]


@pytest.mark.parametrize(
    ("command", "text", "order"),
    [
        (DIGEST, "move the email to the beginning", ["email.send", "notion.fetch_page", "llm.summarize"]),
        (DIGEST, "put the summary after the email", ["notion.fetch_page", "email.send", "llm.summarize"]),
        (
            DIGEST,
            "move the email between the notes and the summary",
            ["notion.fetch_page", "email.send", "llm.summarize"],
        ),
        (DIGEST, "the summary should be last", ["notion.fetch_page", "email.send", "llm.summarize"]),
        (DIGEST, "make the summary the first step", ["llm.summarize", "notion.fetch_page", "email.send"]),
        (DIGEST, "swap the summary and the email", ["notion.fetch_page", "email.send", "llm.summarize"]),
        ("Write a poem", "move the poem to the beginning", ["llm.generate"]),
    ],
)
def test_steps_are_moved(command, text, order):
    workflow = changed(command, text)
    successors = {edge.source: edge.target for edge in workflow.edges}
    node_id = next(node.id for node in workflow.nodes if node.id not in successors.values())
    found = [node_id]
    while found[-1] in successors:
        found.append(successors[found[-1]])
    assert [f"{workflow.node(one).type}.{workflow.node(one).action}" for one in found] == order


@pytest.mark.parametrize(
    ("command", "text", "wanted"),
    [
        (
            DIGEST,
            "run the summary and the email side by side",
            [("notion.fetch_page", "email.send"), ("notion.fetch_page", "llm.summarize")],
        ),
        (
            FAN,
            "wait for my approval before sending",
            [
                ("approval.request", "email.send"),
                ("approval.request", "slack.post_message"),
                ("llm.summarize", "approval.request"),
                ("notion.fetch_page", "llm.summarize"),
            ],
        ),
        (
            DIGEST,
            "add a translation to French between the notes and the email",
            [
                ("llm.summarize", "llm.translate_to_french"),
                ("llm.translate_to_french", "email.send"),
                ("notion.fetch_page", "llm.summarize"),
            ],
        ),
        (
            DIGEST,
            "add a web search for cats at the beginning",
            [
                ("llm.summarize", "email.send"),
                ("notion.fetch_page", "llm.summarize"),
                ("web_search.search", "notion.fetch_page"),
            ],
        ),
        (
            DIGEST,
            "after the summary, translate it to French and German",
            [
                ("llm.summarize", "llm.translate_to_french"),
                ("llm.translate_to_french", "llm.translate_to_german"),
                ("llm.translate_to_german", "email.send"),
                ("notion.fetch_page", "llm.summarize"),
            ],
        ),
        (
            DIGEST,
            "if it mentions snow, notify me on Telegram and otherwise post it to Slack",
            [
                ("condition.if", "notify.send"),
                ("condition.if", "slack.post_message"),
                ("llm.summarize", "condition.if"),
                ("llm.summarize", "email.send"),
                ("notion.fetch_page", "llm.summarize"),
            ],
        ),
        (
            DIGEST,
            "only the email if it mentions snow",
            [("condition.if", "email.send"), ("llm.summarize", "condition.if"), ("notion.fetch_page", "llm.summarize")],
        ),
    ],
)
def test_the_graph_is_changed(command, text, wanted):
    assert links(changed(command, text)) == wanted


def test_a_request_whose_status_is_judged_may_fail():
    workflow = changed("Call https://example.com/a and email me", "only email me if it returns 404")
    assert workflow.nodes[0].params["failOnError"] is False
    assert workflow.node("step-2").params == {"expression": 'nodes["step-0"].meta.status == 404'}


def test_an_empty_workflow_grows():
    workflow = edit("search the web for cats", Workflow()).workflow
    workflow = edit("then email it to me", workflow).workflow
    assert links(workflow) == [("web_search.search", "email.send")]


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("use the commits instead of the issues", "github.get_commits", {"repo": "octo/demo"}),
        ("use the pull requests instead", "github.get_pull_requests", {"repo": "octo/demo", "state": "open"}),
        ("read https://example.com instead of the issues", "web_page.fetch", {"url": "https://example.com"}),
    ],
)
def test_a_replaced_step_keeps_what_its_kind_shares(text, kind, kept):
    node = changed(ISSUES, text).nodes[0]
    assert (f"{node.type}.{node.action}", node.params) == (kind, kept)


def test_a_replaced_step_keeps_its_place_and_its_policy():
    before = plan(DIGEST).workflow
    nodes = [*before.nodes[:2], before.nodes[2].model_copy(update={"timeout": 9})]
    after = edit("replace the email with a Slack message", before.model_copy(update={"nodes": nodes})).workflow
    assert after.nodes[2].id == "step-2"
    assert after.nodes[2].position == before.nodes[2].position
    assert after.nodes[2].timeout == 9


@pytest.mark.parametrize(
    ("text", "crons"),
    [
        ("run it at 10am instead", ["0 10 * * 1"]),
        ("at noon instead", ["0 12 * * 1"]),
        ("make it Fridays instead", ["0 9 * * 5"]),
        ("every Friday at 8", ["0 8 * * 5"]),
        ("stop the schedule", []),
        ("run it every hour", ["0 * * * *"]),
    ],
)
def test_the_schedule_changes_and_the_zone_stays(text, crons):
    before = plan(DIGEST).workflow.model_copy(update={"triggers": [Schedule(cron="0 9 * * 1", timezone="Asia/Tokyo")]})
    triggers = edit(text, before).workflow.triggers
    assert [(trigger.cron, trigger.timezone) for trigger in triggers] == [(cron, "Asia/Tokyo") for cron in crons]


def test_other_edits_of_the_start():
    scheduled = changed(DIGEST, "run it every Monday")
    assert edit("use Berlin time", scheduled).workflow.triggers == [
        Schedule(cron="0 9 * * 1", timezone="Europe/Berlin")
    ]
    result = edit("run it at 10am", plan(DIGEST).workflow)
    assert result.workflow.triggers == [Schedule(cron="0 10 * * *")]
    assert result.assumptions == ["No day was said, so it runs every day."]
    assert edit("remove the schedule", plan(DIGEST).workflow).message == "It had no schedule."
    webhook = changed(DIGEST, "start it when a webhook arrives", "make it run every Monday at 9")
    assert [trigger.kind for trigger in webhook.triggers] == ["schedule"]
    assert (
        edit("use Berlin time and add Slack", changed(DIGEST, "start it when a webhook arrives"))
        .workflow.triggers[0]
        .kind
        == "webhook"
    )


def test_names():
    assert changed(DIGEST, "rename the workflow to Morning digest").name == "Morning digest"
    assert changed(DIGEST, 'call it "Morning, digest"').name == "Morning, digest"
    assert changed(DIGEST, "rename the email to Tell Ann").nodes[2].label == "Tell Ann"


def test_steps_run_once_for_each_item():
    assert changed(ISSUES, "do the summary for each issue").nodes[1].each
    assert changed(ISSUES, "summarize them one by one").nodes[1].each
    with pytest.raises(Refusal):
        edit("do it for each row", plan("Upload a CSV").workflow)


def test_an_edit_tells_what_it_did():
    result = edit("remove the summary and email it to b@example.com", plan(DIGEST).workflow)
    assert result.message == "Removed “Summarize”. Changed “Email a@example.com”: to is now “b@example.com”."
    assert result.diff.removed_nodes == ["step-1"]
    assert [clause.text for clause in result.clauses] == ["remove the summary", "email it to b@example.com"]
    assert result.clauses[1].node_ids == ["step-2"]
    assert result.confidence == 1


def test_what_was_not_understood_is_told():
    result = edit("remove the summary. Wiggle the wobble", plan(DIGEST).workflow)
    assert result.assumptions == ['"Wiggle the wobble" was not understood and left out.']
    assert result.clauses[1].doubtful
    assert result.confidence == 0.75


def test_the_rest_stays_as_it_is():
    before = plan(DIGEST).workflow
    moved = [node.model_copy(update={"position": Position(x=7, y=8)}) for node in before.nodes]
    before = before.model_copy(update={"nodes": moved, "name": "Mine"})
    after = edit("add a translation to French after the summary", before).workflow
    assert after.nodes[:2] == before.nodes[:2]
    assert after.name == "Mine"
    assert after.workflow_id == before.workflow_id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("remove everything", "leaves nothing"),
        ("remove the Jira step", "no step like “the Jira step”"),
        ("remove the Jira and the Trello step", "no step like"),
        ("add a summary before the calendar step", "no step like"),
        ("remove step 9", "no step like"),
        ("remove the penultimate email", "no step like"),
        ("rename the calendar to X", "no step like"),
        ("add an approval between the calendar and the email", "no step like"),
        ("undo that", "undo button"),
        ("wiggle it", "No task"),
        ("", "Nothing was said"),
    ],
)
def test_an_edit_that_makes_no_sense_says_why(text, words):
    with pytest.raises(Refusal) as caught:
        edit(text, plan(DIGEST).workflow)
    assert caught.value.code == "unclear"
    assert words in caught.value.message
    assert caught.value.example == EDIT_EXAMPLE


def test_too_many_changes_at_once_are_refused():
    with pytest.raises(UserError) as caught:
        edit(". ".join(f"rename it to name {count}" for count in range(60)), plan(DIGEST).workflow)
    assert caught.value.code == "too_many_steps"


def test_a_change_the_rules_of_the_graph_forbid_is_refused_in_words():
    node = Node(id="a", type="email", action="send")
    workflow = Workflow(nodes=[node], edges=[])
    with pytest.raises(Refusal) as caught:
        edit("add a summary before the email", _full(workflow))
    assert "does not fit" in caught.value.message


def _full(workflow):
    """A workflow with as many nodes as there may be."""
    nodes = [Node(id=f"n{number}", type="prompt", action="seed") for number in range(499)]
    return workflow.model_copy(update={"nodes": [*workflow.nodes, *nodes]})


async def test_the_planner_edits_too():
    workflow = (await RulesPlanner().plan(DIGEST)).workflow
    assert (await RulesPlanner().edit("remove the email", workflow)).workflow.edges == [
        Edge(id="edge-0", source="step-0", target="step-1")
    ]
