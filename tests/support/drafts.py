"""What is unsaved, saved and among the versions, in the words of the page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from support.studio import Studio

SCREENS = Path("test-results/screens/versions")


def named(studio: Studio) -> Locator:
    return studio.page.get_by_role("textbox", name="Name of the workflow")


def rename(studio: Studio, name: str) -> None:
    named(studio).fill(name)
    named(studio).press("Enter")


def save(studio: Studio) -> None:
    studio.page.keyboard.press("Control+s")


def saved(studio: Studio) -> None:
    save(studio)
    expect(studio.page.get_by_role("img", name="Unsaved changes")).to_be_hidden()


def open_saved(studio: Studio, name: str) -> None:
    studio.choose("Saved workflows")
    studio.page.get_by_role("dialog", name="Saved workflows").get_by_text(name).click()
    expect(named(studio)).to_have_value(name)


def names(studio: Studio) -> list[str]:
    """What is saved, the last changed first."""
    return [one["name"] for one in studio.page.request.get(f"{studio.url}/api/workflows").json()["workflows"]]


def unsaved(studio: Studio) -> Locator:
    return studio.page.get_by_role("img", name="Unsaved changes")


def older(studio: Studio) -> Locator:
    """The card of a version that lies over the draft."""
    return studio.page.get_by_role("region", name="Older version")


def question(studio: Studio) -> Locator:
    return studio.page.get_by_role("dialog", name="Replace unsaved work?")


def versions_of(studio: Studio) -> list[str]:
    """Their names, the newest first."""
    (only,) = studio.page.request.get(f"{studio.url}/api/workflows").json()["workflows"]
    path = f"{studio.url}/api/workflows/{only['id']}/versions"
    return [one["name"] for one in studio.page.request.get(path).json()["versions"]]


def twice_saved(studio: Studio) -> None:
    """Version 1 has four nodes, version 2 has three."""
    studio.use_template("Trip Planner")
    rename(studio, "One")
    saved(studio)
    studio.node("step-1").click()
    studio.page.keyboard.press("Delete")
    expect(studio.nodes).to_have_count(3)
    rename(studio, "Two")
    saved(studio)


def compare(studio: Studio, version: int) -> None:
    studio.choose("Versions")
    studio.page.get_by_role("button", name=f"Compare version {version} with the canvas").click()
    expect(older(studio)).to_be_visible()


def only_id(studio: Studio) -> str:
    (only,) = studio.page.request.get(f"{studio.url}/api/workflows").json()["workflows"]
    return only["id"]


def looked_at(page: Page, name: str) -> None:
    """For a person's eye, in both schemes and on a phone."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    window = page.viewport_size
    assert window
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (window["width"], 390):
            page.set_viewport_size({"width": width, "height": window["height"]})
            page.wait_for_timeout(150)
            page.screenshot(path=SCREENS / f"{name}-{scheme}-{width}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(window)
