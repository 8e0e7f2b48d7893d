"""Pages of megabytes: read in a time that grows with their length."""

from __future__ import annotations

import time

import pytest

from voicegraph.nodes.documents.page import read_page

HEAD = "<html><head><title>Minutes</title><meta name='author' content='Jo Doe'></head><body>"
MENU = "<nav><a href='/home'>Home</a></nav><script>evil()</script>"
START = "<h2>Head  line</h2><!-- no --><ul><li><p>First <b>point</b></p></li><li>Second</li></ul>loose"


@pytest.mark.parametrize("unit", ["<p>Some words stand here, number {n}.</p>", "<div>a{n}<br>b</div>"])
def test_three_megabytes_of_paragraphs(unit: str) -> None:
    count = 3_000_000 // len(unit)
    page = HEAD + MENU + START + "".join(unit.format(n=number) for number in range(count)) + "</body></html>"
    before = time.process_time()
    document = read_page("http://host.test/", page.encode())
    assert time.process_time() - before < 20
    assert document.text.startswith("## Head line\n\n- First point\n\n- Second\n\nloose")
    assert document.meta["all_text"] is True
    assert (len(document.text), document.meta["truncated"]) == (1_000_000, True)
    assert "evil" not in document.text
    assert "Home" not in document.text
    assert isinstance(document.data, dict)
    assert (document.data["title"], document.data["author"]) == ("Minutes", "Jo Doe")
    assert document.data["links"] == [{"url": "http://host.test/home", "text": "Home"}]
