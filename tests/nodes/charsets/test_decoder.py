"""One decoder for all doors: what is declared, what is not, and what is broken."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.charsets.charsets import codec_of, name_of
from voicegraph.nodes.charsets.decoder import decode, told
from voicegraph.nodes.charsets.samples import SAMPLE

LABELS = [
    "utf-8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8",
    "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh",
    "windows-874", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic", "gbk", "gb18030", "big5", "euc-jp", "shift_jis",
    "euc-kr", "iso-2022-jp",
]  # fmt: skip
"""The WHATWG's, without those that no declaration inside a document can name."""
WITH_A_BYTE_THAT_IS_NONE = {
    "utf-8": b"\xff", "gbk": b"\xff", "gb18030": b"\xff", "big5": b"\xff", "euc-jp": b"\xff", "shift_jis": b"\xff",
    "euc-kr": b"\xff", "windows-874": b"\xff", "iso-8859-6": b"\xff", "iso-8859-8": b"\xff", "windows-1253": b"\xff",
}  # fmt: skip
_SUPERSETS = {"iso-8859-1": "windows-1252", "latin1": "windows-1252", "us-ascii": "windows-1252"}


@st.composite
def texts(draw: st.DrawFn, label: str) -> str:
    """Text that the encoding has, as its standard reads it."""
    codec = str(codec_of(label))
    drawn = draw(st.text(st.characters(exclude_categories=["Cs", "Co", "Cc", "Cn"], exclude_characters="\ufeff\ufffd")))
    kept = drawn.encode(codec, "ignore").decode(codec)
    usual = draw(
        st.sampled_from(["", "Grüße, ", "Žluťoučký kůň ", "Привет ", "日本語のテキスト ", "中文文本 ", "한국어 "])
    )
    return usual.encode(codec, "ignore").decode(codec) + kept


@given(st.data(), st.sampled_from(LABELS))
def test_declared_text_is_read_as_it_was_written(data: Any, label: str) -> None:
    text = data.draw(texts(label))
    content = text.encode(str(codec_of(label)))
    assert decode(content, declared=label).text == text
    assert decode(content, named=label.upper()).text == text
    page = f'<html><head><meta charset="{label}"></head><body>'
    read = decode(page.encode("ascii") + content, markup=True)
    assert read.text == page + text
    assert not read.replaced


@given(st.data(), st.sampled_from(sorted(WITH_A_BYTE_THAT_IS_NONE)))
def test_of_one_bad_byte_only_that_one_is_lost(data: Any, label: str) -> None:
    before, after = data.draw(texts(label)), data.draw(texts(label))
    codec = str(codec_of(label))
    content = before.encode(codec) + WITH_A_BYTE_THAT_IS_NONE[label] + after.encode(codec)
    for read in (decode(content, declared=label), decode(content, named=label)):
        assert read.text == f"{before}\ufffd{after}"
        assert read.replaced == 1


def test_a_bad_byte_in_a_long_undeclared_text_costs_itself_alone() -> None:
    text = "Grüße aus Köln – schöne Straße.\n" * 20_000
    content = text.encode()
    read = decode(content[:300_001] + b"\xff" + content[300_001:])
    assert (read.encoding, read.guessed, read.replaced) == ("utf-8", True, read.text.count("\ufffd"))
    assert read.replaced <= 3
    assert read.text.count("Köln") >= 19_999


@pytest.mark.parametrize(
    ("label", "content", "text"),
    [
        ("gb2312", b"\xd6\xec\xe9F\xbb\xf9 \x80", "朱镕基 €"),
        ("Shift_JIS", b"\x83y\x81[\x83W\x87@\x81`\xee\xe0", "ページ①～髙"),
        ("x-sjis", b"\x87@\x82\xc5", "①で"),
        ("ks_c_5601-1987", b"\x8cc\xb9\xe6\xb0\xa2\xc7\xcf", "똠방각하"),
        ("big5", b"\x9d\xef\xb7s", "嘅新"),
        ("euc-jp", b"\xad\xa1\xc6\xfc", "①日"),
        ("iso-2022-jp", b"\x1b$BF|K\\\x1b(B.\x1b(I1\x1b(B", "日本.ｱ"),
        ("iso-8859-1", b"\x80 \x93a\x94 \x81", "€ “a” \x81"),
        ("iso-8859-9", b"\xfeey \x80", "şey €"),
        ("tis-620", b"\xa1 \x85", "ก …"),
        ("x-user-defined", b"a\x80", "a\uf780"),
        ("cp850", b"Gr\x94\xe1e", "Größe"),
        ("IBM437", b"Gr\x94\xe1e", "Größe"),
        ("ibm852", b"M\xd8sto", "Město"),
    ],
)
def test_labels_are_read_as_the_web_reads_them(label: str, content: bytes, text: str) -> None:
    assert decode(content, declared=label).text == text


