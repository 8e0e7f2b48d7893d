"""The page in the words of its user. Everything is found as a person or a screen reader finds it: by role and name."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable, Iterator

from playwright.sync_api import FloatRect, Locator, Page, expect
from support.browser import Watch

STATUS_WAIT = 20_000
"""Milliseconds a node or a run may take to get where the story wants it."""

STILL = """async () => {
  await document.fonts.ready;
  const moving = () => document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
  const view = () => document.querySelector('.react-flow__viewport')?.style.transform;
  for (let quiet = 0; quiet < 3; ) {
    const before = view();
    await Promise.allSettled(moving().map((one) => one.finished));
    await new Promise(requestAnimationFrame);
    quiet = moving().length || view() !== before ? 0 : quiet + 1;
  }
}"""

PLACES = """(id) => {
  window.places = [];
  const look = () => {
    const node = document.querySelector(`[data-testid='node-${id}']`);
    if (node?.checkVisibility({ visibilityProperty: true })) {
      const { x, y } = node.getBoundingClientRect();
      if (window.places.at(-1) !== `${x} ${y}`) window.places.push(`${x} ${y}`);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
"""Frame by frame, where a node is seen."""


class Studio:
    def __init__(self, page: Page, url: str, watch: Watch) -> None:
        self.page = page
        self.url = url
        self.watch = watch

    def open(self) -> Studio:
        self.page.goto(self.url)
        expect(self.command).to_be_visible()
        return self

    def settle(self) -> None:
        """Fonts in place, every movement over."""
        self.page.evaluate(STILL)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 10) -> None:
        """For what no element says by itself."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not come true"
            self.page.wait_for_timeout(30)

    # -- saying ---------------------------------------------------------------------------------------------------

    @property
    def command(self) -> Locator:
        return self.page.get_by_role("textbox", name="Describe the workflow")

    @property
    def proposal(self) -> Locator:
        return self.page.get_by_role("region", name="Proposed change")

    def say(self, sentence: str) -> None:
        self.command.fill(sentence)
        self.command.press("Enter")

    def plan(self, sentence: str) -> None:
        """Say it and take what was understood."""
        self.say(sentence)
        self.accept()

    def replan(self, sentence: str) -> None:
        """Say something new while unsaved work is on the canvas."""
        self.page.get_by_role("radiogroup").get_by_text("New", exact=True).click()
        self.say(sentence)
        self.proposal.get_by_role("button", name="Accept").click()
        self.page.get_by_role("dialog", name="Replace unsaved work?").get_by_role("button", name="Replace it").click()
        expect(self.proposal).to_be_hidden()

    def choose(self, item: str) -> None:
        """From the workflow's menu."""
        self.page.get_by_role("button", name="Workflow menu").click()
        self.page.get_by_role("menuitem", name=item).click()

    def new_workflow(self) -> None:
        """An empty canvas, whatever was on it."""
        self.choose("New workflow")
        question = self.page.get_by_role("dialog", name="Replace unsaved work?")
        expect(question.or_(self.page.get_by_role("heading", name="Try saying"))).to_be_visible()
        if question.is_visible():
            question.get_by_role("button", name="Replace it").click()
        expect(self.nodes).to_have_count(0)

    def import_workflow(self, name: str, content: str) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.choose("Import from file")
        chooser.value.set_files([{"name": name, "mimeType": "application/json", "buffer": content.encode()}])

    def accept(self) -> None:
        self.proposal.get_by_role("button", name="Accept").click()
        expect(self.proposal).to_be_hidden()

    def use_template(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()
        expect(self.nodes.first).to_be_visible()

    # -- the canvas -----------------------------------------------------------------------------------------------

    @property
    def canvas(self) -> Locator:
        return self.page.get_by_test_id("canvas")

    @property
    def nodes(self) -> Locator:
        return self.page.locator("[data-testid^='node-']")

    @property
    def edges(self) -> Locator:
        return self.page.locator(".react-flow__edge:not(.from-trigger)")

    def node(self, node_id: str) -> Locator:
        return self.page.get_by_test_id(f"node-{node_id}")

    def node_named(self, label: str) -> Locator:
        return self.nodes.filter(has_text=label)

    def boxes(self) -> dict[str, FloatRect]:
        """Where the nodes stand on the screen, by id."""
        found = {node.get_attribute("data-testid") or "": node.bounding_box() for node in self.nodes.all()}
        return {name.removeprefix("node-"): box for name, box in found.items() if box}

    @contextlib.contextmanager
    def watched_places(self, node_id: str) -> Iterator[list[str]]:
        """Fills the list with every place at which the node was seen meanwhile, each frame of a slow machine looked at."""
        slow = self.page.context.new_cdp_session(self.page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        self.page.evaluate(PLACES, node_id)
        places: list[str] = []
        yield places
        self.settle()
        places += self.page.evaluate("window.places")
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    def connect(self, source: Locator, target: Locator) -> None:
        """Drag an edge from one node's output to another's input."""
        source.locator(".react-flow__handle.source").first.drag_to(target.locator(".react-flow__handle.target"))

    def drag_node(self, node_id: str, by: tuple[int, int]) -> None:
        box = self.boxes()[node_id]
        x, y = box["x"] + box["width"] / 2, box["y"] + 12
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=6)
        self.page.mouse.up()

    def open_library(self) -> Locator:
        self.choose("Node library")
        library = self.page.get_by_role("complementary", name="Node library")
        expect(library.get_by_role("listitem").first).to_be_visible()
        return library

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name=re.compile("^(Node|Trigger): "))

    def close_messages(self) -> None:
        """Those that stay until they are closed."""
        for button in self.page.get_by_role("button", name="Close this message").all():
            button.click()

    def open_node(self, node_id: str) -> Locator:
        """The canvas moves a moment after another panel opened; whoever then clicks beside the node clicks again."""
        node = self.node(node_id)
        for _ in range(3):
            node.click()
            with contextlib.suppress(AssertionError):
                expect(node).to_have_attribute("data-selected", "true", timeout=3_000)
                break
        expect(self.panel).to_be_visible()
        return self.panel

    def output_of(self, node_id: str) -> Locator:
        """What the node made in the run on the canvas."""
        panel = self.open_node(node_id)
        panel.get_by_text("Input & output").click()
        return panel.get_by_role("region", name="Output")

    def tool(self, name: str) -> Locator:
        return self.page.get_by_role("toolbar", name="Canvas tools").get_by_role("button", name=name)

    # -- running --------------------------------------------------------------------------------------------------

    @property
    def run_button(self) -> Locator:
        return self.page.get_by_role("form", name="Command bar").get_by_role(
            "button", name=re.compile("^Run (Workflow|in Background)$")
        )

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="Before it runs")

    @property
    def dock(self) -> Locator:
        return self.page.get_by_test_id("dock")

    @property
    def log(self) -> Locator:
        return self.dock.get_by_role("log")

    def set_background(self, on: bool) -> None:
        self.page.get_by_label("Background Execution").set_checked(on)

    def run(self) -> None:
        """Press run and, when the dialog has only news and no question, go on."""
        self.run_button.click()

    def start_from_dialog(self) -> None:
        self.dialog.get_by_role("button", name=re.compile("^Run ")).click()
        expect(self.dialog).to_be_hidden()

    def start_if_asked(self) -> None:
        """Where the dialog has nothing to ask but something to say, go on."""
        expect(self.dialog.or_(self.dock)).to_be_visible()
        if self.dialog.is_visible():
            self.start_from_dialog()

    def expect_run(self, status: str) -> None:
        expect(self.dock.locator("[data-status]").first).to_have_attribute("data-status", status, timeout=STATUS_WAIT)

    def expect_nodes(self, status: str, node_ids: Iterable[str]) -> None:
        for node_id in node_ids:
            expect(self.node(node_id)).to_have_attribute("data-status", status, timeout=STATUS_WAIT)

    # -- the history ----------------------------------------------------------------------------------------------

    @property
    def history(self) -> Locator:
        return self.page.get_by_role("dialog", name="Workflow History")

    @property
    def history_button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Workflow History"))

    @property
    def runs(self) -> Locator:
        return self.history.locator("[data-testid^='run-']")

    def open_history(self) -> Locator:
        if not self.history_button.is_visible():  # on a small screen the result of a run stands there
            self.dock.get_by_role("button", name="Hide result, log and timeline").click()
        self.history_button.click()
        expect(self.history).to_be_visible()
        return self.history

    def open_run(self, run_id: str) -> None:
        """Bring a run of the open history to the canvas."""
        self.history.get_by_test_id(f"run-{run_id}").get_by_role("link").first.click()
        expect(self.history).to_be_hidden()

    def close_history(self) -> None:
        self.history.get_by_role("button", name="Close Workflow History").click()
        expect(self.history).to_be_hidden()


OpenWindow = Callable[..., Studio]
"""Opens a window with a browser profile of its own; takes Playwright's options for a context."""
