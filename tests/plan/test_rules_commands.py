"""What single wordings become: sources, thinking, destinations, pauses, conditions. Whole commands are in the corpus."""

from __future__ import annotations

import pytest

from voicegraph.errors import Refusal, UserError
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.conditions.expression import check as check_cel
from voicegraph.plan.rules.rules_planner import plan


def nodes(text):
    """The nodes of a command: "type.action", then its params."""
    return [(f"{node.type}.{node.action}", node.params) for node in plan(text).workflow.nodes]


def kinds(text):
    """The nodes of a command, "type.action" each."""
    return [kind for kind, _ in nodes(text)]


def params(text, kind):
    """The params of the one node of this kind."""
    (found,) = (params for found, params in nodes(text) if found == kind)
    return found


def edges(text):
    """The edges of a command, by index: (0, 1, None)."""
    return [(int(e.source[5:]), int(e.target[5:]), e.when) for e in plan(text).workflow.edges]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        (
            "email me at a@example.com and b@example.com the AI news",
            "email.send",
            {"to": "a@example.com, b@example.com"},
        ),
        ("email me and a@example.com the AI news", "email.send", {"to": "a@example.com"}),
        ("email the AI news to a@example.com with the subject Daily news", "email.send", {"subject": "Daily news"}),
        ("get the AI news and send it to me by email, subject: News", "email.send", {"subject": "News"}),
        ("email my boss the AI news", "email.send", {}),
        ("send the AI news", "email.send", {}),
        ("get the AI news in my inbox", "email.send", {}),
        ("slack the AI news to #dev", "slack.post_message", {"channel": "#dev"}),
        ("send the AI news to the dev channel", "slack.post_message", {"channel": "#dev"}),
        ("post the AI news in the channel dev on slack", "slack.post_message", {"channel": "#dev"}),
        ("post 'hello there' to Slack", "slack.post_message", {"text": "hello there"}),
        ("post a message saying we are live to #dev", "slack.post_message", {"text": "we are live"}),
        ("notify me that the sun is up every day at 6", "notify.send", {"body": "the sun is up"}),
        ("remind me to call mom every Sunday", "notify.send", {"body": "call mom"}),
        ("send me a notification with the AI news", "notify.send", {}),
        ("let the team know about the AI news on Mattermost", "notify.send", {"channel": "mattermost"}),
        ("get the AI news and whatsapp me", "notify.send", {"channel": "whatsapp"}),
        ("send a push notification with the AI news", "notify.send", {"channel": "push"}),
        ("save the AI news to a file called news.md", "file.save", {"name": "news.md"}),
        ("save the AI news as a PDF", "file.save", {"name": "result.md"}),
        ("save the AI news", "file.save", {}),
        ("save the AI news locally", "file.save", {"name": "result.md"}),
        ("create a Notion page called Ideas with the AI news", "notion_create.create_page", {"title": "Ideas"}),
        ("save the AI news to the Notion page Reading", "notion_create.create_page", {"parentId": "Reading"}),
        ("post the AI news to Slack and Notion", "notion_create.create_page", {}),
        ("add the AI news to my Notion page Reading", "notion_create.append_to_page", {"pageId": "Reading"}),
        ("append the AI news to the end of my journal page", "notion_create.append_to_page", {}),
        ("keep the AI news in Notion", "notion_create.create_page", {}),
        (
            "open an issue titled Broken with the body It does not start in octo/demo",
            "github.create_issue",
            {"repo": "octo/demo", "title": "Broken"},
        ),
        ("report a bug on GitHub titled Broken", "github.create_issue", {"title": "Broken"}),
        ("make a DELETE request to https://example.com/a", "http.request", {"method": "DELETE"}),
        ("PUT https://example.com/a", "http.request", {"method": "PUT"}),
        ("get the AI news and post them to the webhook https://example.com/a", "http.request", {"text": "{{ input }}"}),
    ],
)
def test_destinations(text, kind, wanted):
    found = params(text, kind)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("get the issues of octo/demo labeled bug", "github.get_issues", {"repo": "octo/demo", "labels": "bug"}),
        ("get all issues of octo/demo", "github.get_issues", {"state": "all"}),
        ("get the ten newest issues of octo/demo", "github.get_issues", {"limit": 10}),
        ("get this week's commits of octo/demo", "github.get_commits", {"since": "7 days"}),
        ("get octo/demo's open pull requests", "github.get_pull_requests", {"repo": "octo/demo", "state": "open"}),
        ("get the merged PRs from https://github.com/octo/demo.git", "github.get_pull_requests", {"repo": "octo/demo"}),
        ("get gaearon's repositories", "github.get_repos", {"username": "gaearon"}),
        ("list my repos", "github.get_repos", {}),
        ("analyze octo/demo", "github.get_repo_info", {"repo": "octo/demo"}),
        ("get the latest news", "web_search.search_news", {"query": "top stories of the day"}),
        ("get this week's news about Mars", "web_search.search_news", {"query": "Mars", "days": 7}),
        ("get the AI news about OpenAI", "web_search.search_news", {"query": "AI OpenAI"}),
        ("search the web for information about cats", "web_search.search", {"query": "cats"}),
        ("look online for cats", "web_search.search", {"query": "cats"}),
        ("find out who won the election", "web_search.search", {"query": "who won the election"}),
        ("fetch the page Team Handbook from Notion", "notion.fetch_page", {"pageId": "Team Handbook"}),
        ("fetch the notion page weekly planning", "notion.fetch_page", {"pageId": "weekly planning"}),
        ("fetch the Notion database Leads", "notion.fetch_database", {"databaseId": "Leads"}),
        ("query my Notion database for overdue tasks", "notion.query_database", {}),
        ("get the top stories from Hacker News", "rss.fetch", {"url": "https://news.ycombinator.com/rss"}),
        ("call https://example.com/a", "http.request", {"method": "GET"}),
        ("get https://api.example.com/a", "http.request", {"url": "https://api.example.com/a"}),
        ("read https://api.example.com/docs", "http.request", {}),
        ("summarize https://api.example.com/docs", "web_page.fetch", {}),
        ("upload an Excel file", "csv_upload.upload_csv", {}),
        ("run the workflow Weekly digest", "workflow.run", {}),
        ("run my Weekly digest workflow", "workflow.run", {}),
    ],
)
def test_sources(text, kind, wanted):
    found = params(text, kind)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("upload a CSV and another CSV and compare them", ["csv_upload.upload_csv"] * 2 + ["llm.compare"]),
        ("upload a file and summarize the document", ["file_upload.upload_any", "llm.summarize"]),
        ("get my Notion notes and convert them into a PDF", None),
        ("get the AI news, summarize the news", ["web_search.search_news", "llm.summarize"]),
        ("get my Notion notes, summarize the Notion page", ["notion.fetch_page", "llm.summarize"]),
        ("summarize the meeting notes", ["notion.fetch_page", "llm.summarize"]),
        ("get my Notion notes and find the issues in them", ["notion.fetch_page", "llm.extract_issues"]),
        ("get my Notion notes and the open issues", ["github.get_issues", "notion.fetch_page"]),
        ("get my Notion notes and fetch the commits", ["notion.fetch_page", "github.get_commits"]),
        ("read my calendar and email it to me", ["http.request", "email.send"]),
        ("check the weather and email me", ["web_search.search", "email.send"]),
        ("get messages from Slack and summarize them", None),
        ("read my Gmail inbox and summarize it", ["http.request", "llm.summarize"]),
    ],
)
def test_sources_are_not_taken_twice_and_not_for_something_else(text, wanted):
    if wanted is None:
        assert "csv_upload.upload_csv" not in kinds(text)
        assert "slack.post_message" not in kinds(text)
    else:
        assert sorted(kinds(text)) == sorted(wanted)


