"""Content that attacks whoever looks at it (SECURITY row 5), at every place of the page that shows content.

`open_window` asserts at the end of each test that no dialog opened, no foreign host was asked for anything, and no
content policy was broken; here the page is led past all those places, and what it shows is compared with what was given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.mailbox import Mailbox
from support.site import Site
from support.studio import OpenWindow, Studio

TAG = "<img src=x onerror=alert(1)>"
MARKUP = f"""{TAG}<script>alert(2)</script><svg/onload=alert(3)><iframe src="javascript:alert(4)"></iframe>\
"><style>@import 'http://evil.test/s.css'</style><link rel=stylesheet href=http://evil.test/l.css>\
<base href=http://evil.test/><meta http-equiv=refresh content="0;url=http://evil.test/"><math><mtext></form><form>\
<mglyph><style></math><img src onerror=alert(5)> {{{{ 7 | times: 6 }}}} ${{alert(6)}} &lt;script&gt;"""
MARKDOWN = f"""# A heading {TAG}

{MARKUP}

![picture](http://evil.test/pixel.png) ![picture](javascript:alert(7)) ![picture](data:image/svg+xml,<svg onload=alert(8)>)
[script](javascript:alert(9)) [data](data:text/html,<script>alert(10)</script>) [vb](vbscript:alert(11)) <javascript:alert(12)>
[quote](http://evil.test/"onmouseover="alert(13)) [tab](java\tscript:alert(14)) [entity](&#106;avascript:alert(15))

| column {TAG} | other |
|---|---|
| {TAG} | **bold {TAG}** |

[^1]: note {TAG}
"""
PAGE = f"""<html><head><title>{TAG.replace("<", "&lt;")} title</title></head><body><article>
<h1>{MARKUP.replace("<", "&lt;")}</h1>
<p>Ferries cross the fjord every hour, and the harbour is quiet at night. {MARKUP.replace("<", "&lt;")}</p>
<p>{MARKUP.replace("0;url", "600;url")}</p><p><a href="javascript:alert(20)">A link that runs</a> and <img src="http://evil.test/seen.png"> a picture.</p>
<p>The last boat leaves at midnight, and the first one at five in the morning.</p></article></body></html>"""
ALIVE = """() => [...document.querySelectorAll('*')].filter((one) =>
  ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'MATH'].includes(one.tagName) ||
  ['META', 'LINK', 'TITLE'].includes(one.tagName) && one.closest('body') ||
  one.tagName === 'SCRIPT' && !one.src.startsWith(location.origin) ||
  one.tagName === 'IMG' && !one.src.startsWith(location.origin + '/api/files/') ||
  [...one.attributes].some(({ name, value }) => name.startsWith('on') ||
    ['href', 'src', 'action', 'formaction', 'xlink:href'].includes(name) && /^\\s*(javascript|vbscript|data):/i.test(value))
).map((one) => one.outerHTML.slice(0, 200))"""
"""Elements that only an attack could have put into the page."""


def nothing_came_alive(page: Page) -> None:
    assert page.evaluate(ALIVE) == []


@pytest.fixture
def settings(mailbox: Mailbox, model_server: Any) -> dict[str, str]:
    """A model that says what it should not."""
    model_server.replies = [MARKDOWN]
    return {
        **mailbox.settings,
        "VOICEGRAPH_PLANNER": "rules",
        "VOICEGRAPH_MODEL": "openai:test",
        "VOICEGRAPH_MODEL_BASE_URL": model_server.url,
        "OPENAI_API_KEY": "key",
    }


def hostile_workflow(site: Site) -> str:
    nodes = [
        {"type": "prompt", "action": "seed", "params": {"text": MARKDOWN}},
        {"type": "llm", "action": "generate", "params": {"instruction": f"Write {TAG}"}},
        {"type": "web_page", "action": "fetch", "params": {"url": site.put("/hostile", PAGE)}},
        {"type": "csv_upload", "action": "upload_csv", "params": {}},
        {"type": "transform", "action": "template", "params": {"template": f"{{{{ input }}}} {TAG}"}},
    ]
    named = [{"id": f"n{index}", "label": f"{index} {TAG}", **node} for index, node in enumerate(nodes)]
    edges = [{"id": f"e{index}", "source": f"n{index}", "target": "n4"} for index in range(4)]
    return json.dumps({"name": f"Name {TAG}", "nodes": named, "edges": edges})


def every_tab(studio: Studio) -> Iterator[str]:
    """Each form of each output in the open panel."""
    tabs = studio.panel.get_by_role("region", name="Output").get_by_role("tab")
    for index in range(tabs.count()):
        tabs.nth(index).click()
        yield tabs.nth(index).inner_text()


def test_a_run_full_of_attacks_is_shown_as_what_it_is(
    studio: Studio, open_window: OpenWindow, page: Page, site: Site
) -> None:
    studio.import_workflow("hostile.json", hostile_workflow(site))
    expect(studio.nodes).to_have_count(5)
    for index in range(5):
        expect(studio.node(f"n{index}")).to_contain_text(TAG)
    nothing_came_alive(page)

    expect(page.get_by_role("textbox", name="Name of the workflow")).to_have_value(f"Name {TAG}")
    studio.run_button.click()
    expect(studio.dialog).to_contain_text(TAG)  # the question names the node
    file = f'town "{TAG}",=cmd|calc\n"{TAG}","<svg onload=alert(30)>"\n'
    with page.expect_file_chooser() as chooser:
        studio.dialog.get_by_role("button", name="Choose file").click()
    name = "<img src=x onerror=alert(31)>.csv"
    chooser.value.set_files([{"name": name, "mimeType": "text/html", "buffer": file.encode()}])
    expect(studio.dialog).to_contain_text(name)
    nothing_came_alive(page)
    studio.start_from_dialog()
    studio.expect_run("completed")
    expect(studio.log).to_contain_text(TAG)
    expect(studio.dock.get_by_role("region", name="Result")).to_contain_text(TAG)
    nothing_came_alive(page)
    studio.dock.get_by_text("Timeline", exact=True).click()
    expect(studio.dock.get_by_role("region", name="Timeline")).to_contain_text(TAG)

    seen: dict[str, set[str]] = {}
    for index in range(5):
        studio.open_node(f"n{index}")
        studio.panel.get_by_text("Input & output").click()
        for tab in every_tab(studio):
            seen.setdefault(f"n{index}", set()).add(re.sub(r"\W.*", "", tab))
            expect(studio.panel).to_contain_text("img src=x onerror" if tab != "Details" else "")
            nothing_came_alive(page)
        studio.panel.get_by_text("Settings", exact=True).click()
        nothing_came_alive(page)
    assert {"Text", "Markdown"} <= seen["n1"]
    assert {"Table", "Text", "JSON", "Files"} <= seen["n3"]

    files = studio.output_of("n3")
    files.get_by_role("tab", name="Files").click()
    with page.expect_download() as download:  # it claims to be a page, and is not opened as one
        files.get_by_role("link", name=re.compile("csv")).click()
    assert download.value.suggested_filename.endswith(".csv")

    other = open_window().open()
    other.open_history()
    expect(other.runs).to_have_count(1)
    expect(other.history).to_contain_text(f"Name {TAG}")
    nothing_came_alive(other.page)
    other.runs.first.get_by_role("button", name=re.compile("^Delete")).click()
    other.page.get_by_role("button", name="Keep it").click()
    other.runs.first.get_by_role("link").first.click()
    expect(other.page.get_by_role("region", name="Run on the canvas")).to_contain_text(f"Name {TAG}")
    nothing_came_alive(other.page)


def test_what_is_said_saved_and_refused_stays_words(studio: Studio, page: Page, site: Site) -> None:
    studio.watch.allow("status of 422")
    studio.say(MARKUP)
    expect(page.get_by_role("alert").or_(studio.proposal).first).to_be_visible()
    nothing_came_alive(page)

    studio.say(f'Write "{TAG}" and email it to me with the subject "{TAG}"')
    expect(studio.proposal).to_contain_text("Email me")  # not what the sentence before it became
    expect(studio.proposal).to_contain_text(TAG)
    nothing_came_alive(page)
    studio.accept()

    page.get_by_role("textbox", name="Name of the workflow").fill(f"Saved {TAG}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    studio.choose("Saved workflows")
    saved = page.get_by_role("dialog", name="Saved workflows")
    expect(saved).to_contain_text(f"Saved {TAG}")
    nothing_came_alive(page)
    page.keyboard.press("Escape")

    broken = {"nodes": [{"id": "n0", "type": TAG, "action": TAG, "label": TAG}]}
    studio.import_workflow(f"{TAG}.json", json.dumps(broken))
    refusal = page.get_by_role("alert").filter(has_text="could not be imported")
    expect(refusal).to_contain_text(TAG)
    nothing_came_alive(page)
    refusal.get_by_role("button", name="Close this message").click()

    url = site.put("/broken", PAGE, status=400)
    failing = {"id": "n0", "type": "http", "action": "request", "label": TAG, "params": {"url": url}}
    studio.import_workflow("failing.json", json.dumps({"name": TAG, "nodes": [failing]}))
    expect(studio.node("n0")).to_contain_text(TAG)
    studio.run_button.click()
    studio.expect_run("failed")
    expect(studio.dock).to_contain_text("400")
    nothing_came_alive(page)

    library = studio.open_library()
    library.get_by_role("textbox").fill(TAG)
    nothing_came_alive(page)
    page.get_by_role("button", name="Close the node library").click()
    page.get_by_role("button", name="All commands").click()
    page.get_by_role("textbox", name="Search commands").fill(TAG)
    nothing_came_alive(page)


def asking() -> dict[str, Any]:
    """A workflow that shows attacks to whoever is to approve them, on the page and by mail."""
    ask = {"approvers": "boss@example.org", "message": f"May this go out? {MARKUP}"}
    draft = {"id": "draft", "type": "prompt", "action": "seed", "label": TAG, "params": {"text": MARKDOWN}}
    node = {"id": "ask", "type": "approval", "action": "request", "label": f"Ask {TAG}", "params": ask}
    return {"name": f"Asks {TAG}", "nodes": [draft, node], "edges": [{"id": "e", "source": "draft", "target": "ask"}]}


def test_what_waits_for_approval_stays_words_in_the_inbox_and_behind_the_link(
    studio: Studio, page: Page, mailbox: Mailbox
) -> None:
    body = {"workflow": asking(), "transcribedText": f"Ask {MARKUP}"}
    assert page.request.post(f"{studio.url}/api/execute-background", data=body).status == 202
    page.get_by_role("button", name="1 waiting for approval").click()
    inbox = page.get_by_role("dialog", name="Waiting for approval")
    for words in (f"Ask {TAG}", f"May this go out? {TAG}", f"Ask {MARKUP[:60]}"):
        expect(inbox).to_contain_text(words)
    tabs = inbox.get_by_role("tab")
    assert {"Text", "Markdown"} <= set(tabs.all_inner_texts())
    for tab in tabs.all():
        tab.click()
        expect(inbox).to_contain_text("img src=x onerror")
        nothing_came_alive(page)
    inbox.get_by_role("button", name="Show the run").click()
    studio.open_node("ask")
    expect(studio.panel.get_by_role("region", name=f"Approval: Ask {TAG}")).to_be_visible()
    nothing_came_alive(page)

    (mail,) = mailbox.mails
    assert "\n" not in mail.message["subject"]
    path = re.findall(r"http://[^/]+(/approve/[^>\s]+)", mail.text())[0]
    page.goto(studio.url + path)
    expect(page.get_by_role("heading", name=f"May this go out? {TAG}")).to_be_visible()
    expect(page.get_by_label("What is to be approved")).to_contain_text(MARKUP[:60])
    nothing_came_alive(page)
    page.get_by_label("Comment (optional)").fill(f"{TAG} {MARKUP}"[:1_900])
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    nothing_came_alive(page)

    studio.open()
    studio.open_history()
    studio.runs.first.get_by_role("link").first.click()
    studio.output_of("ask")  # with the comment
    expect(studio.log).to_contain_text(TAG)
    nothing_came_alive(page)


def test_filters_figures_and_choices_show_names_as_words(studio: Studio, page: Page) -> None:
    """Names that a workflow was given stand in filters, tables, questions and lists to choose from."""
    graph = {
        "workflowId": "wf_hostile",
        "name": f"Name {TAG}",
        "nodes": [{"id": "a", "type": "prompt", "action": "seed", "label": TAG, "params": {"text": MARKUP}}],
        "edges": [],
    }
    assert page.request.post(f"{studio.url}/api/workflows", data={"workflow": graph}).status == 201
    for said in (f"First {MARKUP}", f"Second {TAG}"):
        body = {"workflow": graph, "transcribedText": said}
        assert page.request.post(f"{studio.url}/api/execute-background", data=body).status == 202
    studio.open_history()
    expect(studio.runs).to_have_count(2)
    page.get_by_role("button", name="Statistics").click()
    figures = page.get_by_role("dialog", name="Statistics")
    expect(figures).to_contain_text(f"Name {TAG}")
    nothing_came_alive(page)
    figures.get_by_role("button", name=re.compile("^Show the runs of")).click()
    expect(studio.history).to_contain_text(f"Workflow: Name {TAG}")  # the filter, as a chip
    expect(studio.runs).to_have_count(2)
    nothing_came_alive(page)

    search = page.get_by_role("textbox", name="Search the history")
    search.fill(f"First {TAG}<script>alert(2)</script>")
    expect(studio.runs).to_have_count(1)
    nothing_came_alive(page)
    search.fill(f'"{TAG}" AND * NEAR( " --')
    expect(studio.history.get_by_text("No run fits this filter.")).to_be_visible()
    nothing_came_alive(page)
    search.fill("")
    expect(studio.runs).to_have_count(2)

    for box in studio.history.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("dialog", name="Compare two runs")).to_contain_text(TAG)
    nothing_came_alive(page)
    page.get_by_role("button", name="Close the comparison").click()
    studio.history.get_by_role("button", name=re.compile("^Remove the filter")).click()
    expect(studio.history).not_to_contain_text("Workflow: Name")
    studio.close_history()

    studio.plan("Write a greeting to Ada and save it to a file")
    studio.choose("Workflow settings")
    settings = page.get_by_role("dialog", name="Workflow settings")
    settings.get_by_role("combobox", name="When a run fails, start").click()
    page.get_by_role("option", name=f"Name {TAG}").click()
    nothing_came_alive(page)


def test_an_attack_that_came_alive_would_be_noticed(studio: Studio, page: Page) -> None:
    """The other tests prove something only if this is so."""
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", f"{TAG}<iframe src='javascript:1'>")
    assert page.evaluate(ALIVE)
    studio.wait_until(lambda: any("Content Security Policy" in problem for problem in studio.watch.problems))
    assert not studio.watch.dialogs, "the content policy is the second wall"
    studio.watch.allow(".")
