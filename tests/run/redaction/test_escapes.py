"""A secret is found however a server escapes it, and what stands beside it stays as it is written."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.run.redaction.escapes import AT_ONCE, layers, originals, unescaped
from voicegraph.run.redaction.redact import MASK, Redactor

SECRET = 'sk-"Sec<r>et/1+2=%&x'
LONG = 1 << 20


def instead(text: str, **forms: str) -> str:
    names = {"quote": '"', "less": "<", "more": ">", "slash": "/", "plus": "+", "equals": "=", "and_": "&"}
    return "".join(next((form for name, form in forms.items() if names[name] == one), one) for one in text)


def every(write: Callable[[int], str]) -> Callable[[str], str]:
    return lambda secret: "".join(write(ord(one)) for one in secret)


WAYS: dict[str, Callable[[str], str]] = {
    "JSON of Go": lambda one: instead(one, quote='\\"', less="\\u003c", more="\\u003e", and_="\\u0026"),
    "JSON of Rails": lambda one: instead(one, quote='\\"', less="\\u003C", more="\\u003E", and_="\\u0026"),
    "JSON of .NET": lambda one: instead(
        one, quote="\\u0022", less="\\u003C", more="\\u003E", and_="\\u0026", plus="\\u002B"
    ),
    "JSON of PHP": lambda one: json.dumps(one)[1:-1].replace("/", "\\/"),
    "HTML of Mustache": lambda one: html.escape(one).replace("/", "&#x2F;").replace("=", "&#x3D;"),
    "HTML of Go": lambda one: html.escape(one).replace("+", "&#43;").replace("&quot;", "&#34;"),
    "all in JSON": every(lambda code: f"\\u{code:04x}"),
    "all in JSON, in capitals": every(lambda code: f"\\u{code:04X}"),
    "all in C": every(lambda code: f"\\x{code:02x}"),
    "all in C, in octal": every(lambda code: f"\\{code:03o}"),
    "all in modern scripts": every(lambda code: f"\\u{{{code:x}}}"),
    "all in Python": every(lambda code: f"\\U{code:08x}"),
    "all numbers in HTML": every(lambda code: f"&#{code};"),
    "all numbers in HTML, long": every(lambda code: f"&#{code:07};"),
    "all hex numbers in HTML": every(lambda code: f"&#x{code:x};"),
    "all hex numbers in HTML, in capitals": every(lambda code: f"&#X{code:04X};"),
    "all in an address": every(lambda code: f"%{code:02x}"),
    "all in an address, in capitals": every(lambda code: f"%{code:02X}"),
    "all in an address in an address": every(lambda code: f"%25{code:02X}"),
    "all behind backslashes": lambda one: "".join(f"\\{c}" if not c.isalnum() else c for c in one),
    "names in HTML": lambda one: instead(
        one, quote="&QUOT;", less="&LT;", slash="&sol;", plus="&plus;", equals="&equals;", and_="&AMP;"
    ),
    "JSON in HTML in an address": lambda one: quote(html.escape(json.dumps(one)[1:-1]), safe=""),
    "hex": lambda one: one.encode().hex(),
    "hex with colons": lambda one: one.encode().hex(":"),
    "hex with spaces, in capitals": lambda one: one.encode().hex(" ").upper(),
    "base64": lambda one: base64.b64encode(one.encode()).decode(),
    "base64 of base64": lambda one: base64.b64encode(base64.b64encode(b"me:" + one.encode())).decode(),
    "base64 in JSON of PHP": lambda one: base64.b64encode(b"\xff\xff\xff" + one.encode()).decode().replace("/", "\\/"),
    "base64 in an address": lambda one: quote(base64.b64encode(one.encode()).decode(), safe=""),
    "in capitals": str.upper,
    "in small letters": str.lower,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_hidden_in_every_way_to_write_it(way: str) -> None:
    form = WAYS[way](SECRET)
    assert form != SECRET
    said = Redactor([SECRET]).text(f'{{"error": "no \\u003cb\\u003e key {form} here &amp; 100%25"}}')
    assert form not in said
    assert MASK in said
    if not way.startswith("base64"):  # whose first and last signs are its neighbours', too
        assert said == f'{{"error": "no \\u003cb\\u003e key {MASK} here &amp; 100%25"}}'


ONE = st.sampled_from([
    lambda c: c,
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"\\u{ord(c):04X}",
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):X};",
    lambda c: "".join(f"%{byte:02X}" for byte in c.encode()),
    lambda c: "".join(f"\\x{byte:02x}" for byte in c.encode()),
    lambda c: c if c.isalnum() else f"\\{c}",
    html.escape,
])  # fmt: skip


@given(st.data(), st.sampled_from([SECRET, "pässwörd-€-1", "hunter2 hunter3"]))
def test_each_letter_may_be_written_in_a_way_of_its_own(data: st.DataObject, secret: str) -> None:
    form = "".join(data.draw(ONE)(letter) for letter in secret)
    assert Redactor([secret]).text(f"a {form} b") == f"a {MASK} b"


def test_a_letter_beyond_the_first_plane_is_read() -> None:
    secret = "key-\U0001f600-of-mine"
    for form in ("key-\\ud83d\\ude00-of-mine", "key-&#128512;-of-mine", "key-%F0%9F%98%80-of-mine"):
        assert Redactor([secret]).text(f"x {form} y") == f"x {MASK} y"


def test_several_secrets_at_several_depths_are_hidden() -> None:
    deep = quote(quote(quote(SECRET, safe=""), safe=""), safe="")
    text = f"{deep} then {json.dumps(SECRET)} then {SECRET} then other%2Fsecret"
    assert Redactor([SECRET, "other/secret"]).text(text) == f'{MASK} then "{MASK}" then {MASK} then {MASK}'


@given(st.text(st.sampled_from('%25u0041x&#;ampqt\\"n/é'), max_size=60))
def test_what_holds_no_secret_is_left_as_it_is_written(text: str) -> None:
    assert Redactor([SECRET]).text(text) == text
    for above, below in zip(layers(text), layers(text)[1:], strict=False):
        assert unescaped(above) == below
        assert originals(above, [(0, len(below))]) in ([(0, len(above))], [(0, 0)])


@pytest.mark.parametrize("shift", range(-9, 9))
def test_a_secret_on_the_border_of_two_pieces_is_hidden(shift: int) -> None:
    form = WAYS["all in JSON"](SECRET)
    before = "a\\n" * ((AT_ONCE + shift) // 3) + "b" * ((AT_ONCE + shift) % 3)
    assert Redactor([SECRET]).text(f"{before}{form}\\n") == f"{before}{MASK}\\n"


@pytest.mark.parametrize(
    "unit", ["\\", "%25", "&amp;", "&#0", "\\u002", "&amp", "%", "a\\n", "word & word\n", "de:ad:"]
)
def test_the_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    redactor = Redactor([SECRET, "another-secret-of-mine"])

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = 1e9
        for _ in range(2):
            began = time.process_time()
            redactor.text(text)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(LONG // 4) < 2
    assert seconds(LONG) < 8 * seconds(LONG // 4) + 0.1