@pytest.mark.parametrize(
    ("thought", "kind", "wanted"),
    [
        ("write a short summary", "llm.summarize", {"length": "short"}),
        ("give me a detailed analysis", "llm.analyze", {}),
        ("summarize it in one sentence", "llm.summarize", {"length": "short"}),
        ("prepare a comparison", "llm.compare", {}),
        ("extract the key insights", "llm.extract_insights", {}),
        ("extract it", "llm.extract_information", {}),
        ("make a list of the deadlines", "llm.extract_deadlines", {}),
        ("email me a list of the names", "llm.extract_names", {}),
        ("turn it into a short digest", "llm.summarize", {}),
        ("convert it into a table", "llm.transform", {"instruction": "Convert it into a table"}),
        ("change its tone", "llm.transform", {"instruction": "Change its tone"}),
        ("reply to it", "llm.generate", {}),
        ("categorise it", "llm.categorize", {}),
        ("fix the grammar", "llm.fix_grammar", {"instruction": "Fix the grammar"}),
        ("translate it into French", "llm.translate_to_french", {"instruction": "Translate to French"}),
        ("translate it", "llm.translate", {}),
        ("email me a translation into French", "llm.translate_to_french", {}),
        ("tell me what is new", "llm.answer", {"instruction": "What is new"}),
        ("write an ode", "llm.generate", {"instruction": "Write an ode"}),
        ("write release notes", "llm.generate", {"instruction": "Write release notes"}),
        ("email me an answer to it", "llm.generate", {}),
        ("write " + "a long text " * 20, "llm.generate", {}),
        ("combine it", "llm.combine", {}),
    ],
)
def test_thinking(thought, kind, wanted):
    found = params(f"get my Notion notes, then {thought}", kind)
    assert {name: found.get(name) for name in wanted} == wanted
    assert builtin_registry().find("llm", kind.removeprefix("llm."))


