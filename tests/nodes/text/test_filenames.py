from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.text.filenames import MAX_NAME, clean_name


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("digest.md", "digest.md"),
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\temp\\a.csv", "a.csv"),
        (".env", "env.txt"),
        ("con.txt", "_con.txt"),
        ("", "file.txt"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a..b...csv", "a.b.csv"),
        ("\u200e.env\u200f", "env.txt"),
        ("\u00ad.\u00ad.x", "x.txt"),
        ("\uff0e\uff0e\uff0fx", "x.txt"),
        ("a\u00adb\U000e0041.csv", "ab.csv"),
        ("Größe 12.07", "Größe 12.07"),
        ("v1.2 final", "v1.2 final.txt"),
    ],
)
def test_names(name: str, clean: str) -> None:
    assert clean_name(name, "txt") == clean


@given(st.text(), st.sampled_from(["", "csv"]))
def test_any_name_becomes_a_safe_one(name: str, extension: str) -> None:
    clean = clean_name(name, extension)
    assert 0 < len(clean) <= MAX_NAME
    assert not set(clean) & set('/\\<>:"|?*\0\r\n')
    assert not clean.startswith(".")
    clean.encode()