@pytest.mark.parametrize(
    "page",
    [
        "<meta charset=windows-1251>",
        "<META http-equiv='Content-Type' content='text/html; charset=windows-1251'>",
        '<meta content="text/html; charset=windows-1251" http-equiv=content-type />',
        '<?xml version="1.0" encoding="windows-1251"?><a>',
        "<!-- <meta charset=koi8-r> --><meta charset=windows-1251>",
        "<script>'<meta charset=koi8-r>'</script><meta charset=windows-1251>",
        '<meta name="description" content="charset=koi8-r"><meta charset="cp1251">',
        f"<!-- {'x' * 200_000} --><meta charset=windows-1251>",
        f"<style>{'a{}' * 30_000}</style><meta charset=windows-1251>",
    ],
)
def test_a_declaration_counts_wherever_it_stands(page: str) -> None:
    read = decode(f"{page}Ж".encode("cp1251"), markup=True)
    assert (read.text[-1], read.encoding, read.guessed) == ("Ж", "windows-1251", False)


def test_a_page_that_can_be_read_is_in_no_utf16_whatever_it_says() -> None:
    assert decode('<meta charset="utf-16">Grüße'.encode(), markup=True).encoding == "utf-8"


@pytest.mark.parametrize(
    ("declared", "content", "text", "encoding"),
    [
        ("utf-8", "Größe in Köln und München".encode("cp1252"), "Größe in Köln und München", "windows-1252"),
        ("windows-1251", "Привет, мир".encode(), "Привет, мир", "utf-8"),
        ("utf-8", "Grüße".encode("utf-16-le"), "Grüße", "utf-16le"),
        ("no-such", "Привет, мир".encode(), "Привет, мир", "utf-8"),
        ("koi8-r", b"\xef\xbb\xbf\xd0\x9f", "П", "utf-8"),
        ("utf-8", b"M\xfcller", "M\ufffdller", "utf-8"),
    ],
)
def test_a_declaration_that_the_bytes_contradict_is_passed_over(
    declared: str, content: bytes, text: str, encoding: str
) -> None:
    read = decode(content, declared=declared)
    assert (read.text, read.encoding) == (text, encoding)


UNDECLARED = {
    "windows-1250": [
        "Příjmení;Obec\r\nDvořáková;Třebíč\r\nŠťastný;Ústí nad Labem", "Děkujeme, že jste nás navštívili.",
        "Szép jó reggelt kívánok, Győző úr!", "Proszę zapłacić do końca miesiąca.", "Đorđe iz Čačka šalje račun.",
    ],
    "iso-8859-2": ["Děkujeme za zprávu, ozveme se později.", "Książka leży na półce obok żółtej świecy."],
    "windows-1251": [
        "Фамилия;Адрес\nПетров;Тверь", "Спасибо за заказ!", "Дякуємо за ваше замовлення, чекаємо на відповідь.",
        "Отчёт за 2024 год: рост на 12 %.", "id,имя\n1,Анна\n2,Пётр",
    ],
    "koi8-r": ["Спасибо за заказ! Мы отправим его завтра.", "Петров Пётр"],
    "ibm866": ["Спасибо за заказ! Мы отправим его завтра.", "Петров Пётр"],
    "iso-8859-5": ["Спасибо за заказ! Мы отправим его завтра."],
    "x-mac-cyrillic": ["Спасибо за заказ! Мы отправим его завтра."],
    "windows-1253": ["Ευχαριστούμε για την παραγγελία σας."],
    "windows-1254": ["Teşekkür ederiz, siparişiniz hazırlanıyor.", "Ağrı;Iğdır;Şanlıurfa"],
    "windows-1255": ["תודה רבה על ההזמנה שלך"],
    "windows-1256": ["شكرا لكم على الطلب وسوف نرسله غدا"],
    "windows-874": ["ขอบคุณสำหรับการสั่งซื้อ"],
    "shift_jis": ["ご注文ありがとうございます。", "氏名,住所\n佐藤,横浜市"],
    "euc-jp": ["ご注文ありがとうございます。", "氏名,住所\n佐藤,横浜市"],
    "gb18030": ["感谢您的订购,我们会尽快发货。", "姓名,地址\n王芳,广州市"],
    "big5": ["感謝您的訂購,我們會儘快出貨。", "姓名,地址\n王芳,臺中市"],
    "euc-kr": ["주문해 주셔서 감사합니다.", "이름,주소\n박민수,대전"],
    "windows-1252": [
        "Müller,Köln", "Füße €", "Où est l’hôtel ? À gauche.", "¿Qué tal, señor Núñez?", "Não há informações.",
        "Blåbærgrød på Ærø", "Città e università", "“It’s done” – 5 × 3…", "Price: £12.50 (20 °C ± 5 µm)", "© 2024",
        "ÜBERWEISUNG GEMÄSS RECHNUNG", "Hyvää päivää", "résumé", "Rezept: ½ Tasse", "¾ Tasse, 2 ½ Löffel", "§ 5 Abs. 2",
    ],
    "ibm850": [
        "Größe;5", "Die Straße nach Köln ist gesperrt.", "Müller;Köln\r\nSchäfer;Düsseldorf", "Rezept für Brötchen: ½ Tasse",
        "Présence des élèves à l'école", "año; niño", "smørrebrød på Ærø", "TÜR UND FENSTER;GRÖSSE",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in UNDECLARED.items() for text in texts])