def test_a_translation_into_several_languages_is_several_steps():
    text = "get my Notion notes, translate them to French and German and email me both"
    assert kinds(text) == ["notion.fetch_page", "llm.translate_to_french", "llm.translate_to_german", "email.send"]
    assert edges(text) == [(0, 1, None), (0, 2, None), (1, 3, None), (2, 3, None)]


def test_what_is_to_be_translated_may_stand_in_the_command():
    assert nodes("translate 'good morning' to French and email it to me")[0] == (
        "llm.translate_to_french",
        {"instruction": 'Translate "good morning" to French'},
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("email me a summary of the French revolution", ["web_search.search", "llm.summarize", "email.send"]),
        ("analyze the electric car market", ["web_search.search", "llm.analyze"]),
        ("write an analysis of the electric car market", ["web_search.search", "llm.analyze"]),
        ("summarize it and email it to me", ["llm.summarize", "email.send"]),
        ("write a report about cats", ["llm.generate"]),
        ("email me a fun fact", ["llm.generate", "email.send"]),
        ("tell me a joke on Telegram every day", ["llm.generate", "notify.send"]),
    ],
)
def test_where_there_is_nothing_to_work_on(text, wanted):
    assert kinds(text) == wanted


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("get the AI news, wait until 5pm and email it to me", "wait.until", {"at": "17:00"}),
        ("get the AI news, wait until tomorrow and email it to me", "wait.until", {"at": "09:00"}),
        ("get the AI news, two hours later email it to me", "wait.delay", {"duration": "2h"}),
        ("in ten minutes get the AI news", "wait.delay", {"duration": "10m"}),
        ("get the AI news and wait a bit", "web_search.search_news", {}),
    ],
)
def test_waits(text, kind, wanted):
    found = params(text, kind)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "words",
    [
        "wait for my approval",
        "hold until I give the go-ahead",
        "get my sign-off",
        "ask me for permission",
        "let me check it",
        "have my boss review it",
        "run it by me",
        "check with me first",
    ],
)
def test_approvals(words):
    text = f"write a poem, {words}, then post it to Slack"
    assert kinds(text) == ["llm.generate", "approval.request", "slack.post_message"]
    assert edges(text) == [(0, 1, None), (1, 2, None)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "get the AI news, if it mentions snow email me, if it mentions rain post to Slack",
            [(0, 1, None), (1, 2, True), (0, 3, None), (3, 4, True)],
        ),
        (
            "get the AI news. If it mentions snow, email me. If not, post to Slack. Finally save it to Notion",
            [(0, 1, None), (1, 2, True), (1, 3, False), (0, 4, None)],
        ),
        (
            "get the AI news, if it mentions snow, email me, otherwise if it mentions rain, post to Slack, otherwise save it",
            [(0, 1, None), (1, 2, True), (1, 3, False), (3, 4, True), (3, 5, False)],
        ),
        (
            "get the AI news, if it mentions snow, summarize it, otherwise translate it to French, and in any case email me",
            [(0, 1, None), (1, 2, True), (1, 3, False), (2, 4, None), (3, 4, None)],
        ),
        ("email me the AI news if it mentions snow", [(0, 1, None), (1, 2, True)]),
        ("get the AI news if it mentions snow email me", [(0, 1, None), (1, 2, True)]),
        (
            "if my Notion page mentions snow, search the web for skis and email me",
            [(0, 1, None), (1, 2, True), (2, 3, None)],
        ),
        ("get the AI news and if it mentions snow do nothing. Otherwise. Email me", [(0, 1, None), (0, 2, None)]),
    ],
)
def test_conditions_and_their_branches(text, wanted):
    assert edges(text) == wanted


def test_a_request_whose_status_is_judged_may_fail():
    text = "check https://example.com every five minutes and text me if it is down"
    request, condition, _ = nodes(text)
    assert request == ("http.request", {"method": "GET", "url": "https://example.com", "failOnError": False})
    assert condition == ("condition.if", {"expression": 'nodes["step-0"].meta.status >= 400'})
    assert check_cel(condition[1]["expression"]) is None


