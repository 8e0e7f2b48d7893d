from __future__ import annotations

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.decoder import Labels, decode
from voicegraph.nodes.documents.parsed_document import MAX_TEXT
from voicegraph.nodes.documents.text_file import looks_binary, parse_html, parse_json, parse_text


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


@pytest.mark.parametrize("content", [b"{", b'{"a": 1}\n{"a"', b"[" * 200_000])
def test_bad_json_is_located(content: bytes):
    with pytest.raises(NodeError, match=r"x\.json is not valid JSON"):
        parse_json("x.json", content)


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400"])
def test_a_number_that_is_none_is_null_and_told_as_in_the_answer_of_a_service(name: str, number: str):
    document = parse_json(name, f'{{"a": {number}}}'.encode())
    assert document.data in ({"a": None}, [{"a": None}])
    assert str(document.meta["note"]).startswith(f"Not all of {name}'s data can be kept: a number in it is ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "line 1, column 2: it ends too early."),
        (b"{a: 1}", "line 1, column 2: the name of a field is missing, in double quotation marks."),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6: a colon is missing behind the name of a field."),
        (b"[1 2]", "line 1, column 4: a comma is missing."),
        (b"[1,,2]", "line 1, column 4: a value is missing."),
        (b'["a]', "line 1, column 2: a text begins there and is never closed."),
        (b'["a\nb"]', "line 1, column 4: a text holds a line break"),
        (b'["\\x"]', "line 1, column 3: a backslash stands before a sign that needs none."),
        (b"[1] 2", "line 1, column 5: something stands behind its end."),
        (b"[" * 200_000, "it is nested too deeply."),
    ],
)
def test_what_is_wrong_with_json_is_said_in_words(content: bytes, says: str):
    with pytest.raises(NodeError) as caught:
        parse_json("x.json", content)
    assert caught.value.message.startswith(f"x.json is not valid JSON: {says}")


def test_a_broken_line_of_json_lines_is_named_once():
    with pytest.raises(NodeError) as caught:
        parse_json("x.jsonl", b'{"a": 1}\n{"a"}\n')
    assert caught.value.message == (
        "x.jsonl is not valid JSON: line 2, column 5: a colon is missing behind the name of a field."
    )


def test_a_saved_page_gives_its_readable_text():
    paragraph = "The committee met on Tuesday and agreed on the budget for the coming year. " * 5
    html = f"<html><head><title>t</title><script>evil()</script></head><body><p>{paragraph}</p></body></html>"
    text = parse_html("x.html", html.encode()).text
    assert "agreed on the budget" in text
    assert "evil" not in text


def test_a_page_without_text_is_refused():
    with pytest.raises(NodeError, match="without readable text"):
        parse_html("x.html", b"<html><body><img src=a></body></html>")


@pytest.mark.parametrize(
    ("content", "is_binary"),
    [
        (b"a,b\n1,2\n" + b"\x00" * 500, False),
        (b"one line" + b"\x00" * 8_000, False),
        (b"a\x0cb\x1b[0m" + b"\x00" * 100, False),
        (b"end\x1a" + b"\x00" * 100, False),
        (("안녕하세요 세계 " * 9).encode("iso2022_kr"), False),
        (b"\x0e\x0f" * 50, True),
        (b"\x00" * 500, True),
        (b"\x7fELF" + b"\x00" * 60, True),
        (b"\x01\x02\x03" + b"\x00" * 60, True),
        (b"", False),
    ],
)
def test_what_fills_a_block_and_what_shifts_to_korean_is_no_sign_of_a_program(content: bytes, is_binary: bool) -> None:
    assert looks_binary(content) is is_binary


@pytest.mark.parametrize("nuls", range(1, 9))
@pytest.mark.parametrize("text", ['{"a":1}', '{"a":12}', "hi", "name,amount\nAnna,12\nBert,13\n", "word word\n" * 190])
def test_what_fills_a_block_is_left_out_whatever_its_length(text: str, nuls: int) -> None:
    content = text.encode() + b"\x00" * nuls
    assert not looks_binary(content)
    assert parse_text("x.txt", content).text == text
    if text[0] == "{":
        assert parse_json("x.json", content).text == text


def test_a_person_who_names_the_encoding_says_that_it_is_text() -> None:
    content = b"Anna\x00\x00\x00\x00\x00\x00Berlin\x00\x00\x00\x00\n" * 20
    assert looks_binary(content)
    assert not looks_binary(content, Labels("utf-8"))
    assert parse_text("x.txt", content, Labels("utf-8")).text == "AnnaBerlin\n" * 20
    assert looks_binary(b"\x01\x02\x03\x04" * 60, Labels("utf-8"))
    assert looks_binary(b"\x00" * 60, Labels("utf-8"))


@pytest.mark.parametrize("label", ["utf-32", "UTF-32LE", "utf_32_be"])
def test_utf_32_may_be_named(label: str) -> None:
    content = "Grüße, 世界".encode("utf-32-be" if "be" in label else "utf-32-le")
    assert decode(content, named=label).text == "Grüße, 世界"
    assert not looks_binary(content, Labels(label))
    assert decode(b"hi there", declared=label).text == "hi there"


KOREAN = "안녕하세요, 오늘 회의는 세 시에 시작합니다."


@pytest.mark.parametrize("times", [1, 300])
def test_korean_with_shifts_is_text_with_its_mark_and_where_the_page_names_it(times: int) -> None:
    page = f'<html><head><meta charset="ISO-2022-KR"></head><body><p>{KOREAN * times}</p></body></html>'
    for content in (page.encode("iso2022_kr"), page.encode("iso2022_kr").replace(b"\x1b$)C", b"")):
        assert not looks_binary(content)
    assert KOREAN in parse_html("x.html", page.encode("iso2022_kr")).text
    assert parse_text("x.txt", (KOREAN * times).encode("iso2022_kr")).text == KOREAN * times
