"""What the keyboard and the pointer do to the page: keys, focus, tooltips, and dialogs that open for a question alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect
from support.studio import Studio

PICTURES = Path("test-results/screens/hands")
TEXT = "The ferry is late today. It will sail at noon. Nobody knows why. The crew waits at the pier."


PASS = ("transform", "template", {"template": "{{ input }}"})


def build(studio: Studio, *labels: str, kind: tuple[str, str, dict[str, str]] = PASS) -> None:
    """A chain of nodes; the first is a text."""
    kinds = [("prompt", "seed", {"text": TEXT}), *[kind] * (len(labels) - 1)]
    nodes = [
        {"id": f"step-{index}", "label": label, "type": one[0], "action": one[1], "params": one[2]}
        for index, (label, one) in enumerate(zip(labels, kinds, strict=True))
    ]
    edges = [
        {"id": f"edge-{index}", "source": f"step-{index}", "target": f"step-{index + 1}"}
        for index in range(len(labels) - 1)
    ]
    studio.import_workflow("w.json", json.dumps({"name": "Chain", "nodes": nodes, "edges": edges}))
    expect(studio.nodes).to_have_count(len(labels))


def edges_of(page: Page) -> list[str]:
    names = [edge.get_attribute("aria-label") or "" for edge in page.locator(".react-flow__edge").all()]
    return sorted(name.replace(" leads to ", ">") for name in names)


def test_a_tooltip_ends_when_its_button_is_pressed(studio: Studio, page: Page) -> None:
    build(studio, "A", "B")
    for button, opened in (
        (page.get_by_role("button", name="Workflow menu"), page.get_by_role("menu")),
        (page.get_by_role("button", name="All commands"), page.get_by_role("textbox", name="Search commands")),
        (studio.tool("Add a node"), page.get_by_role("complementary", name="Node library")),
    ):
        button.hover()
        expect(page.get_by_role("tooltip")).to_be_visible()
        button.click()
        expect(opened).to_be_visible()
        expect(page.get_by_role("tooltip")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)
        page.wait_for_timeout(500)  # longer than a tooltip waits
        expect(page.get_by_role("tooltip")).to_have_count(0)
        page.mouse.move(700, 300)
        button.hover()
        expect(page.get_by_role("tooltip")).to_be_visible()
        page.mouse.move(700, 300)
        expect(page.get_by_role("tooltip")).to_have_count(0)


def test_a_dialog_that_would_ask_nothing_does_not_open(studio: Studio, page: Page) -> None:
    build(studio, "A", "B", kind=("llm", "summarize", {}))
    studio.run_button.click()
    expect(page.get_by_role("alert").filter(has_text="Good to know")).to_contain_text("No language model is set up")
    studio.expect_run("completed")
    expect(studio.dialog).to_have_count(0)


def test_all_nodes_are_selected_and_deleted_and_brought_back_in_one_step(studio: Studio, page: Page) -> None:
    build(studio, "A", "B", "C", "D")
    studio.command.fill("only these words")
    page.keyboard.press("Control+a")
    expect(page.locator("[data-selected='true']")).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(studio.command).to_have_value("")
    studio.canvas.click(position={"x": 700, "y": 120})
    page.keyboard.press("Control+a")
    expect(page.locator("[data-testid^='node-'][data-selected='true']")).to_have_count(4)
    assert page.evaluate("String(getSelection())") == ""
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(studio.nodes).to_have_count(4)
    assert edges_of(page) == ["A>B", "B>C", "C>D"]


def test_deleting_nodes_in_the_middle_joins_their_neighbours(studio: Studio, page: Page) -> None:
    build(studio, "A", "B", "C", "D")
    studio.node("step-1").click()
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(3)
    assert edges_of(page) == ["A>C", "C>D"]
    page.keyboard.press("Control+z")
    expect(studio.edges).to_have_count(3)
    studio.node("step-1").click()
    studio.node("step-2").click(modifiers=["Shift"])
    page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(2)
    assert edges_of(page) == ["A>D"]
    page.keyboard.press("Control+z")
    expect(studio.edges).to_have_count(3)
    assert edges_of(page) == ["A>B", "B>C", "C>D"]
    studio.open_node("step-2").get_by_role("button", name="Delete this node").click()
    expect(studio.nodes).to_have_count(3)
    assert edges_of(page) == ["A>B", "B>D"]
    page.keyboard.press("Control+z")
    studio.node("step-1").click()
    page.keyboard.press("Control+x")
    expect(studio.nodes).to_have_count(3)
    assert edges_of(page) == ["A>C", "C>D"]


def told(studio: Studio, field: str, value: str, message: str) -> None:
    """The field says what is wrong with its value, once one has stopped typing, where a screen reader finds it too."""
    control = studio.panel.get_by_label(re.compile(f"^{field}( \\*)?$")).first
    control.fill("")
    control.press_sequentially(value)
    expect(studio.panel.get_by_text(message)).to_have_count(0)  # while it is typed it is only half written
    expect(control).to_have_accessible_description(re.compile(re.escape(message)))
    expect(control).to_have_attribute("aria-invalid", "true")


def test_a_form_says_beside_the_field_what_is_wrong_with_it(studio: Studio, page: Page) -> None:
    nodes = [
        {"id": "page", "type": "http", "action": "request", "label": "", "params": {}},
        {"id": "mail", "type": "email", "action": "send", "label": "", "params": {}},
        {"id": "text", "type": "transform", "action": "template", "label": "", "params": {"template": "x"}},
        {"id": "wait", "type": "approval", "action": "request", "label": "", "params": {}},
    ]
    studio.import_workflow("w.json", json.dumps({"name": "Forms", "nodes": nodes, "edges": []}))
    expect(studio.nodes).to_have_count(4)
    studio.settle()
    studio.open_node("page")
    told(studio, "URL", "htp:/x", "Only http and https addresses can be fetched.")
    studio.panel.get_by_label("URL").fill("https://example.org/{{ input }}")
    expect(studio.panel.get_by_label("URL")).not_to_have_attribute("aria-invalid", "true")
    studio.panel.get_by_label("URL").fill("")
    expect(studio.panel.get_by_text("This is needed.")).to_be_visible()
    page.keyboard.press("Escape")
    studio.open_node("mail")
    told(studio, "To", "bea@example.org, carl@", "“carl@” is not an e-mail address.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "form.png")
    page.keyboard.press("Escape")
    studio.open_node("text")
    told(studio, "Template", "Dear {{ input", "the tag is never closed")
    page.keyboard.press("Escape")
    studio.open_node("wait")
    told(studio, "Time to answer", "soon", "“soon” is no duration; write one like 90, 10 minutes, 2h")


def test_the_run_dialog_says_what_is_wrong_with_an_answer_before_it_is_sent(studio: Studio) -> None:
    build(studio, "A", "B", kind=("email", "send", {}))
    studio.run_button.click()
    to = studio.dialog.get_by_label("To")
    to.press_sequentially("bea")
    expect(to).to_have_accessible_description(re.compile("“bea” is not an e-mail address"))
    to.press_sequentially("@example.org")
    expect(to).not_to_have_attribute("aria-invalid", "true")