def test_an_undeclared_text_is_guessed_and_told(encoding: str, text: str) -> None:
    read = decode(text.encode(str(codec_of(encoding))))
    assert read.text == text
    assert read.meta["encodingGuessed"] is True
    assert any("guess" in line for line in told(read.meta, "list.csv"))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Grüße an alle", "Привет, мир", "日本語の文章です。\n次の行"])
def test_wide_characters_need_no_mark(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_stray_nuls_are_no_wide_characters() -> None:
    assert decode(b"nul\x00s and more text\x00").encoding == "utf-8"


def test_a_mark_decides_and_is_no_part_of_the_text() -> None:
    for codec in ("utf-8-sig", "utf-16", "utf-32"):
        read = decode("Füße".encode(codec), declared="koi8-r", named="windows-1252")
        assert (read.text, read.guessed) == ("Füße", False)
    assert decode(b"\xef\xbb\xbfbroken \xff").text == "broken \ufffd"


def test_plain_text_is_no_guess() -> None:
    assert decode(b"plain").meta == {"encoding": "utf-8"}
    assert decode("Füße".encode()).meta == {"encoding": "utf-8"}


def test_a_guess_looks_at_a_part_of_a_large_text() -> None:
    content = b"plain English, line by line\n" * 400_000 + "Доброе утро, как дела?\n".encode("cp1251") * 40
    started = time.thread_time()
    read = decode(content)
    assert read.encoding == "windows-1251"
    assert time.thread_time() - started < 3


@given(st.binary(max_size=3 * SAMPLE))
def test_any_bytes_become_some_text(content: bytes) -> None:
    read = decode(content, markup=True)
    read.text.encode()
    assert name_of(read.encoding) or read.encoding.startswith("utf-32")


@pytest.mark.parametrize(
    ("label", "codec"), [("cp037", "cp037"), ("ebcdic-cp-be", "cp500"), ("IBM1140", "cp1140"), ("?", "cp037")]
)
def test_xml_of_a_mainframe_says_which_ebcdic_it_is(label: str, codec: str) -> None:
    source = f'<?xml version="1.0" encoding="{label}"?><rss><title>Größe!</title></rss>'
    found = decode(source.encode(codec), declared="utf-8", markup=True)
    assert (found.text, found.encoding, found.guessed) == (source, codec, False)


def test_what_the_content_says_wrongly_is_told() -> None:
    content = "Съешь же ещё этих мягких французских булок, да выпей чаю. ".encode("cp1251") * 3
    meta = decode(content, declared="utf-8").meta
    assert (meta["encoding"], meta["encodingDeclared"]) == ("windows-1251", "utf-8")
    assert "says that its text is utf-8, which it is not; it was read as windows-1251" in " ".join(told(meta, "x"))
    assert "does not say how its text is encoded" in " ".join(told(decode(content).meta, "x"))


def test_one_bad_byte_is_one() -> None:
    assert "1 bad byte stands as" in " ".join(told({"encoding": "utf-8", "replacedCharacters": 1}, "x"))
    assert "2 bad bytes stand as" in " ".join(told({"encoding": "utf-8", "replacedCharacters": 2}, "x"))
