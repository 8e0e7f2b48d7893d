"""Files that come with a request: what is text, and what is the Base64 of one."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from voicegraph.graph.legacy_format import without_files
from voicegraph.nodes.documents.request_files import content_of


def content(given: Any, name: str = "a.txt", encoding: str | None = None, type: str = "txt_upload") -> bytes:
    params = {"fileContent": given, "fileName": name, "encoding": encoding}
    return content_of(without_files({"nodes": [{"type": type, "params": params}]}, {})[2][0])


def coded(data: bytes, width: int = 0) -> str:
    text = base64.b64encode(data).decode()
    return "\r\n".join(text[at : at + width] for at in range(0, len(text), width)) if width else text


PDF = b"%PDF-1.7\nrest"
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00"
TABLE = "name,city\nAda,Köln\n"


@pytest.mark.parametrize(
    "data",
    [
        PDF,
        ZIP,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("windows-1252"),
        TABLE.encode() + b"\x00\x00",
        b"a,b\n1,2\n",
        b"hi",
        b"x",
        b"abc",
        b"1,2",
        b"Hello!",
        b"{}",
        b"[1]",
        "über".encode(),
        "Grüße".encode("windows-1252"),
        "Привет, мир".encode("windows-1251"),
        "имя;город\nАда;Москва\n".encode("koi8-r"),
        "안녕하세요 세계".encode("iso2022_kr"),
        "日本語".encode("iso2022_jp"),
        b"\x1b[32mok\x1b[0m\n" * 9,
        b"id,key\n" + b"9f8e7D6c5B,A1b2C3d4\n" * 200,
        ("Grüße aus Köln. " * 200).encode() + b"\xff",
    ],
)
def test_base64_of_a_file_is_that_file(data: bytes) -> None:
    assert content(coded(data)) == data
    assert content(coded(data, 76) + "\r\n") == data


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет", "utf-16-le"),
        ("你好世界。你好世界。", "utf-16-be"),
        ("안녕하세요", "euc-kr"),
        ("名前,都市\n太郎,東京\n", "shift_jis"),
        ("Grüße", "windows-1252"),
    ],
)
def test_the_encoding_that_a_node_names_helps_to_tell(text: str, encoding: str) -> None:
    assert content(coded(text.encode(encoding)), encoding=encoding) == text.encode(encoding)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "password",
        "responsibilities",
        "Wiki",
        "iPhone12",
        "McDonald",
        "JavaScript",
        "bill",
        "1654",
        "12345678",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAA",
        "ABCDEFGH",
        "deadbeef",
        "4A6F686E20446F65204A6F686E20446F65",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "e3b0c44298fc1c149afbf4c8996fb924\n27ae41e4649b934ca495991b7852b855\n",
        "SGVsbG8 is Base64",
        "JVBERi0 is how a PDF begins",
        "SGVsbG8",
        "SGVsbG9=",
        "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12",
        "YWJj\nZGVm\nZ2hp\n",
        "YWxhZGRpbg==\nc2VzYW1lMTI=\n",
        coded(bytes(range(256))),
        "data:, and more",
        "data:x,y\n1,2\n",
        "Data: Berlin, 5 May 2026\nHello",
        "data:text/csv,is what\nit says",
        " data:,a",
        "Ünïcode",
    ],
)
def test_what_only_looks_like_base64_is_the_text_that_it_is(text: str) -> None:
    assert content(text) == text.encode()


@pytest.mark.parametrize("name", ["scan.pdf", "photo.PNG", "letter.docx", "sums.xlsx", "all.zip"])
def test_under_the_name_of_a_file_that_is_no_text_base64_is_one(name: str) -> None:
    data = b"junk before it\xff\x00\x01"
    assert content(coded(data), name) == data
    assert content(coded(data), "notes.md") == coded(data).encode()
    assert content("Not yet written.", name) == b"Not yet written."


def test_a_node_for_pdfs_takes_no_text() -> None:
    data = b"junk before it\xff\x00\x01"
    assert content(coded(data), "scan", type="pdf_upload") == data


@pytest.mark.parametrize(
    ("url", "data"),
    [
        (f"data:application/pdf;base64,{coded(PDF)}", PDF),
        ("data:text/csv;charset=utf-8,a%2Cb%0A", b"a,b\n"),
        ("data:text/csv;base64,YSxiCg", b"a,b\n"),
        ("data:text/csv;base64,YSxiCg%3D%3D", b"a,b\n"),
        ("data:text/csv; charset=utf-8; BASE64,YSxiCg==", b"a,b\n"),
        ("\n data:;base64,YSxiCg==", b"a,b\n"),
        ("data:,a%20b", b"a b"),
        ("data:;charset=utf-8;base64,\r\nYSxi\r\nCg==\r\n", b"a,b\n"),
        ("data:;base64,", b""),
    ],
)
def test_a_data_url_says_itself_what_it_is(url: str, data: bytes) -> None:
    assert content(url) == data


@pytest.mark.parametrize(
    "text",
    [
        "data:application/pdf;base64,%%%",
        "data:text/plain;base64,A",
        "data:text/plain;base64,YSxi=Cg=",
        "data:text/plain;base64,a-_b",
        "data:text/plain;base64,Hello world.",
        coded(PDF)[:-3],
    ],
)
def test_broken_base64_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="the Base64 is broken"):
        content(text)


@pytest.mark.parametrize("given", [None, 7, ["a"], {"a": 1}])
def test_what_is_no_text_is_told(given: object) -> None:
    with pytest.raises(ValueError, match="fileContent is to be a text: the text of the file, its Base64 or a data URL"):
        content(given)


def test_text_that_came_as_text_is_not_decoded_again() -> None:
    assert content("Grüße", encoding="windows-1251") == "\ufeffGrüße".encode()
    assert content("plain", encoding="utf-16") == "\ufeffplain".encode()
    assert content("Grüße", encoding="utf-8") == "Grüße".encode()
