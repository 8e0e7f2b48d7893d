from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.charsets.charsets import PIECE_BYTES, charset_in, codec_of, decoded, encoded, name_of
from voicegraph.nodes.charsets.decoder import text_of

OF_THE_WEB = ["utf-8", "utf-16-le", "windows-1252", "koi8-r", "shift_jis", "gb18030", "big5", "euc-jp", "iso-2022-jp"]
NO_CHARSETS = [
    "punycode",
    "idna",
    "unicode_escape",
    "zlib",
    "hex",
    "base64",
    "rot13",
    "utf-7",
    "undefined",
    "mbcs",
    "x" * 99,
]


def answer(content: bytes, charset: str) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": f"text/plain; charset={charset}"})


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_what_is_no_charset_of_the_web_is_read_as_utf8(charset: str) -> None:
    assert codec_of(charset) is None
    assert text_of(answer("Füße".encode() + b"\xff", charset)) == "Füße�"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf_8"), ("utf8", "utf_8"), ("ISO-8859-1", "cp1252"), ("Windows-1252", "cp1252"),
        ("iso-8859-15", "iso8859_15"), ("x-sjis", "cp932"), ("windows-31j", "cp932"), ("GB2312", "gb18030"),
        ("koi8-u", "koi8_u"), ("us-ascii", "cp1252"), ("ibm866", "cp866"), ("utf-16", "utf_16_le"), (None, None), ("", None),
    ],
)  # fmt: skip
def test_charsets_are_known_by_the_names_answers_give_them(label: str | None, codec: str | None) -> None:
    assert codec_of(label) == codec


# Escape is no character in ISO-2022-JP but begins a switch to another script.
@given(
    st.text(st.characters(exclude_characters="\x1b")),
    st.sampled_from(OF_THE_WEB),
    st.integers(PIECE_BYTES - 4, PIECE_BYTES + 4),
)
def test_a_character_may_lie_across_two_pieces(text: str, encoding: str, before: int) -> None:
    content = b"a" * (before - before % 2) + text.encode(encoding, "ignore")
    assert decoded(content, str(codec_of(encoding))) == content.decode(encoding)


@given(st.binary(max_size=200), st.sampled_from(OF_THE_WEB))
def test_broken_bytes_in_any_charset_are_replaced(content: bytes, charset: str) -> None:
    text_of(answer(content, charset)).encode()


def test_a_mark_tells_more_than_the_header() -> None:
    assert text_of(answer("Füße".encode("utf-16"), "iso-8859-1")) == "Füße"


@pytest.mark.parametrize(("content", "charset"), [(b"\xc3\xbc" * 9_000, "utf-8"), (b"\x1b(B" * 900_000, "iso-2022-jp")])
def test_no_more_is_decoded_than_asked_for(content: bytes, charset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.nodes.charsets.charsets.PIECE_BYTES", 100)
    seen: list[bytes] = []

    class Seen(bytes):
        def __getitem__(self, key: object) -> bytes:
            seen.append(super().__getitem__(key))  # type: ignore[call-overload,index]
            return seen[-1]

    assert decoded(Seen(content), str(codec_of(charset)), "replace", 150) == "ü" * (150 if charset == "utf-8" else 0)
    assert len(b"".join(seen)) <= 600


def test_half_a_character_is_encoded_as_a_question_mark() -> None:
    assert encoded("a" * PIECE_BYTES + "ü\ud800") == b"a" * PIECE_BYTES + "ü?".encode()


@pytest.mark.parametrize(
    ("media_type", "charset"),
    [
        ("text/csv; charset=Windows-1251", "windows-1251"),
        ('text/csv; charset="koi8-r"', "koi8-r"),
        ("text/csv", None),
        ("", None),
    ],
)
def test_the_charset_of_a_media_type(media_type: str, charset: str | None) -> None:
    assert charset_in(media_type) == charset


def test_people_write_labels_as_they_please() -> None:
    assert {name_of(label) for label in ("UTF8", "utf_8", " UTF-8 ")} == {"utf-8"}
    assert {name_of(label) for label in ("Windows 1251", "cp1251", "CP-1251", "x-cp1251")} == {"windows-1251"}
