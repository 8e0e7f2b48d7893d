"""What a page is called, where its first heading is the site's, a menu's or a banner's."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.nodes.documents.page import read_page

TEXT = "<p>" + "The quick brown fox jumps over the lazy dog, and the dog does not mind. " * 5 + "</p>"
ARTICLE = "Budget agreed"


def title(head: str, body: str, address: str = "https://example.org/news/1") -> Any:
    page = f"<html><head>{head}</head><body>{body}{TEXT}</body></html>"
    return read_page(address, page.encode()).data["title"]  # pyright: ignore


@pytest.mark.parametrize(
    ("head", "body", "called"),
    [
        (f"<title>{ARTICLE} - Town News</title>", "<header><h1>Town News</h1></header>", ARTICLE),
        (f"<title>{ARTICLE} | Town News</title>", '<h1><a href="/">Town News</a></h1>', ARTICLE),
        (f"<title>Town News: {ARTICLE}</title>", '<h1><a href="/">Town News</a></h1>', ARTICLE),
        (f"<title>{ARTICLE} – Town</title>", '<div role="banner"><h1>Town</h1></div><h2>Related</h2>', ARTICLE),
        (f"<title>{ARTICLE} - Town</title>", "<header><h1>Town</h1></header><h2>Budget agreed</h2>", ARTICLE),
        (f"<title>Town - {ARTICLE}</title>", "<header><h1>Town</h1></header><main><h1>Budget agreed</h1></main>", ARTICLE),
        (f"<title>{ARTICLE} - Town</title>", f"<header><h1>{ARTICLE}</h1></header>", ARTICLE),
        (f"<title>{ARTICLE} - Town</title>", f"<article><header><h1>{ARTICLE}</h1></header></article>", ARTICLE),
        (f"<title>{ARTICLE} - Town</title>", f"<h1>Town</h1><h2>{ARTICLE}</h2>", ARTICLE),
        (f"<title>{ARTICLE} - Example</title>", "<h1>Example</h1>", ARTICLE),
        (f"<title>{ARTICLE} - Town</title>", "<nav><h1>Menu</h1></nav>", f"{ARTICLE} - Town"),
        (f"<title>{ARTICLE}</title>", "<nav><h1>Menu of all the pages</h1></nav>", ARTICLE),
        (f"<title>{ARTICLE}</title>", "<h1>Menu</h1>", ARTICLE),
        (f"<title>{ARTICLE}</title>", "<div><h1>Cookies</h1></div>", ARTICLE),
        (f"<title>{ARTICLE}</title>", '<div role="dialog"><h1>We value your privacy</h1></div>', ARTICLE),
        (
            f'<title>{ARTICLE} - Town</title><meta property="og:site_name" content="Town">',
            "<nav><h1>Menu</h1></nav>",
            ARTICLE,
        ),
        (
            f'<title>{ARTICLE} - Town</title><meta property="og:title" content="{ARTICLE}">',
            "<header><h1>Menu</h1></header>",
            ARTICLE,
        ),
        (
            '<title>Town News</title><meta property="og:title" content="The whole budget is agreed">',
            "<header><h1>Town News</h1></header>",
            "The whole budget is agreed",
        ),
        ("<title>Town</title>", "<main><h1>The whole budget is agreed</h1></main>", "The whole budget is agreed"),
        ("<title>Guide: a > b | Town</title>", "<nav><h1>Town</h1></nav><h1>Guide: a > b</h1>", "Guide: a > b"),
        ("<title>Docs > Guide > Setup</title>", "<h1>Setup</h1>", "Setup"),
        ("<title>Set up, run and stop the new server …</title>", "<h1>Set up, run and stop the new server quickly</h1>",
         "Set up, run and stop the new server quickly"),
        ("<title>Budget agreed | Town</title>", "<h1>BUDGET AGREED</h1>", ARTICLE),
        ("<title>Example</title>", "", "Example"),
        ("", "<h1>Only a heading</h1>", "Only a heading"),
        ("", "<h2>Second</h2>", "Second"),
    ],
)  # fmt: skip
def test_a_heading_counts_where_the_title_says_the_same(head: str, body: str, called: str) -> None:
    assert title(head, body) == called


def test_a_name_that_links_to_the_first_page_is_the_sites_unless_this_is_it() -> None:
    head, body = "<title>Town News - all of it</title>", '<h1><a href="/">Town News</a></h1>'
    assert title(head, body, "https://example.org/x") == "all of it"
    assert title(head, body, "https://example.org/") == "Town News"