def test_a_condition_without_a_source_looks_at_what_a_webhook_brings():
    planned = plan("If the build fails, create a Jira ticket and notify the on call engineer")
    assert [trigger.kind for trigger in planned.workflow.triggers] == ["webhook"]
    assert any("webhook" in note for note in planned.assumptions)
    assert [node.label for node in planned.workflow.nodes] == [
        "If the build fails",
        "Create a ticket in Jira",
        "Notify the on call engineer",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("get the AI news and email it to me, then search the web for cats", [(0, 1, None), (1, 2, None)]),
        ("get the AI news and email it to me. Search the web for cats and post it to Slack", [(0, 1, None), (2, 3, None)]),
        ("get the AI news, save it to Notion and notify me", [(0, 1, None), (1, 2, None)]),
        ("get the AI news, save it to Notion and let me know on Slack", [(0, 1, None), (1, 2, None)]),
        ("get the AI news, email it to me, wait an hour and post it to Slack", [(0, 1, None), (1, 2, None), (2, 3, None)]),
        ("get the AI news, then, at the same time, search the web for cats and get my Notion notes, then combine them",
         [(0, 3, None), (1, 3, None), (2, 3, None)]),
        ("get the AI news, and email it to me and at the same time post it to Slack, then wait an hour",
         [(0, 1, None), (0, 2, None), (1, 3, None), (2, 3, None)]),
        ("summarize my Notion notes and email them to me, and at the same time extract the dates and post them to Slack",
         [(0, 1, None), (1, 2, None), (0, 3, None), (3, 4, None)]),
        ("upload a PDF and in parallel extract the dates", [(0, 1, None)]),
        ("wait an hour, then in parallel get the AI news and get my Notion notes", [(0, 1, None), (0, 2, None)]),
        ("get the AI news and get the AI news again and compare them", [(0, 2, None), (1, 2, None)]),
    ],
)  # fmt: skip
def test_what_follows_what(text, wanted):
    assert edges(text) == wanted


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("get the issues of octo/demo and summarize them one by one", "llm.summarize"),
        ("get the issues of octo/demo and for every one of them create a Jira ticket", "http.request"),
        ("upload a CSV and send an email to each of them", "email.send"),
        ("for each issue of octo/demo, write a reply and post it to Slack", "llm.generate"),
    ],
)
def test_once_for_each_item(text, each):
    repeated = [f"{node.type}.{node.action}" for node in plan(text).workflow.nodes if node.each]
    assert repeated == [each]


def test_a_github_comment_and_services_without_a_node_say_what_to_configure():
    planned = plan("get the issues of octo/demo, summarize them and post a comment")
    assert planned.workflow.nodes[-1].label == "Comment on GitHub"
    planned = plan("get the AI news and add it to Google Sheets")
    assert planned.workflow.nodes[-1].params == {"method": "POST", "text": "{{ input }}"}
    assert "Google Sheets has no node of its own" in planned.assumptions[0]
    assert planned.confidence < 1
    assert kinds("create a ticket in Zendesk with the AI news")[-1] == "http.request"
    assert kinds("create a support ticket with the AI news")[-1] == "http.request"


@pytest.mark.parametrize(
    "text",
    [
        "email me",
        "post it to Slack",
        "save it to Notion",
        "wait two hours",
        "get my approval",
        "notion",
        "search the web",
        "open it up",
        "write it",
        "add a thing",
    ],
)
def test_a_delivery_of_nothing_is_no_task(text):
    with pytest.raises(Refusal):
        plan(text)


def test_a_command_makes_a_hundred_steps_at_most():
    with pytest.raises(UserError) as caught:
        plan(", ".join(f"get the news about number {count}" for count in range(120)))
    assert caught.value.code == "too_many_steps"


def test_every_param_is_one_the_node_knows():
    registry = builtin_registry()
    for text in (
        "get the ten newest open issues of octo/demo labeled bug, summarize them briefly and email them to a@example.com",
        "get today's AI news, wait until 5pm, ask me and post it to #dev",
        "every day check https://example.com and if it is down text me",
        "create a Notion page called Ideas with the AI news and append it to the Notion page Reading",
    ):
        for node in plan(text).workflow.nodes:
            action = registry.find(node.type, node.action)
            if action is None and node.type == "approval":
                continue
            assert action, node
            known = {field.alias or name for name, field in action.params.model_fields.items()}
            assert set(node.params) <= known, node
