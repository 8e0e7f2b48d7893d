from __future__ import annotations

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.documents.model import MAX_TEXT
from voicegraph.nodes.documents.text import looks_binary, parse_html, parse_json, parse_text


def test_escape_sequences_of_a_terminal_log_are_text():
    assert not looks_binary(b"\x1b[32mok\x1b[0m\n" * 40)


def test_long_text_is_cut_and_says_so():
    document = parse_text("x.txt", b"a" * (MAX_TEXT + 1))
    assert len(document.text) == MAX_TEXT
    assert document.meta == {"format": "text", "encoding": "utf-8", "truncated": True, "characters": MAX_TEXT + 1}


def test_json_keeps_its_text_and_gives_its_value():
    document = parse_json("x.json", b'{"a": [1, null]}')
    assert document.text == '{"a": [1, null]}'
    assert document.data == {"a": [1, None]}


def test_json_lines_give_a_list():
    document = parse_json("x.jsonl", b'{"a": 1}\n')
    assert (document.data, document.meta["format"]) == ([{"a": 1}], "jsonl")
    with pytest.raises(NodeError, match=r"x\.jsonl is not valid JSON: line 2"):
        parse_json("x.jsonl", b'{"a": 1}\nnone\n')


@pytest.mark.parametrize("content", [b"{", b'{"a": 1}\n{"a"', b'{"a": NaN}', b"[" * 200_000])
def test_bad_json_is_located(content: bytes):
    with pytest.raises(NodeError, match=r"x\.json is not valid JSON"):
        parse_json("x.json", content)


def test_a_saved_page_gives_its_readable_text():
    paragraph = "The committee met on Tuesday and agreed on the budget for the coming year. " * 5
    html = f"<html><head><title>t</title><script>evil()</script></head><body><p>{paragraph}</p></body></html>"
    text = parse_html("x.html", html.encode()).text
    assert "agreed on the budget" in text
    assert "evil" not in text


def test_a_page_without_text_is_refused():
    with pytest.raises(NodeError, match="without readable text"):
        parse_html("x.html", b"<html><body><img src=a></body></html>")
